/** @import { Peer, Payload, Signal } from './messages.js' */

const KEPT = 256
/** Below the node's 30 a second with bursts of 60, so that catching up never trips it. */
const BURST = 40
const EVERY_MS = 50

/** Numbers signals, keeps them until the node has them, and paces their sending. */
export class Outbox {
  /** @type {Signal[]} */
  #kept = []
  #last = 0
  #sentUpTo = 0
  #allowance = BURST
  #spentAt = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  /** @type {((signal: Signal) => void) | null} */
  #send = null

  /**
   * Takes a signal over; it is sent when a socket is there.
   *
   * @param {string} to - participant id
   * @param {string} instance - the page of that participant that is meant
   * @param {Payload} payload - what to carry
   */
  add(to, instance, payload) {
    const id = crypto.randomUUID()
    this.#last += 1
    this.#kept.push({ type: 'signal', seq: this.#last, id, to, instance, payload })
    if (this.#kept.length > KEPT) this.#kept.shift()
    this.#flush()
  }

  /** @param {number} seq - everything up to this number has arrived */
  acknowledge(seq) {
    this.#kept = this.#kept.filter((signal) => signal.seq > seq)
  }

  /** @param {string} id - of a signal that was refused and must not be repeated */
  forget(id) {
    this.#kept = this.#kept.filter((signal) => signal.id !== id)
  }

  /**
   * Goes on in the same session: repeats what the node has not received.
   *
   * @param {number} seq - the last number that the node has
   * @param {(signal: Signal) => void} send - writes to the new socket
   */
  resume(seq, send) {
    this.acknowledge(seq)
    this.#sentUpTo = seq
    this.#attach(send)
  }

  /**
   * Begins a new session; only what pages still present can use is sent again.
   *
   * @param {Peer[]} peers - who is in the room
   * @param {(signal: Signal) => void} send - writes to the new socket
   */
  restart(peers, send) {
    const present = new Set(peers.map((peer) => `${peer.id} ${peer.instance}`))
    this.#kept = this.#kept.filter((signal) => present.has(`${signal.to} ${signal.instance}`))
    this.#last = 0
    for (const signal of this.#kept) signal.seq = this.#last += 1
    this.#sentUpTo = 0
    this.#attach(send)
  }

  /** Keeps everything until there is a socket again. */
  detach() {
    this.#send = null
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** @param {(signal: Signal) => void} send - writes to the new socket */
  #attach(send) {
    this.#send = send
    this.#allowance = BURST
    this.#spentAt = performance.now()
    this.#flush()
  }

  #flush() {
    if (!this.#send || this.#timer !== undefined) return
    const now = performance.now()
    const earned = (now - this.#spentAt) / EVERY_MS
    this.#allowance = Math.min(BURST, this.#allowance + earned)
    this.#spentAt = now
    for (const signal of this.#kept) {
      if (signal.seq <= this.#sentUpTo) continue
      if (this.#allowance < 1) {
        this.#timer = setTimeout(() => this.#again(), EVERY_MS)
        return
      }
      this.#allowance -= 1
      this.#sentUpTo = signal.seq
      this.#send(signal)
    }
  }

  #again() {
    this.#timer = undefined
    this.#flush()
  }
}
