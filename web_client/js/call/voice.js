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
 * @property {boolean} long - whether a packet holds twice the sound: half as many cost half the headers
 * @property {boolean} redundant - whether each packet repeats the one before
 * @property {number} starved - seconds for which even the voice has had too little
 * @property {number} calm - seconds for which a narrow voice has come through well
 * @property {number} patience - seconds of calm before the usual voice is tried again
 * @property {number} lossy - seconds for which packets have been lost; negative while none are
 */

/** Of one packet, in kilobits: IP, UDP, RTP with an extension, and the seal of SRTP. */
const HEADERS = 0.464
/** Speech in a wide band, with room to repair losses; see BAND in sdp.js. */
const USUAL_RATE = 24
const NARROW_RATE = 12
const PACKET = { usual: 20, long: 40 }
const NARROW_AFTER = 3
const PATIENCE = { first: 20, factor: 4, most: 300 }
const REDUNDANT = { loss: 0.02, after: 2, until: 20 }

/** @returns {Packing} of a call that begins */
export function usualPacking() {
  return {
    narrow: false,
    long: false,
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
 * @param {{late: boolean, far: boolean}} line - whether packets wait in a queue on the way, and whether the way is long: such a one is mostly narrow
 * @returns {Packing} as it is now
 */
export function pack(packing, reading, { late, far }) {
  const { seconds, loss } = reading
  const lossy =
    loss >= REDUNDANT.loss
      ? Math.max(0, packing.lossy) + seconds
      : Math.min(0, packing.lossy) - seconds
  const redundant = !far && !late && isWanted(packing.redundant, lossy)
  const heard = { ...packing, lossy, redundant }
  const packed = packing.narrow ? widen(heard, reading, late) : narrow(heard, reading, late)
  // Never short again: both sides would have to talk that over, and what is played would falter.
  return { ...packed, long: packing.long || far || packed.narrow }
}

/**
 * @param {Packing} packing - the usual
 * @param {Reading} reading - what the line did since
 * @param {boolean} late - whether packets wait in a queue on the way; loss alone is what the usual voice can repair
 */
function narrow(packing, { seconds }, late) {
  const starved = late ? packing.starved + seconds : 0
  return { ...packing, starved, narrow: starved >= NARROW_AFTER, calm: 0 }
}

/**
 * Nothing tells that a line has more room again: after enough calm the usual voice is tried.
 *
 * @param {Packing} packing - the narrow
 * @param {Reading} reading - what the line did since
 * @param {boolean} late - whether packets wait in a queue on the way; loss alone is what the usual voice can repair
 */
function widen(packing, { seconds }, late) {
  const calm = late ? 0 : packing.calm + seconds
  if (calm < packing.patience) return { ...packing, calm }
  const patience = Math.min(PATIENCE.most, packing.patience * PATIENCE.factor)
  return { ...packing, narrow: false, starved: 0, calm: 0, patience }
}

/**
 * @param {Packing} packing - of the moment
 * @returns {Voice} what to send
 */
export function voiceOf({ narrow, long, redundant }) {
  return {
    rate: narrow ? NARROW_RATE : USUAL_RATE,
    packet: long ? PACKET.long : PACKET.usual,
    redundant: redundant && !narrow
  }
}

/**
 * @param {Packing} packing - of the moment
 * @returns {number} what it takes of the line with its headers, in kilobits a second
 */
export function costOf(packing) {
  const { rate, packet, redundant } = voiceOf(packing)
  return (redundant ? 2 : 1) * rate + HEADERS * (1000 / packet)
}

/**
 * @param {boolean} redundant - whether it is so already
 * @param {number} lossy - seconds with, or negative without loss
 */
function isWanted(redundant, lossy) {
  return redundant ? lossy > -REDUNDANT.until : lossy >= REDUNDANT.after
}
