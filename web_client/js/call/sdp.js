/** What we change in the other side's description before we follow it (RFC 8866, RFC 7587), and nothing else. */

import { LEAST_ESTIMATE } from './way.js'

/**
 * Speech up to 8 kHz (RFC 7587, section 6.1): for a wider band Opus wants more bits before it repairs losses at all, with 28 kbit/s not below a loss of
 * 6 %. In this band 24 kbit/s are enough from the first lost packet on.
 */
const SPEECH = ['maxplaybackrate=16000', 'maxaveragebitrate=24000', 'usedtx=1']
/**
 * Heart and lungs in the same band, with twice the bits. In two channels, though both carry the same: with one, Chromium sets Opus for telephony, which takes 8 dB
 * of a tone of 40 Hz. Without Opus's own repairs, for they are those of its coder of speech, and without pauses, for it would take for one what lies between two beats.
 */
const AUSCULTATION = [
  'useinbandfec=0',
  'maxplaybackrate=16000',
  'maxaveragebitrate=48000',
  'stereo=1'
]
const OURS =
  /^(usedtx|useinbandfec|stereo|maxplaybackrate|maxaveragebitrate|x-google-start-bitrate)=/i
const OPUS = /^a=rtpmap:(\d+) opus\/48000/im
const RED = /^a=rtpmap:(\d+) red\/48000/im
const FIRST_LINE = /^(m=audio \d+ \S+ )([\d ]+)/
const PICTURE = /^m=video \d+ \S+ (\d+)/i
/** What lets packets be counted for the estimate: with it on the sound a browser fills the line with padding every few seconds, only to know it. */
const COUNTED = /^a=extmap:\d+ \S*transport-wide-cc\S*\r\n/gim

/**
 * @typedef {object} Terms
 * @property {number} packet - milliseconds of sound in a packet
 * @property {boolean} redundant - whether each packet repeats the one before (RFC 2198)
 * @property {boolean} again - whether a lost packet is asked for once more (RFC 4585)
 * @property {boolean} auscultation - whether every sound goes as it is, and not as speech
 * @property {number} estimate - kilobits a second from which a browser begins to find out what a picture may take
 */

/** @type {Terms} - while nobody knows the line */
export const FIRST_TERMS = {
  packet: 20,
  redundant: false,
  again: false,
  auscultation: false,
  estimate: LEAST_ESTIMATE
}

/**
 * @param {Terms} some - of one moment
 * @param {Terms} others - of another
 * @returns {boolean} whether the sound goes the same way by both
 */
export function soundAlike(some, others) {
  const names = /** @type {const} */ (['packet', 'redundant', 'again', 'auscultation'])
  return names.every((name) => some[name] === others[name])
}

/**
 * Asks our own encoder for packets of this length and for none while nobody speaks, and our own estimate to leave the voice alone.
 *
 * What the other side says it likes to receive is what a browser sends by, so it is set there: the other side learns nothing of it
 * and need not agree.
 *
 * @param {string} sdp - the other side's description
 * @param {Terms} terms - of this side
 * @returns {string} the description that is followed
 */
export function followed(sdp, terms) {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => {
      if (section.startsWith('m=audio')) return voiceSection(section, terms)
      return section.startsWith('m=video') ? pictureSection(section, terms) : section
    })
    .join('')
}

/**
 * @param {string} section - of sound
 * @param {Terms} terms - of this side
 */
function voiceSection(section, terms) {
  const { packet, redundant, again } = terms
  const opus = OPUS.exec(section)?.[1]
  if (!opus) return section
  const red = RED.exec(section)?.[1]
  const asking = `a=rtcp-fb:${opus} nack\r\n`
  const rest = section
    .replace(/^a=(max)?ptime:.*\r\n/gim, '')
    .replace(COUNTED, '')
    .replaceAll(asking, '')
    .replace(
      FIRST_LINE,
      (_, head, numbers) => head + inOrder(numbers, redundant && red ? red : opus)
    )
  const ours = encoding(terms, Boolean(red))
  return `${withParameters(rest, opus, ours)}${again ? asking : ''}a=ptime:${packet}\r\n`
}

/**
 * @param {Terms} terms - of this side
 * @param {boolean} red - whether the other side takes packets that repeat the one before
 * @returns {string[]} what our encoder is asked for
 */
function encoding({ packet, redundant, auscultation }, red) {
  if (auscultation) return AUSCULTATION
  // Long packets that are sent twice are short of bits, and need no other repair.
  const repairs = redundant && red && packet > FIRST_TERMS.packet ? 0 : 1
  return [`useinbandfec=${repairs}`, ...SPEECH]
}

/**
 * A browser sends what stands first; the `codec` of RTCRtpEncodingParameters does not move Chromium to redundancy.
 *
 * @param {string} numbers - of the codecs of a section
 * @param {string} first - of them
 */
function inOrder(numbers, first) {
  const others = numbers.split(' ').filter((number) => number !== first)
  return [first, ...others].join(' ')
}

/**
 * @param {string} section - of the picture
 * @param {Terms} terms - of this side
 */
function pictureSection(section, { estimate }) {
  const codec = PICTURE.exec(section)?.[1]
  return codec ? withParameters(section, codec, [`x-google-start-bitrate=${estimate}`]) : section
}

/**
 * @param {string} section - of the description
 * @param {string} codec - its number
 * @param {string[]} ours - what is added to its parameters
 */
function withParameters(section, codec, ours) {
  const parameters = new RegExp(`^a=fmtp:${codec} (.*)\r\n`, 'im')
  const line = (/** @type {string[]} */ values) => `a=fmtp:${codec} ${values.join(';')}\r\n`
  const theirs = parameters.exec(section)?.[1]
  if (theirs === undefined) return `${section}${line(ours)}`
  const kept = theirs.split(/;\s*/).filter((one) => one && !OURS.test(one))
  return section.replace(parameters, line([...kept, ...ours]))
}
