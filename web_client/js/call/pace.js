/** How fast files may go beside the voice: pure, second by second. Rates are kilobits a second. */

/** @import { Reading } from './ladder.js' */

export const FIRST_PACE = 20
const LEAST = 2
const GROWTH = 1.25
/** A third of what the line carries, and a little for headers. */
const SHARE = 0.36
/** Without a picture nothing tells what the line carries; a long way is mostly a narrow one. */
const MOST = [
  { trip: 0.15, pace: 2000 },
  { trip: 0.3, pace: 150 },
  { trip: 0.55, pace: 46 },
  { trip: Infinity, pace: 14 }
]
/** A queue of this many seconds is the files' own: the voice feels it next. */
const QUEUE = 0.25

/**
 * The browser's estimate counts the picture only, so a queue on the way is the better witness.
 *
 * @param {number} pace - as it was
 * @param {Reading} reading - what the line did since
 * @param {{empty: number, busy: boolean}} line - its round trip without a queue, and whether a file is on its way
 * @returns {number} as it is now
 */
export function nextPace(pace, { seconds, estimate, trip }, { empty, busy }) {
  if (!busy) return FIRST_PACE
  if (trip > empty + QUEUE) return Math.max(LEAST, pace / 2)
  const most = estimate ? SHARE * estimate : (MOST.find((one) => empty < one.trip)?.pace ?? LEAST)
  return Math.max(LEAST, Math.min(most, pace * GROWTH ** seconds))
}
