/** How the voice is packed for a line: pure, from readings to packets. */

/** @import { Reading } from './ladder.js' */

/**
 * @typedef {object} Voice
 * @property {number} rate - of the sound, in kilobits a second
 * @property {number} packet - milliseconds of sound in a packet
 * @property {boolean} redundant - whether each packet repeats the one before (RFC 2198)
 */

/**
 * @typedef {object} Packing
 * @property {boolean} narrow - whether the line carries less than the usual voice with its headers
 * @property {boolean} redundant - whether each packet repeats the one before
 * @property {number} starved - seconds for which even the voice has had too little
 * @property {number} calm - seconds for which a narrow voice has come through well
 * @property {number} patience - seconds of calm before the usual voice is tried again
 * @property {number} lossy - seconds for which packets have been lost; negative while none are
 */

/** What the voice takes with its headers, in kilobits a second: fifty packets cost as much as what is in them. */
export const USUAL = 52
const NARROW_COSTS = 20
const REDUNDANT_COSTS = 80
/** Below 28 Opus has no room left to repair losses. */
const USUAL_RATE = 28
const NARROW_RATE = 12
const NARROW = { below: 48, above: 66, after: 3 }
const PATIENCE = { first: 20, factor: 4, most: 300 }
const REDUNDANT = { loss: 0.02, room: 100, after: 2, until: 20 }

/** @returns {Packing} of a call that begins */
export function usualPacking() {
  return {
    narrow: false,
    redundant: false,
    starved: 0,
    calm: 0,
    patience: PATIENCE.first,
    lossy: 0
  }
}

/**
 * @param {Packing} packing - as it was
 * @param {Reading} reading - what the line did since
 * @param {boolean} late - whether packets wait in a queue on the way
 * @returns {Packing} as it is now
 */
export function pack(packing, reading, late) {
  const { seconds, estimate, loss } = reading
  const lossy =
    loss >= REDUNDANT.loss
      ? Math.max(0, packing.lossy) + seconds
      : Math.min(0, packing.lossy) - seconds
  const redundant = estimate >= REDUNDANT.room && isWanted(packing.redundant, lossy)
  const heard = { ...packing, lossy, redundant }
  return packing.narrow ? widen(heard, reading, late) : narrow(heard, reading, late)
}

/**
 * @param {Packing} packing - the usual
 * @param {Reading} reading - what the line did since
 * @param {boolean} late - whether packets wait in a queue on the way; loss alone is what the usual voice can repair
 */
function narrow(packing, { seconds, estimate }, late) {
  const starved = late && estimate < NARROW.below ? packing.starved + seconds : 0
  return { ...packing, starved, narrow: starved >= NARROW.after, calm: 0 }
}

/**
 * A narrow voice fills no line, so the estimate may never rise again by itself: after enough calm the usual one is tried.
 *
 * @param {Packing} packing - the narrow
 * @param {Reading} reading - what the line did since
 * @param {boolean} late - whether packets wait in a queue on the way; loss alone is what the usual voice can repair
 */
function widen(packing, { seconds, estimate }, late) {
  const calm = late ? 0 : packing.calm + seconds
  if (estimate <= NARROW.above && calm < packing.patience) return { ...packing, calm }
  const patience = Math.min(PATIENCE.most, packing.patience * PATIENCE.factor)
  return { ...packing, narrow: false, starved: 0, calm: 0, patience }
}

/**
 * @param {Packing} packing - of the moment
 * @returns {Voice} what to send
 */
export function voiceOf({ narrow, redundant }) {
  return narrow
    ? { rate: NARROW_RATE, packet: 60, redundant: false }
    : { rate: USUAL_RATE, packet: 20, redundant }
}

/**
 * @param {Packing} packing - of the moment
 * @returns {number} what it takes of the line, in kilobits a second
 */
export function costOf({ narrow, redundant }) {
  if (narrow) return NARROW_COSTS
  return redundant ? REDUNDANT_COSTS : USUAL
}

/**
 * @param {boolean} redundant - whether it is so already
 * @param {number} lossy - seconds with, or negative without loss
 */
function isWanted(redundant, lossy) {
  return redundant ? lossy > -REDUNDANT.until : lossy >= REDUNDANT.after
}
