/** What getStats() says, and how to read it. */

/** @typedef {Record<string, any>} Stat - one entry; its fields differ by browser */

/**
 * @param {RTCPeerConnection} connection - to be read
 * @returns {Promise<Stat[]>} every entry
 */
export async function found(connection) {
  return [.../** @type {any} */ (await connection.getStats()).values()]
}

/**
 * @param {Stat[]} stats - a reading
 * @param {'audio' | 'video'} kind - of media
 */
export function inbound(stats, kind) {
  return stats.find((stat) => stat.type === 'inbound-rtp' && stat.kind === kind)
}

/** @param {Stat[]} stats - a reading */
export function selectedPair(stats) {
  const transport = stats.find((stat) => stat.type === 'transport')
  const pairs = stats.filter((stat) => stat.type === 'candidate-pair')
  // Firefox has no transport entry but marks the pair.
  return pairs.find((pair) => pair.id === transport?.selectedCandidatePairId || pair.selected)
}

/**
 * @param {Stat | undefined} pair - the one in use
 * @param {Stat[]} stats - the reading it belongs to
 */
export function isRelayed(pair, stats) {
  if (!pair) return null
  const ends = [pair.localCandidateId, pair.remoteCandidateId]
  return stats.some((stat) => ends.includes(stat.id) && stat.candidateType === 'relay')
}

/**
 * A browser goes on telling its last estimate when nothing is counted for it any more.
 *
 * @param {Stat[]} former - the earlier reading
 * @param {Stat[]} latter - the later one
 * @returns {number | null} kilobits a second that a picture may take; null while none is sent, or by a browser that does not tell
 */
export function estimateOf(former, latter) {
  const told = selectedPair(latter)?.availableOutgoingBitrate
  return told && isPictured(former, latter) ? told / 1000 : null
}

/**
 * @param {Stat[]} former - the earlier reading
 * @param {Stat[]} latter - the later one
 * @returns {boolean} whether a picture has been sent meanwhile
 */
export function isPictured(former, latter) {
  return growth(pictureIn(latter), pictureIn(former), 'framesEncoded') > 0
}

/**
 * @param {Stat[]} former - the earlier reading
 * @param {Stat[]} latter - the later one
 * @returns {number | null} the share that the picture takes of what its encoder is given; null in a browser that does not tell
 */
export function takenOf(former, latter) {
  const [before, now] = [pictureIn(former), pictureIn(latter)]
  const seconds = ((now?.timestamp ?? 0) - (before?.timestamp ?? 0)) / 1000
  if (!now?.targetBitrate || seconds <= 0) return null
  return (8 * growth(now, before, 'bytesSent')) / seconds / now.targetBitrate
}

/**
 * @param {Stat[]} stats - a reading
 * @returns {Stat | undefined} what is sent of the picture, all layers together
 */
function pictureIn(stats) {
  const layers = stats.filter((stat) => stat.type === 'outbound-rtp' && stat.kind === 'video')
  const [first] = layers
  if (!first || layers.length === 1) return first
  const sum = (/** @type {string} */ field) =>
    layers.reduce((all, layer) => all + (layer[field] ?? 0), 0)
  return {
    ...first,
    framesEncoded: sum('framesEncoded'),
    bytesSent: sum('bytesSent'),
    targetBitrate: sum('targetBitrate')
  }
}

/** @param {Stat[]} stats - a reading */
export function timeOf(stats) {
  return Math.max(0, ...stats.map((stat) => stat.timestamp ?? 0))
}

/**
 * @param {Stat | undefined} latter - as it is
 * @param {Stat | undefined} former - as it was
 * @param {string} field - a counter
 */
export function growth(latter, former, field) {
  return Math.max(0, (latter?.[field] ?? 0) - (former?.[field] ?? 0))
}

/**
 * @param {number} part - of it
 * @param {number} whole - of which
 */
export function share(part, whole) {
  return whole > 0 ? Math.min(1, Math.max(0, part) / whole) : null
}

/** @param {number | undefined} seconds - which become milliseconds */
export function scaled(seconds) {
  return seconds === undefined ? null : seconds * 1000
}
