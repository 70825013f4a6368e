import assert from "node:assert/strict";
import { test } from "node:test";
import { layersOf } from "../../web_client/js/call/rungs.js";

const SMALL = { height: 160, rate: 100, frames: 10 };
const MIDDLE = { height: 270, rate: 190, frames: 15 };
const LARGE = { height: 720, rate: 1500, frames: 25 };
const TIGHT = { height: 360, rate: 160, frames: 15 };

const TABLE = [
  ["goes whole over a connection without layers", LARGE, 1, [LARGE]],
  ["that is small goes once", SMALL, 2, [SMALL, null]],
  ["that is not large goes once", MIDDLE, 2, [MIDDLE, null]],
  [
    "that is large goes with a small one",
    LARGE,
    2,
    [SMALL, { ...LARGE, rate: 1400 }],
  ],
  [
    "leaves most of a tight line to the large layer",
    TIGHT,
    2,
    [
      { ...SMALL, rate: 40 },
      { ...TIGHT, rate: 120 },
    ],
  ],
];

for (const [name, picture, layers, sent] of TABLE) {
  test(`A picture ${name}`, () =>
    assert.deepEqual(layersOf(picture, layers, false), sent));
}

test("A picture that must be sharp goes whole to all", () => {
  assert.deepEqual(layersOf(LARGE, 2, true), [LARGE, null]);
});
