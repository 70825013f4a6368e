/** Offers that cross: what the tests of glare do inside a page. */
import { PeerLink } from '/call/peer.js'

const moment = () => new Promise((resolve) => setTimeout(resolve, 50))

/** Waits until every picture that is promised arrives; returns what is stuck, or null. */
export async function flows({ connection }, pictures) {
  const until = performance.now() + 15_000
  let before = await decoded(connection)
  while (performance.now() < until) {
    await moment()
    const now = await decoded(connection)
    if (now.length !== before.length) before = now
    const moving = now.length === pictures && now.every((frames, one) => frames > before[one] + 1)
    if (moving && statesOf(connection) === 'stable connected') return null
  }
  return [statesOf(connection), before, await decoded(connection)].join()
}

/**
 * Connects two links of this page: with `lose` the first two messages of that kind vanish, without it
 * nothing is carried until both have offered.
 */
export async function connect(shown, lose) {
  const pair = { offers: 0, waiting: [], lost: 0, built: 0 }
  const carry = (payload, other) => {
    if (payload.type === 'offer') pair.offers += 1
    if (payload.kind === lose && pair.lost < 2) pair.lost += 1
    else if (pair.waiting && !lose) pair.waiting.push(() => other().receive(payload))
    else void other().receive(payload)
  }
  const stream = new MediaStream(shown.getTracks().map((track) => track.clone()))
  const impolite = link(false, (payload) => carry(payload, () => polite))
  const polite = link(true, (payload) => carry(payload, () => impolite))
  for (const one of [impolite, polite]) {
    one.addEventListener('built', () => (pair.built += 1))
    for (const track of stream.getTracks()) void one.addTrack(track.kind, track, stream)
  }
  while (!lose && pair.offers < 2) await moment()
  const { waiting } = pair
  pair.waiting = null
  for (const arrive of waiting) void arrive()
  const stuck = await first(impolite, polite)
  for (const one of [impolite, polite]) one.close()
  for (const track of stream.getTracks()) track.stop()
  return { stuck, lost: pair.lost, built: pair.built }
}

function link(polite, send) {
  return new PeerLink({ polite, iceServers: [], send, refreshIce: async () => [], isReachable: () => true })
}

async function first(...links) {
  const until = performance.now() + 40_000
  for (const one of links) {
    // Asked anew each time: a link that began again has another connection.
    while (!(await decoded(one.connection)).some((frames) => frames > 5)) {
      if (performance.now() > until) return links.map((link) => statesOf(link.connection)).join()
      await moment()
    }
  }
  return null
}

async function decoded(connection) {
  const found = []
  for (const { currentDirection, receiver } of connection.getTransceivers()) {
    if (receiver.track.kind !== 'video' || !currentDirection?.endsWith('recv')) continue
    for (const stat of (await receiver.getStats()).values()) {
      if (stat.type === 'inbound-rtp') found.push(stat.framesDecoded)
    }
  }
  return found
}

function statesOf(connection) {
  return `${connection.signalingState} ${connection.connectionState}`
}
