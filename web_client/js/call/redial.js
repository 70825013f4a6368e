/** When the node is tried again, and how long it is waited for: pure. Times are milliseconds. */

/**
 * @typedef {object} Attempt
 * @property {number} pause - before it
 * @property {number} patience - until its socket must be open
 * @property {boolean} asks - whether the server is asked first where the room is now
 */

const BACKOFF = [300, 600, 1200, 2500, 5000]
/** A request that hangs on a dead line stands in the way of the next socket. */
export const ASKING = 5000
/** A socket that does not open leads nowhere; one that is open may be slow. */
export const OPENING = 10_000
/**
 * A line that was cut may be back at any moment. A socket knocks after 0, 1, 3 and 7 seconds, so a new one begins before that takes long; but not too often either, since
 * Chromium holds new sockets back, for up to five seconds, once a dozen have failed. A request would not do: it takes the connections that the cut has left, which knock
 * ever more seldom.
 */
const HASTY = { pause: 50, times: 3, most: 12_000, tries: 300 }
const KNOCKS = [
  { until: 8, patience: 2000 },
  { until: 16, patience: 4000 },
  { until: Infinity, patience: 9000 }
]
/** The node may have gone too while the line was down. */
const ASKS_EVERY = 12

/**
 * @param {number} number - of failures so far
 * @param {object} line - what is known of it
 * @param {boolean} line.silent - whether voice and picture have ceased too, so that it is the line that is down and not the node
 * @param {number} line.opening - how long a socket took to open on this line; 0 when none has
 * @param {() => number} [random] - from 0 to 1
 * @returns {Attempt} the next
 */
export function attempt(number, { silent, opening }, random = Math.random) {
  if (silent && opening && number < HASTY.tries) {
    const least = KNOCKS.find(({ until }) => number < until)?.patience ?? 0
    const patience = Math.min(HASTY.most, Math.max(least, HASTY.times * opening))
    return { pause: HASTY.pause, patience, asks: number % ASKS_EVERY === ASKS_EVERY - 1 }
  }
  const pause = BACKOFF[Math.min(number, BACKOFF.length - 1)] ?? 0
  // Half of it random: after a restart not everybody must come in the same instant. Straight back once, since the node may be dead and the room live on another.
  const spread = pause * (0.5 + random() / 2)
  return { pause: spread, patience: OPENING, asks: number > 0 }
}

/**
 * @param {number} opening - how long a socket took to open on this line; 0 when none has
 * @returns {number} for how long a node that was asked for a sign of life may be silent
 */
export function signOfLife(opening) {
  return Math.max(1000, HASTY.times * opening)
}
