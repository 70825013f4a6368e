/** What is said and sent beside voice and picture, to everybody in the room: a channel for each of them. */

/** @import { Announcement, Purpose } from './transfer.js' */
import { Beside } from './beside.js'
import { Delivery } from './deliveries.js'

/**
 * All the channels of a call.
 *
 * Events, each a CustomEvent: `open` ({peer}), `said` ({peer, message}), `progress` ({announcement, done, mine}), `received` ({peer, announcement, blob}),
 * `delivered` ({announcement}), once all have it.
 */
export class Company extends EventTarget {
  #rate
  /** @type {Map<string, Beside>} */
  #channels = new Map()
  /** @type {Set<string>} */
  #there = new Set()
  /** @type {Map<number, {announcement: Announcement, delivery: Delivery}>} */
  #sent = new Map()
  #isThere = (/** @type {string} */ id) => this.#there.has(id)

  /** @param {(purpose: Purpose) => number} rate - kilobits a second that a file may take on each line */
  constructor(rate) {
    super()
    this.#rate = rate
  }

  /** Whether a message would reach anybody. */
  get isOpen() {
    return this.#present.some((channel) => channel.isOpen)
  }

  /** Whether anything is on its way out. */
  get isBusy() {
    return this.#present.some((channel) => channel.isBusy)
  }

  /** Whether somebody waits for what is on its way out. */
  get isHurried() {
    return this.#present.some((channel) => channel.isHurried)
  }

  /**
   * Goes over this connection to them from now on.
   *
   * @param {string} peer - id of somebody
   * @param {RTCPeerConnection} connection - new
   */
  moveTo(peer, connection) {
    this.#there.add(peer)
    this.#to(peer).moveTo(connection)
  }

  /** @param {string} peer - id of somebody who has gone; what is on its way waits, for they may come back */
  lose(peer) {
    this.#there.delete(peer)
    for (const number of this.#sent.keys()) this.#check(number)
  }

  /** Ends every transfer. */
  close() {
    for (const channel of this.#channels.values()) channel.close()
    this.#channels.clear()
    this.#there.clear()
  }

  /**
   * @param {object} message - for the other pages, as far as they can be reached now
   * @param {string} [peer] - for this one alone
   */
  say(message, peer) {
    const channels = peer ? [this.#channels.get(peer)] : this.#present
    for (const channel of channels) channel?.say(message)
  }

  /**
   * Sends a file; it goes on by itself after a cut.
   *
   * @param {Blob} blob - its content
   * @param {{name: string, purpose: Purpose, to?: string[]}} about - its name, what it is for, and for whom: all who are there, unless said
   * @returns {Promise<number>} the number of the transfer
   */
  async send(blob, { name, purpose, to = [...this.#there] }) {
    const [number] = /** @type {[number]} */ ([...crypto.getRandomValues(new Uint32Array(1))])
    const bytes = new Uint8Array(await blob.arrayBuffer())
    /** @type {Announcement} */
    const announcement = {
      type: 'file',
      number,
      name,
      mime: blob.type,
      size: bytes.length,
      purpose
    }
    this.#sent.set(number, { announcement, delivery: new Delivery(to) })
    for (const peer of to) this.#to(peer).send(announcement, bytes)
    return number
  }

  get #present() {
    return [...this.#channels].filter(([id]) => this.#isThere(id)).map(([, channel]) => channel)
  }

  /**
   * @param {string} peer - id of somebody
   * @returns {Beside} the channel to them
   */
  #to(peer) {
    const known = this.#channels.get(peer)
    if (known) return known
    const channel = new Beside((purpose) => this.#rate(purpose))
    this.#channels.set(peer, channel)
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      channel.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('open', () => this.#emit('open', { peer }))
    on('said', (message) => this.#emit('said', { peer, message }))
    on('received', (file) => this.#emit('received', { peer, ...file }))
    on('progress', ({ announcement, done, mine }) => {
      if (mine) this.#went(peer, announcement, { done })
      else this.#emit('progress', { announcement, done, mine })
    })
    on('delivered', ({ announcement }) => this.#went(peer, announcement, { has: true }))
    return channel
  }

  /**
   * @param {string} peer - id of somebody
   * @param {Announcement} announcement - of a file that goes to them
   * @param {Partial<import('./deliveries.js').Share>} share - how far it is
   */
  #went(peer, announcement, share) {
    const { number, size } = announcement
    const delivery = this.#sent.get(number)?.delivery
    if (!delivery) return
    delivery.set(peer, share.has ? { has: true, done: size } : share)
    const done = delivery.done(this.#isThere)
    this.#emit('progress', { announcement, done, mine: true })
    this.#check(number)
  }

  /** @param {number} number - of a file that may have arrived */
  #check(number) {
    const { announcement, delivery } = this.#sent.get(number) ?? {}
    if (delivery?.arrives(this.#isThere)) this.#emit('delivered', { announcement })
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
