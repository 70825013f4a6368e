/** When the node is tried again, and how long it is waited for: pure. Times are milliseconds. */

/**
 * @typedef {object} Attempt
 * @property {number} pause - before it
 * @property {number} patience - until its socket must be open, or what feels for the way has an answer
 * @property {boolean} asks - whether the server is asked first where the room is now
 * @property {boolean} feels - whether the way is felt for first by a request: it costs a trip more, and browsers punish sockets that fail often
 */

const BACKOFF = [300, 600, 1200, 2500, 5000]
/** A socket that does not open leads nowhere; one that is open may be slow. */
export const OPENING = 10_000
/** A line that was cut may be back at any moment, and TCP by itself would find out many seconds later. */
const HASTY = { pause: 50, least: 400, most: 8000, times: 3, sockets: 6, tries: 300 }
const ASKS_EVERY = 4

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
    const patience = Math.min(HASTY.most, Math.max(HASTY.least, HASTY.times * opening))
    return {
      pause: HASTY.pause,
      patience,
      asks: number % ASKS_EVERY === ASKS_EVERY - 1,
      feels: number >= HASTY.sockets
    }
  }
  const pause = BACKOFF[Math.min(number, BACKOFF.length - 1)] ?? 0
  // Half of it random: after a restart not everybody must come in the same instant. Straight back once, since the node may be dead and the room live on another.
  const spread = pause * (0.5 + random() / 2)
  return { pause: spread, patience: OPENING, asks: number > 0, feels: false }
}

/**
 * @param {number} opening - how long a socket took to open on this line; 0 when none has
 * @returns {number} for how long a node that was asked for a sign of life may be silent
 */
export function signOfLife(opening) {
  return Math.max(1000, HASTY.times * opening)
}
