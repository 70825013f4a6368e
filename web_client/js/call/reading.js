/** What the ladder needs to know of a connection, once a second. */

/** @import { Reading } from './ladder.js' */
/** @import { Stat } from './stats.js' */
import { inbound, selectedPair, timeOf } from './stats.js'

/** Enough for a face where a browser gives no estimate and nothing is lost, too little for one otherwise. */
const UNTOLD = { calm: 350, lossy: 120, loss: 0.08 }

/**
 * @param {Stat[]} former - the earlier entries of getStats()
 * @param {Stat[]} latter - the later ones
 * @returns {Reading | null} what they tell; null before the connection stands
 */
export function readingOf(former, latter) {
  const pair = selectedPair(latter)
  if (!pair) return null
  const heard = latter.find((stat) => stat.type === 'remote-inbound-rtp' && stat.kind === 'audio')
  const loss = heard?.fractionLost ?? 0
  const told = pair.availableOutgoingBitrate
  return {
    seconds: Math.max(0.001, (timeOf(latter) - timeOf(former)) / 1000),
    estimate: told ? told / 1000 : untold(loss),
    trip: Math.max(pair.currentRoundTripTime ?? 0, heard?.roundTripTime ?? 0),
    loss
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

/** @param {number} loss - of our sound, as the other side reports it */
function untold(loss) {
  return loss < UNTOLD.loss ? UNTOLD.calm : UNTOLD.lossy
}
