/** @import { Payload, Peer, Streams } from './messages.js' */
/** @import { PeerOptions } from './peer.js' */
import { PeerLink } from './peer.js'
import { begin, choose, LAYERS } from './layers.js'
import { measure } from './quality.js'
import { arrivalOf } from './reading.js'
import { found } from './stats.js'

const LOOK_EVERY_MS = 500
/** Looks without a packet after which somebody does not come this way any more: a voice that pauses sends twice a second. */
const SILENT_LOOKS = 5

/**
 * @typedef {object} Flow
 * @property {number} packets - of somebody's sound so far
 * @property {number} silent - looks in which none came
 * @property {MediaStream | null} stream - of theirs, while they come this way
 */

/**
 * What comes from the media server: everybody else, on one connection that the server offers.
 *
 * Events, each a CustomEvent: `flows` ({peer, stream}: of somebody; stream is null when it has ceased), `wants` (which layer of the pictures), `sample` (of quality).
 */
export class Downlink extends EventTarget {
  isThere = true
  #link
  /**
   * Whose each part of the connection is.
   *
   * @type {Map<string, string>}
   */
  #owners = new Map()
  /** @type {Map<string, Flow>} */
  #people = new Map()
  #layer = begin()
  /** @type {import('./stats.js').Stat[]} */
  #former = []
  #send
  #timer
  #stopMeasuring

  /**
   * @param {Peer} peer - the seat of the media server that sends
   * @param {PeerOptions} options - of the link
   */
  constructor(peer, options) {
    super()
    this.peer = peer
    this.#send = options.send
    const isReachable = () => this.isThere && options.isReachable()
    this.#link = new PeerLink({ ...options, isReachable, follows: true })
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS)
    this.#stopMeasuring = measure(
      () => this.#link.connection,
      (sample) => this.#emit('sample', sample)
    )
  }

  /** Which layer of everybody's picture is asked for. */
  get picture() {
    return LAYERS[this.#layer.layer] ?? 'small'
  }

  /** @param {Payload} payload - what the media server says */
  async receive(payload) {
    if (payload.kind === 'streams') this.#own(payload)
    else await this.#link.receive(payload)
  }

  /** @param {'reached' | 'checked'} event - what signaling knows of the line */
  tell(event) {
    this.#link.tell(event)
  }

  /** Ends it; nobody comes this way any more. */
  close() {
    clearInterval(this.#timer)
    this.#stopMeasuring()
    this.#link.close()
    for (const peer of this.#people.keys()) this.forget(peer)
  }

  /** @param {string} peer - id of somebody who is seen anew, if at all */
  forget(peer) {
    const stream = this.#people.get(peer)?.stream
    this.#people.delete(peer)
    if (stream) this.#emit('flows', { peer, stream: null })
  }

  /** @param {Streams} streams - of the description that follows */
  #own({ streams }) {
    this.#owners = new Map(streams.map(({ mid, participant }) => [mid, participant]))
  }

  /** Sees who comes now, and who does not any more. */
  async #look() {
    const latter = await found(this.#link.connection)
    this.#choose(latter)
    const packets = this.#packetsIn(latter)
    for (const peer of new Set([...packets.keys(), ...this.#people.keys()])) {
      const count = packets.get(peer) ?? 0
      const former = this.#people.get(peer) ?? {
        packets: count,
        silent: SILENT_LOOKS,
        stream: null
      }
      const silent = count === former.packets ? former.silent + 1 : 0
      const stream = silent < SILENT_LOOKS ? this.#streamOf(peer, former.stream) : null
      this.#people.set(peer, { packets: count, silent, stream })
      if (stream !== former.stream) this.#emit('flows', { peer, stream })
    }
  }

  /** @param {import('./stats.js').Stat[]} latter - entries of getStats() */
  #choose(latter) {
    const arrival = arrivalOf(this.#former, latter)
    this.#former = latter
    if (!arrival) return
    const before = this.#layer.layer
    this.#layer = choose(this.#layer, arrival)
    if (this.#layer.layer === before) return
    this.#send({ kind: 'wants', picture: this.picture })
    this.#emit('wants', this.picture)
  }

  /**
   * @param {import('./stats.js').Stat[]} stats - entries of getStats()
   * @returns {Map<string, number>} packets of sound that have come so far, by person
   */
  #packetsIn(stats) {
    const packets = new Map()
    for (const { type, kind, mid, packetsReceived = 0 } of stats) {
      const owner = this.#owners.get(mid)
      if (type === 'inbound-rtp' && kind === 'audio' && owner) packets.set(owner, packetsReceived)
    }
    return packets
  }

  /**
   * @param {string} peer - id of somebody
   * @param {MediaStream | null} former - of theirs
   * @returns {MediaStream} voice and picture of theirs, the same one while nothing has changed
   */
  #streamOf(peer, former) {
    const tracks = this.#link.connection
      .getTransceivers()
      .filter(({ mid }) => mid !== null && this.#owners.get(mid) === peer)
      .map(({ receiver }) => receiver.track)
    const had = former?.getTracks() ?? []
    const same = had.length === tracks.length && tracks.every((track) => had.includes(track))
    return former && same ? former : new MediaStream(tracks)
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
