// Injected before the page's own scripts: keeps its RTCPeerConnections and writes down what they do.
// RELAY is null, or the address of a relay behind the line: then nothing goes past it.
;(() => {
  const kept = []
  const seen = { clicked: null, sound: null, picture: null, heard: null, gaps: [], samples: [] }
  globalThis.laboratory = seen
  const relay = RELAY

  const behindLine = (configuration) => {
    if (!relay || !configuration?.iceServers) return configuration
    const iceServers = configuration.iceServers.map((one) => ({
      ...one,
      urls: `turn:${relay}?transport=udp`
    }))
    return { ...configuration, iceServers, iceTransportPolicy: 'relay' }
  }
  const Native = globalThis.RTCPeerConnection
  globalThis.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(configuration) {
      super(behindLine(configuration))
      kept.push(this)
    }
    setConfiguration(configuration) {
      super.setConfiguration(behindLine(configuration))
    }
  }

  const note = (event) => {
    if (event.target instanceof Element && event.target.closest('[data-action=accept]'))
      seen.clicked ??= Date.now()
  }
  addEventListener('click', note, true)

  // The sources of a receiver are those of frames that were really played, not of invented ones.
  const began = (kind) =>
    kept.some((one) =>
      one
        .getReceivers()
        .some(
          ({ track, getSynchronizationSources }, index, all) =>
            track.kind === kind &&
            getSynchronizationSources
              .call(all[index])
              .some(({ audioLevel }) => kind === 'video' || audioLevel !== 0)
        )
    )
  const watch = setInterval(() => {
    if (!seen.sound && began('audio')) seen.sound = Date.now()
    if (!seen.picture && began('video')) seen.picture = Date.now()
    if (seen.sound && seen.picture) clearInterval(watch)
  }, 20)

  // Silence is sent too, a packet each 400 ms; a longer gap is the line's.
  const GAP_MS = 1500
  const timesOf = (receiver) => receiver.getSynchronizationSources().map(({ timestamp }) => timestamp)
  const soundOf = (connection) => connection.getReceivers().filter(({ track }) => track.kind === 'audio')
  let newest = 0
  setInterval(() => {
    const latest = Math.max(...kept.flatMap(soundOf).flatMap(timesOf))
    if (!(latest > newest)) return
    newest = latest
    const now = Date.now()
    if (seen.heard && now - seen.heard > GAP_MS) seen.gaps.push({ from: seen.heard, to: now })
    seen.heard = now
  }, 20)

  const FIELDS = {
    'inbound-rtp': [
      'bytesReceived', 'packetsReceived', 'packetsLost', 'jitter', 'totalAudioEnergy', 'totalSamplesReceived',
      'concealedSamples', 'silentConcealedSamples', 'fecPacketsReceived', 'framesDecoded', 'frameWidth',
      'frameHeight', 'freezeCount', 'totalFreezesDuration'
    ],
    'outbound-rtp': [
      'bytesSent', 'packetsSent', 'framesEncoded', 'frameWidth', 'qualityLimitationReason',
      'qualityLimitationDurations', 'targetBitrate'
    ],
    'candidate-pair': ['bytesReceived', 'bytesSent', 'currentRoundTripTime', 'availableOutgoingBitrate']
  }
  const pick = (stat) => {
    const found = { type: stat.type, kind: stat.kind, id: stat.id }
    for (const field of FIELDS[stat.type]) if (stat[field] !== undefined) found[field] = stat[field]
    return found
  }
  const readingOf = async (connection, index) => {
    const stats = [...(await connection.getStats()).values()]
    const used = stats.find((one) => one.type === 'transport')?.selectedCandidatePairId
    const wanted = stats.filter((one) => one.type in FIELDS && (one.type !== 'candidate-pair' || one.id === used))
    return { index, state: connection.connectionState, stats: wanted.map(pick) }
  }
  setInterval(async () => {
    const call = document.querySelector('[data-module=call]')
    const at = Date.now()
    const connections = await Promise.all(kept.map(readingOf))
    seen.samples.push({ at, state: call?.dataset.state, level: call?.dataset.level, connections })
  }, 1000)
})()
