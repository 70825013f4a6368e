/** @import { FromNode } from '../call/messages.js' */
import { Line } from '../call/line.js'

const NODE_MS = 10_000
const RELAY_MS = 7000

/**
 * Enters a room of one's own, as a call would, and leaves it.
 *
 * @param {{url: string, ticket: string}} pass - for one entry
 * @returns {Promise<RTCIceServer[] | null>} the relays that a call would be lent; null when the node was not reached
 */
export function enterAlone({ url, ticket }) {
  return new Promise((resolve) => {
    /** @param {RTCIceServer[] | null} found - or null */
    const finish = (found) => {
      clearTimeout(timer)
      line.write({ type: 'leave' })
      line.close()
      resolve(found)
    }
    const timer = setTimeout(() => finish(null), NODE_MS)
    /** @param {FromNode} message - of the node */
    const receive = (message) => {
      if (message.type === 'welcome') finish(message.ice_servers)
    }
    const hello = { type: 'hello', ticket, instance: crypto.randomUUID() }
    const line = new Line(url, hello, {
      patience: NODE_MS,
      onMessage: receive,
      onEnd: () => finish(null)
    })
  })
}

/**
 * @typedef {'relay_udp' | 'relay_tcp' | 'relay_tls'} Way
 */

/**
 * Sorts the relays by how they are reached.
 *
 * @param {RTCIceServer[]} servers - as a call would be lent
 * @returns {Map<Way, RTCIceServer[]>} each address alone
 */
export function waysOf(servers) {
  /** @type {Map<Way, RTCIceServer[]>} */
  const ways = new Map()
  for (const server of servers) {
    for (const url of [server.urls].flat()) {
      const way = wayOf(url)
      ways.set(way, [...(ways.get(way) ?? []), { ...server, urls: [url] }])
    }
  }
  return ways
}

/**
 * @param {string} url - of a relay
 * @returns {Way} how it is reached
 */
function wayOf(url) {
  if (url.startsWith('turns:')) return 'relay_tls'
  return url.includes('transport=tcp') ? 'relay_tcp' : 'relay_udp'
}

/**
 * Asks each relay, one after the other, for an address.
 *
 * @param {RTCIceServer[]} servers - one address each
 * @returns {Promise<boolean>} whether one gave it
 */
export async function reachesOne(servers) {
  for (const server of servers) if (await reaches(server)) return true
  return false
}

/**
 * @param {RTCIceServer} server - a relay
 * @returns {Promise<boolean>} whether it lent an address
 */
async function reaches(server) {
  const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: 'relay' })
  try {
    connection.createDataChannel('reach')
    const lent = new Promise((resolve) => {
      connection.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate === null) resolve(false)
        else if (candidate.candidate.includes(' typ relay')) resolve(true)
      })
    })
    await connection.setLocalDescription()
    return await Promise.race([
      lent,
      new Promise((resolve) => setTimeout(resolve, RELAY_MS, false))
    ])
  } finally {
    connection.close()
  }
}
