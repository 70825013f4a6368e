import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, choose, LAYERS } from "../../web_client/js/call/layers.js";

const GOOD = { seconds: 1, loss: 0, trip: 0.05 };
const LOSSY = { seconds: 1, loss: 0.1, trip: 0.05 };
const FAIR = { seconds: 1, loss: 0.04, trip: 0.05 };
const FLOODED = { seconds: 1, loss: 0.3, trip: 0.05 };
const QUEUED = { seconds: 1, loss: 0, trip: 0.6 };

const after = (...arrivals) => arrivals.flat().reduce(choose, begin());
const times = (count, arrival) => Array.from({ length: count }, () => arrival);

const TABLE = [
  ["begins small", [], "small"],
  ["is large after eight calm seconds", times(8, GOOD), "large"],
  ["is not large before", times(7, GOOD), "small"],
  ["stays small where some is lost", times(60, FAIR), "small"],
  ["falls to voice alone where much is lost", times(2, LOSSY), "none"],
  ["does not fall for one bad second", [LOSSY, GOOD, LOSSY], "small"],
  ["falls at once when the line is flooded", [FLOODED], "none"],
  [
    "falls one layer at a time, for the queue of the former takes its time",
    [...times(8, GOOD), FLOODED, ...times(3, FLOODED)],
    "small",
  ],
  [
    "falls further when it is still too much after that",
    [...times(8, GOOD), FLOODED, ...times(4, FLOODED)],
    "none",
  ],
  ["falls for a queue", [GOOD, ...times(2, QUEUED)], "none"],
  ["waits after a fall", [...times(2, LOSSY), ...times(23, GOOD)], "none"],
  ["comes back after that", [...times(2, LOSSY), ...times(24, GOOD)], "small"],
  [
    "waits longer after the second fall",
    [
      ...times(2, LOSSY),
      ...times(24, GOOD),
      ...times(2, LOSSY),
      ...times(71, GOOD),
    ],
    "none",
  ],
];

for (const [name, arrivals, layer] of TABLE) {
  test(`The picture that is asked for ${name}`, () => {
    assert.equal(LAYERS[after(arrivals).layer], layer);
  });
}
