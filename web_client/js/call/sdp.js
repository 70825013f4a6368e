/** What we change in the other side's description before we follow it (RFC 8866, RFC 7587), and nothing else. */

/**
 * Speech up to 8 kHz (RFC 7587, section 6.1): for a wider band Opus wants more bits before it repairs losses at all, with 28 kbit/s not below a loss of
 * 6 %. In this band 24 kbit/s are enough from the first lost packet on.
 */
const SPEECH = 'useinbandfec=1;maxplaybackrate=16000;maxaveragebitrate=24000;usedtx=1'
const OURS =
  /;?\s*(usedtx|useinbandfec|maxplaybackrate|maxaveragebitrate|x-google-start-bitrate)=\d+/gi
const OPUS = /^a=rtpmap:(\d+) opus\/48000/im
const PICTURE = /^m=video \d+ \S+ (\d+)/i
/** Kilobits a second from which Chromium begins to probe the line: its own 300 are five seconds' worth of a slow one. */
const START = 'x-google-start-bitrate=60'
/** Kilobits a second up to which the line is probed for voice alone: enough to see that a picture would have room; less on a long way, which is mostly narrow. */
const RESTING = { usual: 200, far: 100 }
const FAR_PACKET = 40

/**
 * @typedef {object} Manner
 * @property {number} packet - milliseconds of sound in a packet
 * @property {boolean} resting - whether we send no picture
 */

/**
 * Asks our own encoder for packets of this length and for none while nobody speaks, and our own estimate for restraint.
 *
 * What the other side says it likes to receive is what a browser sends by, so it is set there: the other side learns nothing of it
 * and need not agree.
 *
 * @param {string} sdp - the other side's description
 * @param {Manner} manner - in which we send
 * @returns {string} the description that is followed
 */
export function followed(sdp, { packet, resting }) {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => {
      if (section.startsWith('m=audio')) return voiceSection(section, packet)
      const bound = packet < FAR_PACKET ? RESTING.usual : RESTING.far
      return section.startsWith('m=video') ? pictureSection(section, resting ? bound : 0) : section
    })
    .join('')
}

/**
 * @param {string} section - of sound
 * @param {number} packet - milliseconds of sound in a packet
 */
function voiceSection(section, packet) {
  const opus = OPUS.exec(section)?.[1]
  if (!opus) return section
  const rest = section.replace(/^a=(max)?ptime:.*\r\n/gim, '')
  return `${withParameters(rest, opus, SPEECH)}a=ptime:${packet}\r\n`
}

/**
 * @param {string} section - of the picture
 * @param {number} bound - kilobits a second up to which the line may be probed; 0 is no bound
 */
function pictureSection(section, bound) {
  const codec = PICTURE.exec(section)?.[1]
  if (!codec) return section
  const free = section.replace(/^b=AS:.*\r\n/gim, '')
  const bounded = bound ? free.replace(/^a=/m, `b=AS:${bound}\r\na=`) : free
  return withParameters(bounded, codec, START)
}

/**
 * @param {string} section - of the description
 * @param {string} codec - its number
 * @param {string} ours - what is added to its parameters
 */
function withParameters(section, codec, ours) {
  const parameters = new RegExp(`^a=fmtp:${codec} (.*)\r\n`, 'im')
  const line = (/** @type {string[]} */ ...values) =>
    `a=fmtp:${codec} ${values.filter(Boolean).join(';')}\r\n`
  const theirs = parameters.exec(section)?.[1]
  return theirs === undefined
    ? `${section}${line(ours)}`
    : section.replace(parameters, line(theirs.replace(OURS, ''), ours))
}
