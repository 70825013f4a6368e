/** What the ladder needs to know of a connection, once a second. */

/** @import { Reading } from './ladder.js' */
/** @import { Stat } from './stats.js' */
import {
  estimateOf,
  growth,
  inbound,
  isPictured,
  selectedPair,
  share,
  takenOf,
  timeOf
} from './stats.js'

/** Enough for a face where a browser gives no estimate and nothing is lost, too little for one otherwise. */
const UNTOLD = { calm: 350, lossy: 120, loss: 0.08 }
/** An encoder that takes less than this share of what it is given has enough. */
const CONTENT = 0.85

/**
 * @param {Stat[]} former - the earlier entries of getStats()
 * @param {Stat[]} latter - the later ones
 * @returns {Reading | null} what they tell; null before the connection stands
 */
export function readingOf(former, latter) {
  const pair = selectedPair(latter)
  if (!pair) return null
  const { fractionLost = 0, roundTripTime = 0 } = heardOf(latter)
  // A packet that was asked for again is not reported as lost.
  const loss = Math.min(1, fractionLost + repeatedIn(former, latter))
  return {
    seconds: Math.max(0.001, (timeOf(latter) - timeOf(former)) / 1000),
    estimate: isPictured(former, latter) ? (estimateOf(former, latter) ?? untold(loss)) : null,
    spare: (takenOf(former, latter) ?? 1) < CONTENT,
    trip: Math.max(pair.currentRoundTripTime ?? 0, roundTripTime),
    loss,
    missed: missedIn(former, latter)
  }
}

/**
 * @param {Stat[]} former - the earlier entries of getStats()
 * @param {Stat[]} latter - the later ones
 * @returns {import('./layers.js').Arrival | null} what came of everybody's sound and picture; null when nothing did
 */
export function arrivalOf(former, latter) {
  const pair = selectedPair(latter)
  const sum = (/** @type {Stat[]} */ stats, /** @type {string} */ field) =>
    stats.reduce((all, stat) => all + (stat.type === 'inbound-rtp' ? (stat[field] ?? 0) : 0), 0)
  const lost = sum(latter, 'packetsLost') - sum(former, 'packetsLost')
  const came = sum(latter, 'packetsReceived') - sum(former, 'packetsReceived')
  if (!pair || !former.length || came <= 0) return null
  return {
    seconds: (timeOf(latter) - timeOf(former)) / 1000,
    loss: share(lost, lost + came) ?? 0,
    trip: pair.currentRoundTripTime ?? 0
  }
}

/**
 * @param {Stat[]} stats - entries of getStats()
 * @returns {{sound: number, all: number}} packets of sound and bytes of anything that have come so far
 */
export function arrivedIn(stats) {
  return {
    sound: inbound(stats, 'audio')?.packetsReceived ?? 0,
    all: selectedPair(stats)?.bytesReceived ?? 0
  }
}

/**
 * @param {Stat[]} stats - entries of getStats()
 * @returns {Stat} what the other side has reported of our sound
 */
function heardOf(stats) {
  const heard = (/** @type {Stat} */ stat) =>
    stat.type === 'remote-inbound-rtp' && stat.kind === 'audio'
  return stats.find(heard) ?? {}
}

/**
 * @param {Stat[]} former - the earlier entries of getStats()
 * @param {Stat[]} latter - the later ones
 * @returns {number} the share of our packets of sound that the other side asked for again
 */
function repeatedIn(former, latter) {
  const [before, now] = [former, latter].map((stats) =>
    stats.find((stat) => stat.type === 'outbound-rtp' && stat.kind === 'audio')
  )
  const again = growth(now, before, 'retransmittedPacketsSent')
  return share(again, growth(now, before, 'packetsSent')) ?? 0
}

/**
 * @param {Stat[]} former - the earlier entries of getStats()
 * @param {Stat[]} latter - the later ones
 * @returns {number} the share of the other side's sound that did not come at first
 */
function missedIn(former, latter) {
  const [before, now] = [former, latter].map((stats) => inbound(stats, 'audio'))
  const lost =
    growth(now, before, 'packetsLost') + growth(now, before, 'retransmittedPacketsReceived')
  return share(lost, lost + growth(now, before, 'packetsReceived')) ?? 0
}

/** @param {number} loss - of our sound, as the other side reports it */
function untold(loss) {
  return loss < UNTOLD.loss ? UNTOLD.calm : UNTOLD.lossy
}
