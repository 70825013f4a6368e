/**
 * What a check has measured; null where it could not be. Rates in kbit/s, times in ms, losses as shares.
 *
 * @typedef {object} Voice
 * @property {number | null} rate - that the voice took, with every header
 * @property {number | null} rtt
 * @property {number | null} jitter - of the worse way
 * @property {number | null} lossUp
 * @property {number | null} lossDown
 */

/** Headers of IP and UDP, and the tag of SRTP, which the browser does not count. */
const HEADERS = 20 + 8 + 10
/** Voice that loses more than this has not shown what the line carries. */
const CARRIED = 0.2

/**
 * Reads what the voice did between two moments.
 *
 * @param {RTCStatsReport} before - at the beginning
 * @param {RTCStatsReport} after - at the end
 * @returns {Voice} what was heard
 */
export function readVoice(before, after) {
  const sent = between(before, after, 'outbound-rtp')
  const there = between(before, after, 'remote-inbound-rtp')
  const here = between(before, after, 'inbound-rtp')
  const packets = sent('packetsSent')
  const spoken = sent('bytesSent') + sent('headerBytesSent') + packets * HEADERS
  const lost = here('packetsLost')
  return {
    rate: packets ? kilobits(spoken, sent('timestamp') / 1000) : null,
    rtt: roundTrip(there, after),
    jitter: jitterOf(after),
    lossUp: there('timestamp') ? share(there('packetsLost'), packets) : null,
    lossDown: share(lost, lost + here('packetsReceived'))
  }
}

/**
 * Joins what the bulk of bytes and the voice say of one way.
 *
 * @param {number | null} bulk - kbit/s that arrived
 * @param {number | null} voice - kbit/s that the voice took
 * @param {number | null} loss - of the voice on this way
 * @returns {number | null} what the way carries: at least the voice, if it came through
 */
export function rateOf(bulk, voice, loss) {
  const carried = voice !== null && loss !== null && loss <= CARRIED ? voice : null
  if (bulk === null) return carried
  return Math.max(bulk, carried ?? 0)
}

/**
 * @param {number} bytes - that arrived after the first
 * @param {number} seconds - from the first to the last
 * @returns {number} kbit/s
 */
export function kilobits(bytes, seconds) {
  return seconds > 0 ? Math.round((bytes * 8) / seconds / 1000) : 0
}

/**
 * @param {RTCStatsReport} report - of a connection
 * @param {string} type - of the row
 * @returns {any} the row, or undefined
 */
function row(report, type) {
  return [...report.values()].find((one) => one.type === type)
}

/**
 * @param {RTCStatsReport} before - at the beginning
 * @param {RTCStatsReport} after - at the end
 * @param {string} type - of the row
 * @returns {(name: string) => number} how far a counter went
 */
function between(before, after, type) {
  const first = row(before, type) ?? {}
  const last = row(after, type) ?? {}
  return (name) => Math.max(0, (last[name] ?? 0) - (first[name] ?? last[name] ?? 0))
}

/**
 * @param {(name: string) => number} there - what the other end reported
 * @param {RTCStatsReport} after - at the end
 * @returns {number | null} ms
 */
function roundTrip(there, after) {
  const times = there('roundTripTimeMeasurements')
  if (times > 0) return Math.round((there('totalRoundTripTime') / times) * 1000)
  const pair = [...after.values()].find((one) => one.type === 'candidate-pair' && one.nominated)
  const seconds = pair?.currentRoundTripTime
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : null
}

/**
 * @param {RTCStatsReport} after - at the end
 * @returns {number | null} ms
 */
function jitterOf(after) {
  const both = ['inbound-rtp', 'remote-inbound-rtp'].map((type) => row(after, type)?.jitter)
  const known = both.filter((one) => typeof one === 'number')
  return known.length ? Math.round(Math.max(...known) * 1000) : null
}

/**
 * @param {number} part - of the whole
 * @param {number} whole - everything
 * @returns {number | null} from 0 to 1
 */
function share(part, whole) {
  return whole > 0 ? Math.min(1, part / whole) : null
}
