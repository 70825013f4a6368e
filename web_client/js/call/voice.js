/** How the voice is packed for a line: pure, from readings to packets. */

/** @import { Reading } from './ladder.js' */

/**
 * @typedef {object} Voice
 * @property {number} rate - of the sound, in kilobits a second
 * @property {number} packet - milliseconds of sound in a packet
 * @property {boolean} redundant - whether each packet repeats the one before (RFC 2198)
 * @property {boolean} again - whether a lost packet is asked for once more (RFC 4585): where the way is short enough for it to come in time
 * @property {boolean} auscultation - whether every sound goes as it is, and not as speech
 */

/**
 * @typedef {object} Packing
 * @property {boolean} narrow - whether the line carries less than the usual voice with its headers
 * @property {boolean} far - whether the way is long: such a one is mostly narrow
 * @property {boolean} long - whether a packet holds twice the sound: half as many cost half the headers
 * @property {boolean} redundant - whether each packet repeats the one before, where the other side takes that
 * @property {boolean} repeats - whether it does
 * @property {boolean} again - whether a lost packet is asked for once more
 * @property {number} starved - seconds for which even the voice has had too little
 * @property {number} calm - seconds for which a narrow voice has come through well
 * @property {number} patience - seconds of calm before the usual voice is tried again
 * @property {number} loss - of the worse direction, in the mean of the last seconds
 * @property {number} clear - seconds for which next to nothing has been lost
 */

/** Of one packet, in kilobits: IP, UDP, RTP with an extension, and the seal of SRTP. */
const HEADERS = 0.464
/** Speech in a wide band, with room to repair losses; see BAND in sdp.js. */
const USUAL_RATE = 24
/** Heart and lungs, which a coder of speech would take for noise. */
const AUSCULTATION_RATE = 48
/** Alone on a line that carries no more, or twice where a long way loses: that takes no more of the line than the usual voice. */
const HALF_RATE = 12
const PACKET = { usual: 20, long: 40 }
const NARROW_AFTER = 3
const PATIENCE = { first: 20, factor: 4, most: 300 }
/** Both sides talk each change over, so it comes after some seconds and goes after a minute. */
const REDUNDANT = { from: 0.02, until: 0.005, clearFor: 60, weight: 0.2 }
/** Seconds of a round trip: a packet that is asked for comes back within the cushion that is kept for it. */
const AGAIN = 0.2

/** @returns {Packing} of a call that begins */
export function usualPacking() {
  return {
    narrow: false,
    far: false,
    long: false,
    redundant: false,
    repeats: true,
    again: false,
    starved: 0,
    calm: 0,
    patience: PATIENCE.first,
    loss: 0,
    clear: 0
  }
}

/**
 * @param {Packing} packing - as it was
 * @param {Reading} reading - what the line did since
 * @param {{late: boolean, far: boolean, repeats: boolean}} line - whether packets wait in a queue on the way, whether the way is long, for such a one is mostly narrow, and whether the other side takes packets that repeat
 * @returns {Packing} as it is now
 */
export function pack(packing, reading, { late, far, repeats }) {
  // A long way loses, and its packets have to get longer anyway: both are talked over at once, mostly while it rings.
  const begun =
    far && !packing.long ? { ...packing, loss: REDUNDANT.from, redundant: true } : packing
  const heard = repair(begun, reading, late)
  const packed = packing.narrow ? widen(heard, reading, late) : narrow(heard, reading, late)
  // Never short again: both sides would have to talk that over, and what is played would falter.
  return { ...packed, far, repeats, long: packing.long || far || packed.narrow }
}

/**
 * @param {Packing} packing - as it was
 * @param {Reading} reading - what the line did since
 * @param {boolean} late - whether packets wait in a queue on the way: then more of them would only make it worse
 * @returns {Packing} with what is done about losses: each packet twice is for those of a single one, asking again for those in a row
 */
function repair(packing, { seconds, trip, ...reading }, late) {
  const loss =
    packing.loss + REDUNDANT.weight * (Math.max(reading.loss, reading.missed) - packing.loss)
  const clear = loss < REDUNDANT.until ? packing.clear + seconds : 0
  const begins = loss >= REDUNDANT.from && !late
  const redundant = packing.redundant ? clear < REDUNDANT.clearFor : begins
  const again = redundant && (packing.again || (begins && trip < AGAIN))
  return { ...packing, loss, clear, redundant, again }
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
 * @returns {boolean} whether the line carries speech and nothing finer
 */
export function isPlain({ narrow, far }) {
  return narrow || far
}

/**
 * @param {Packing} packing - of the moment
 * @param {{auscultation: boolean}} [wishes] - of the person
 * @returns {Voice} what to send
 */
export function voiceOf(packing, wishes = { auscultation: false }) {
  const { narrow, long, again } = packing
  const auscultation = wishes.auscultation && !isPlain(packing)
  return {
    rate: auscultation ? fineRate(packing) : speechRate(packing),
    packet: long ? PACKET.long : PACKET.usual,
    redundant: goesTwice(packing) && !narrow,
    again,
    auscultation
  }
}

/** @param {Packing} packing - of the moment */
function goesTwice({ redundant, repeats }) {
  return redundant && repeats
}

/** @param {Packing} packing - of the moment */
function speechRate(packing) {
  const { narrow, long } = packing
  return narrow || (long && goesTwice(packing)) ? HALF_RATE : USUAL_RATE
}

/** @param {Packing} packing - of the moment: what is sent twice has half, and takes no more of the line */
function fineRate(packing) {
  return goesTwice(packing) ? AUSCULTATION_RATE / 2 : AUSCULTATION_RATE
}

/**
 * @param {Packing} packing - of the moment
 * @returns {number} what it takes of the line with its headers, in kilobits a second
 */
export function costOf(packing) {
  const { rate, packet, redundant } = voiceOf(packing)
  return (redundant ? 2 : 1) * rate + HEADERS * (1000 / packet)
}
