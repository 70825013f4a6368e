/** What the length of a way tells of a line before anything else does. Times are seconds of a round trip. */

/** @import { State } from './ladder.js' */

const NEAR = 0.15
/** Seconds of a round trip that a line of copper or glass takes, and one that is full does not. */
const SHORT = 0.1
/** What a browser takes a line to carry before it knows: its own 300 are five seconds' worth of a slow one, and a minute too little for a fast one. */
const ESTIMATES = [
  { trip: SHORT, estimate: 600 },
  { trip: 0.2, estimate: 150 }
]
export const LEAST_ESTIMATE = 60

/** A long way is mostly a narrow one: there the voice has the first seconds to itself. */
const FIRST_WAITS = [
  { trip: NEAR, wait: 0 },
  { trip: 0.3, wait: 2 },
  { trip: Infinity, wait: 60 }
]

/** The longer the way, the less evenly it brings the packets. */
const CUSHIONS = [
  { trip: NEAR, cushion: 0 },
  { trip: 0.3, cushion: 0.1 },
  { trip: 0.5, cushion: 0.12 },
  { trip: Infinity, cushion: 0.24 }
]
/** A lost packet that is asked for comes within this. */
const CUSHION_TO_ASK = 0.3

/**
 * @param {{trip: number}} state - of the ladder
 * @returns {number} the estimate that a picture begins with
 */
export function firstEstimate(state) {
  return ESTIMATES.find(({ trip }) => state.trip < trip)?.estimate ?? LEAST_ESTIMATE
}

/** @param {{trip: number}} state - of the ladder */
export function isShort({ trip }) {
  return trip < SHORT
}

/**
 * @param {State} state - of the ladder
 * @returns {number} seconds for which the voice has a new line to itself
 */
export function firstWait({ empty }) {
  return FIRST_WAITS.find(({ trip }) => empty < trip)?.wait ?? 0
}

/**
 * @param {State} state - of the moment
 * @returns {number} seconds of sound to keep before it is played: to learn that by itself costs a browser many words
 */
export function cushionOf({ empty, voice }) {
  if (voice.again) return CUSHION_TO_ASK
  return CUSHIONS.find(({ trip }) => empty < trip)?.cushion ?? 0
}
