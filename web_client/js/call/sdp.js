/** What we change in the other side's description before we follow it (RFC 8866, RFC 7587), and nothing else. */

const OPUS = /^a=rtpmap:(\d+) opus\/48000/im

/**
 * Asks our own encoder for packets of this length, and for none while nobody speaks.
 *
 * What the other side says it likes to receive is what a browser sends by, so it is set there: the other side learns nothing of it
 * and need not agree.
 *
 * @param {string} sdp - the other side's description
 * @param {number} packet - milliseconds of sound in a packet
 * @returns {string} the description that is followed
 */
export function withVoice(sdp, packet) {
  return sections(sdp)
    .map((section) => (section.startsWith('m=audio') ? voiceSection(section, packet) : section))
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
  const parameters = new RegExp(`^a=fmtp:${opus} (.*)\r\n`, 'im')
  const line = (/** @type {string} */ values) => `a=fmtp:${opus} ${values};usedtx=1\r\n`
  const quiet = parameters.test(rest)
    ? rest.replace(parameters, (_, values) => line(withoutDtx(values)))
    : `${rest}${line('useinbandfec=1')}`
  return `${quiet}a=ptime:${packet}\r\n`
}

/** @param {string} values - of an fmtp line */
function withoutDtx(values) {
  return values.replace(/;?\s*usedtx=\d/gi, '')
}

/** @param {string} sdp - whole */
function sections(sdp) {
  return sdp.split(/(?=^m=)/m)
}
