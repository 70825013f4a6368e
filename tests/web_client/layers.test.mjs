import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, choose, LAYERS } from "../../web_client/js/call/layers.js";

const GOOD = { seconds: 0.5, loss: 0, trip: 0.05 };
const FAIR = { seconds: 0.5, loss: 0.05, trip: 0.05 };
const FULL = { seconds: 0.5, loss: 0.3, trip: 0.05 };
const QUEUED = { seconds: 0.5, loss: 0, trip: 0.6 };

const after = (...arrivals) => arrivals.flat().reduce(choose, begin());
const lasting = (seconds, arrival) =>
  Array.from({ length: 2 * seconds }, () => arrival);
const CLIMBED = lasting(8, GOOD);

const TABLE = [
  ["begins small", [], "small"],
  ["is large after eight calm seconds", CLIMBED, "large"],
  ["is not large before", lasting(7, GOOD), "small"],
  [
    "is large where a line loses some by itself",
    lasting(60, FAIR),
    "large",
  ],
  ["falls where a full line loses much", [...CLIMBED, ...lasting(3, FULL)], "small"],
  ["does not fall for one bad second", [...CLIMBED, ...lasting(1, FULL)], "large"],
  ["does not fall for one bad look", [GOOD, FULL, GOOD, FULL], "small"],
  [
    "falls one layer at a time, for the queue of the former takes its time",
    [...CLIMBED, ...lasting(6, FULL)],
    "small",
  ],
  [
    "falls further when it is still too much after that",
    [...CLIMBED, ...lasting(8, FULL)],
    "none",
  ],
  ["falls for a queue", [GOOD, ...lasting(2, QUEUED)], "none"],
  ["waits after a fall", [GOOD, ...lasting(2, QUEUED), ...lasting(23, GOOD)], "none"],
  [
    "comes back after that",
    [GOOD, ...lasting(2, QUEUED), ...lasting(24, GOOD)],
    "small",
  ],
  [
    "waits longer after the second fall",
    [
      GOOD,
      ...lasting(2, QUEUED),
      ...lasting(24, GOOD),
      ...lasting(2, QUEUED),
      ...lasting(70, GOOD),
    ],
    "none",
  ],
];

for (const [name, arrivals, layer] of TABLE) {
  test(`The picture that is asked for ${name}`, () => {
    assert.equal(LAYERS[after(arrivals).layer], layer);
  });
}
