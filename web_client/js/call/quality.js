/** @import { Stat } from './stats.js' */
import {
  estimateOf,
  found,
  growth,
  inbound,
  isRelayed,
  scaled,
  selectedPair,
  share,
  timeOf
} from './stats.js'

const EVERY_MS = 5000

/**
 * What one end saw of a call in a few seconds; null where the browser could not tell.
 *
 * @typedef {object} Sample
 * @property {number} seconds - that it covers
 * @property {number | null} rtt - round trip in milliseconds
 * @property {number | null} jitter - of the sound that came, in milliseconds
 * @property {number | null} loss - share of sound packets that did not come
 * @property {number | null} concealed - share of the sound that was made up; silence is not counted
 * @property {number | null} frames - pictures decoded a second
 * @property {number | null} frameHeight - of the picture that came
 * @property {number | null} freezeSeconds - in which the picture stood still
 * @property {number} received - kilobits a second
 * @property {number} sent - kilobits a second
 * @property {number | null} estimate - of what a picture may take, in kilobits a second
 * @property {boolean | null} relayed - whether it goes through a relay
 */

/**
 * Measures a connection every few seconds until told to stop.
 *
 * @param {() => RTCPeerConnection} current - the connection of the moment
 * @param {(sample: Sample) => void} onSample - told each sample
 * @param {number} [every] - milliseconds between samples
 * @returns {() => void} stops it
 */
export function measure(current, onSample, every = EVERY_MS) {
  /** @type {Stat[]} */
  let former = []
  let measured = current()
  const timer = setInterval(async () => {
    const connection = current()
    const stats = await found(connection)
    // Counters of a new connection begin at zero and are not comparable with the old ones.
    if (connection === measured && former.length > 0) onSample(sampleOf(former, stats))
    former = stats
    measured = connection
  }, every)
  return () => clearInterval(timer)
}

/**
 * Turns two readings of the counters into what happened between them.
 *
 * @param {Stat[]} former - the earlier reading
 * @param {Stat[]} latter - the later one
 * @returns {Sample} what happened
 */
export function sampleOf(former, latter) {
  const pair = selectedPair(latter)
  const earlier = selectedPair(former)
  const seconds = Math.max(0.001, (timeOf(latter) - timeOf(former)) / 1000)
  /** @param {string} field - a counter of bytes */
  const rate = (field) => (8 * growth(pair, earlier, field)) / seconds / 1000
  return {
    seconds,
    ...soundOf(inbound(former, 'audio'), inbound(latter, 'audio')),
    ...pictureOf(inbound(former, 'video'), inbound(latter, 'video'), seconds),
    rtt: scaled(pair?.currentRoundTripTime),
    received: rate('bytesReceived'),
    sent: rate('bytesSent'),
    estimate: estimateOf(former, latter),
    relayed: isRelayed(pair, latter)
  }
}

/**
 * @param {Stat | undefined} former - the incoming sound as it was
 * @param {Stat | undefined} latter - as it is
 */
function soundOf(former, latter) {
  const lost = growth(latter, former, 'packetsLost')
  const packets = growth(latter, former, 'packetsReceived') + lost
  const silent = growth(latter, former, 'silentConcealedSamples')
  const madeUp = growth(latter, former, 'concealedSamples') - silent
  return {
    jitter: scaled(latter?.jitter),
    loss: share(lost, packets),
    concealed: share(madeUp, growth(latter, former, 'totalSamplesReceived'))
  }
}

/**
 * @param {Stat | undefined} former - the incoming picture as it was
 * @param {Stat | undefined} latter - as it is
 * @param {number} seconds - between them
 */
function pictureOf(former, latter, seconds) {
  return {
    frames: latter ? growth(latter, former, 'framesDecoded') / seconds : null,
    frameHeight: latter?.frameHeight ?? null,
    freezeSeconds: latter ? growth(latter, former, 'totalFreezesDuration') : null
  }
}
