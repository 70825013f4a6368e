/** How fast files may go beside the voice: pure, second by second. Rates are kilobits a second. */

/** @import { Reading } from './ladder.js' */

export const FIRST_PACE = 12
const LEAST = 6
const GROWTH = 1.25
/** A third of what the line carries, and a little for headers. */
const SHARE = 0.36
/** A queue of this many seconds is the files' own: the voice feels it next. */
const QUEUE = 0.25

/**
 * The browser's estimate counts voice and picture only, so a queue on the way is the better witness.
 *
 * @param {number} pace - as it was
 * @param {Reading} reading - what the line did since
 * @param {{empty: number, busy: boolean}} line - its round trip without a queue, and whether a file is on its way
 * @returns {number} as it is now
 */
export function nextPace(pace, { seconds, estimate, trip }, { empty, busy }) {
  if (!busy) return FIRST_PACE
  if (trip > empty + QUEUE) return Math.max(LEAST, pace / 2)
  return Math.max(LEAST, Math.min(SHARE * estimate, pace * GROWTH ** seconds))
}
