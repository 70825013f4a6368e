/** @import { FromNode, Payload, Peer, Signal, Welcome } from './messages.js' */
/** @import { Pass } from './dialer.js' */
import { Dialer } from './dialer.js'
import { Outbox } from './outbox.js'

const ACKNOWLEDGE_EVERY = 16
const ICE_WAIT_MS = 3000

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
  #outbox = new Outbox()
  #dialer
  /** @type {string | null} */
  #resume = null
  #lastSeq = 0
  #acknowledged = 0
  #closed = true
  #open = false
  #online = () => this.#dialer.hurry()

  /** @param {(signal: AbortSignal) => Promise<Pass>} getPass - asks the server for a ticket and the node's address */
  constructor(getPass) {
    super()
    this.#dialer = new Dialer({
      getPass,
      instance: this.instance,
      session: () => (this.#resume ? { resume: this.#resume, last_seq: this.#lastSeq } : null),
      ping: () => ({ type: 'ping', ack: this.#confirmed() }),
      forget: () => (this.#resume = null),
      onMessage: (message) => this.#receive(message),
      onLost: () => this.#lost(),
      onFinal: (code) => this.#finish(code)
    })
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
    this.#dialer.start()
  }

  /** @param {boolean} silent - whether voice and picture have ceased, so that the line may be down */
  doubt(silent) {
    if (!this.#closed) this.#dialer.doubt(silent)
  }

  /** Gives the place up. */
  leave() {
    if (this.#open) this.#dialer.write({ type: 'leave' })
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
      if (this.#open) this.#dialer.write({ type: 'refresh_ice' })
    })
  }

  /** @param {FromNode} message - what came */
  #receive(message) {
    if ('seq' in message && message.type !== 'welcome' && message.type !== 'ack') {
      if (message.seq <= this.#lastSeq) return
      this.#lastSeq = message.seq
    }
    if (!this.#housekeeping(message)) this.#emit(message.type, message)
    if (this.#lastSeq - this.#acknowledged >= ACKNOWLEDGE_EVERY) {
      this.#dialer.write({ type: 'ack', seq: this.#confirmed() })
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
      this.#dialer.write({ type: 'pong', ack: this.#confirmed() })
    } else if (message.type === 'pong') this.#outbox.acknowledge(message.ack)
    return ['ack', 'ping', 'pong'].includes(message.type)
  }

  /** @param {Welcome} welcome - the node's answer to hello */
  #welcomed(welcome) {
    this.#resume = welcome.resume
    this.#dialer.welcomed()
    this.#open = true
    /** @type {(signal: Signal) => void} */
    const send = (signal) => this.#dialer.write(signal)
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

  #lost() {
    this.#outbox.detach()
    this.#open = false
    this.#emit('state', 'reconnecting')
  }

  /** @param {string} code - why it is over */
  #finish(code) {
    if (this.#closed) return
    this.#closed = true
    this.#dialer.stop()
    this.#outbox.detach()
    this.#open = false
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
