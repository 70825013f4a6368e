/** @import { FromNode, Payload, Peer, Signal, Welcome } from './messages.js' */
import { Line } from './line.js'
import { Outbox } from './outbox.js'

/**
 * What the server lends for one entry; null means that this person may not enter any more.
 *
 * @typedef {{url: string, ticket: string} | null} Pass
 */

const BACKOFF_MS = [300, 600, 1200, 2500, 5000]
/** Within this everybody of a node that stops spreads out: it has told all of them in the same instant. */
const MOVE_WITHIN_MS = 1000
const ACKNOWLEDGE_EVERY = 16
const ICE_WAIT_MS = 3000
const RESTART = 1012
const NOT_ADMITTED = 4401
/** Close codes after which coming back would be wrong. */
const FINAL = new Map([
  [1000, 'left'],
  [1003, 'protocol_error'],
  [4403, 'revoked'],
  [4409, 'taken_over']
])

/**
 * One page's presence in a room, over as many sockets as that takes.
 *
 * Events, each a CustomEvent: `state` (detail: 'connecting' | 'open' | 'reconnecting' | 'closed'), `welcome` (Welcome), `peer_joined`,
 * `peer_reconnecting`, `peer_left`, `peer_signal`, `error` (the message of that name), `closed` (detail: {code}, one of 'left', 'revoked', 'taken_over',
 * 'not_admitted', 'protocol_error').
 */
export class SignalingConnection extends EventTarget {
  /** Tells this page from an earlier or another one of the same person. */
  instance = crypto.randomUUID()
  #getPass
  #outbox = new Outbox()
  /** @type {Line | null} */
  #line = null
  /** Tells the latest attempt from one that was overtaken while it waited for a pass. */
  #dials = 0
  /** @type {string | null} */
  #resume = null
  #url = ''
  #lastSeq = 0
  #acknowledged = 0
  #attempts = 0
  #closed = true
  #open = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry
  #online = () => this.#hurry()

  /** @param {() => Promise<Pass>} getPass - asks the server for a ticket and the node's address */
  constructor(getPass) {
    super()
    this.#getPass = getPass
  }

  /** Whether the node hears us now. */
  get isOpen() {
    return this.#open
  }

  /** Enters the room, and stays in it until `leave`. */
  connect() {
    if (!this.#closed) return
    this.#closed = false
    globalThis.addEventListener('online', this.#online)
    this.#emit('state', 'connecting')
    void this.#dial()
  }

  /** Gives the place up. */
  leave() {
    if (this.#open) this.#line?.write({ type: 'leave' })
    this.#finish('left')
  }

  /**
   * Sends a payload to one page of one peer, as soon as there is a socket.
   *
   * @param {Peer} peer - the addressee
   * @param {Payload} payload - what to carry
   */
  signal(peer, payload) {
    this.#outbox.add(peer.id, peer.instance, payload)
  }

  /** @returns {Promise<RTCIceServer[]>} fresh relay credentials; rejects when none come in time */
  refreshIce() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no_ice_servers')), ICE_WAIT_MS)
      this.addEventListener(
        'ice_servers',
        (event) => {
          clearTimeout(timer)
          resolve(/** @type {CustomEvent} */ (event).detail.servers)
        },
        { once: true }
      )
      if (this.#open) this.#line?.write({ type: 'refresh_ice' })
    })
  }

  async #dial() {
    const dial = (this.#dials += 1)
    try {
      const hello = await this.#hello()
      if (this.#closed || dial !== this.#dials) return
      if (!hello) {
        this.#finish('not_admitted')
        return
      }
      this.#line = new Line(
        this.#url,
        hello,
        (message) => this.#receive(message),
        (code) => this.#dropped(code)
      )
    } catch {
      // The server cannot be reached now; that is no reason to give up.
      if (dial === this.#dials) this.#later()
    }
  }

  /**
   * Goes straight back once; after that the server is asked, since the node may be dead and the room live on another.
   *
   * @returns {Promise<object | null>} the first message, or null when not admitted
   */
  async #hello() {
    const back = { type: 'hello', resume: this.#resume, last_seq: this.#lastSeq }
    if (this.#resume && this.#attempts <= 1) return back
    const pass = await this.#getPass()
    if (!pass) return null
    if (this.#resume && this.#url === pass.url) return back
    this.#resume = null
    this.#url = pass.url
    return { type: 'hello', ticket: pass.ticket, instance: this.instance }
  }

  /** @param {FromNode} message - what came */
  #receive(message) {
    if ('seq' in message && message.type !== 'welcome' && message.type !== 'ack') {
      if (message.seq <= this.#lastSeq) return
      this.#lastSeq = message.seq
    }
    if (!this.#housekeeping(message)) this.#emit(message.type, message)
    if (this.#lastSeq - this.#acknowledged >= ACKNOWLEDGE_EVERY) {
      this.#line?.write({ type: 'ack', seq: this.#confirmed() })
    }
  }

  /**
   * @param {FromNode} message - what came
   * @returns {boolean} whether it concerns nobody but the two ends of the socket
   */
  #housekeeping(message) {
    if (message.type === 'welcome') this.#welcomed(message)
    else if (message.type === 'error' && message.ref) this.#outbox.forget(message.ref)
    else if (message.type === 'ack') this.#outbox.acknowledge(message.seq)
    else if (message.type === 'ping') {
      this.#outbox.acknowledge(message.ack)
      this.#line?.write({ type: 'pong', ack: this.#confirmed() })
    } else if (message.type === 'pong') this.#outbox.acknowledge(message.ack)
    return ['ack', 'ping', 'pong'].includes(message.type)
  }

  /** @param {Welcome} welcome - the node's answer to hello */
  #welcomed(welcome) {
    this.#resume = welcome.resume
    this.#attempts = 0
    this.#open = true
    /** @type {(signal: Signal) => void} */
    const send = (signal) => this.#line?.write(signal)
    if (welcome.resumed) this.#outbox.resume(welcome.seq, send)
    else {
      this.#lastSeq = 0
      this.#acknowledged = 0
      this.#outbox.restart(welcome.peers, send)
    }
    this.#emit('state', 'open')
  }

  #confirmed() {
    this.#acknowledged = this.#lastSeq
    return this.#lastSeq
  }

  /** @param {number} code - the close code of the line that ended */
  #dropped(code) {
    const final = FINAL.get(code)
    if (final) {
      this.#finish(final)
      return
    }
    // A node that does not know us any more, or is about to stop, keeps no session: a new pass, at once.
    if (code === NOT_ADMITTED || code === RESTART) {
      if (this.#resume) this.#attempts = 0
      this.#resume = null
    }
    this.#later(code === RESTART ? Math.random() * MOVE_WITHIN_MS : undefined)
  }

  #hangUp() {
    this.#dials += 1
    clearTimeout(this.#retry)
    this.#line?.close()
    this.#line = null
    this.#outbox.detach()
    this.#open = false
  }

  /** @param {number} [wait] - milliseconds, when not those of the next attempt */
  #later(wait) {
    this.#hangUp()
    this.#emit('state', 'reconnecting')
    const pause = BACKOFF_MS[Math.min(this.#attempts, BACKOFF_MS.length - 1)] ?? 5000
    this.#attempts += 1
    // Half of it random: after a restart not everybody must come in the same instant.
    const patience = wait ?? pause * (0.5 + Math.random() / 2)
    this.#retry = setTimeout(() => void this.#dial(), patience)
  }

  /** The network is back: do not wait for the next attempt, nor trust the old socket. */
  #hurry() {
    if (this.#closed) return
    this.#attempts = 0
    this.#later()
  }

  /** @param {string} code - why it is over */
  #finish(code) {
    if (this.#closed) return
    this.#closed = true
    this.#hangUp()
    globalThis.removeEventListener('online', this.#online)
    this.#emit('state', 'closed')
    this.#emit('closed', { code })
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
