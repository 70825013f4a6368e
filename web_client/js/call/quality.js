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
 * @property {number | null} estimate - of what can be sent, in kilobits a second
 * @property {boolean | null} relayed - whether it goes through a relay
 */

/** @typedef {Record<string, any>} Stat - one entry of getStats(); its fields differ by browser */

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
    const stats = /** @type {Stat[]} */ ([
      .../** @type {any} */ (await connection.getStats()).values()
    ])
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
    estimate: pair?.availableOutgoingBitrate ? pair.availableOutgoingBitrate / 1000 : null,
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

/**
 * @param {Stat[]} stats - a reading
 * @param {'audio' | 'video'} kind - of media
 */
function inbound(stats, kind) {
  return stats.find((stat) => stat.type === 'inbound-rtp' && stat.kind === kind)
}

/** @param {Stat[]} stats - a reading */
function selectedPair(stats) {
  const transport = stats.find((stat) => stat.type === 'transport')
  const pairs = stats.filter((stat) => stat.type === 'candidate-pair')
  // Firefox has no transport entry but marks the pair.
  return pairs.find((pair) => pair.id === transport?.selectedCandidatePairId || pair.selected)
}

/**
 * @param {Stat | undefined} pair - the one in use
 * @param {Stat[]} stats - the reading it belongs to
 */
function isRelayed(pair, stats) {
  if (!pair) return null
  const ends = [pair.localCandidateId, pair.remoteCandidateId]
  return stats.some((stat) => ends.includes(stat.id) && stat.candidateType === 'relay')
}

/** @param {Stat[]} stats - a reading */
function timeOf(stats) {
  return Math.max(0, ...stats.map((stat) => stat.timestamp ?? 0))
}

/**
 * @param {Stat | undefined} latter - as it is
 * @param {Stat | undefined} former - as it was
 * @param {string} field - a counter
 */
function growth(latter, former, field) {
  return Math.max(0, (latter?.[field] ?? 0) - (former?.[field] ?? 0))
}

/**
 * @param {number} part - of it
 * @param {number} whole - of which
 */
function share(part, whole) {
  return whole > 0 ? Math.min(1, Math.max(0, part) / whole) : null
}

/** @param {number | undefined} seconds - which become milliseconds */
function scaled(seconds) {
  return seconds === undefined ? null : seconds * 1000
}
