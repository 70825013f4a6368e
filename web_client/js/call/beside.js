/** The channel beside voice and picture to one other page: short messages at once, files in pieces as slowly as the voice needs. */

/** @import { Announcement, Purpose } from './transfer.js' */
import { Incoming, isAnnouncement, Outgoing, PIECE, readPiece } from './transfer.js'

const LABEL = 'beside'
/** More would wait in the browser, where nobody can hold it back any more. */
const MOST_BUFFERED = 4 * 1024
const LOOK_AGAIN_MS = 50
const MOST_AT_ONCE = 4

/**
 * One channel over as many connections as the call needs.
 *
 * Events, each a CustomEvent: `said` (a message of the other page), `progress` ({announcement, done, mine}), `received` ({announcement, blob}), `delivered`
 * ({announcement}).
 */
export class Beside extends EventTarget {
  #rate
  /** @type {RTCDataChannel | null} */
  #channel = null
  /** @type {Map<number, Outgoing>} */
  #outgoing = new Map()
  /** @type {Map<number, Incoming>} */
  #incoming = new Map()
  /** @type {Set<number>} */
  #finished = new Set()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {(purpose: Purpose) => number} rate - kilobits a second that a file may take now */
  constructor(rate) {
    super()
    this.#rate = rate
  }

  /**
   * Goes over this connection from now on; both pages open the same channel, so nothing is negotiated.
   *
   * @param {RTCPeerConnection} connection - new
   */
  moveTo(connection) {
    const channel = connection.createDataChannel(LABEL, { negotiated: true, id: 0 })
    channel.binaryType = 'arraybuffer'
    channel.addEventListener('open', () => this.#opened(channel))
    channel.addEventListener('message', ({ data }) => this.#heard(data))
    this.#channel = channel
    for (const file of this.#outgoing.values()) file.pause()
  }

  /** Ends every transfer. */
  close() {
    clearTimeout(this.#timer)
    this.#finished.clear()
    this.#outgoing.clear()
    this.#incoming.clear()
    this.#channel = null
  }

  /** Whether a message would arrive. */
  get isOpen() {
    return this.#channel?.readyState === 'open'
  }

  /** Whether anything is on its way out. */
  get isBusy() {
    return this.#outgoing.size > 0
  }

  /** Whether somebody waits for what is on its way out: nobody asked for a still. */
  get isHurried() {
    return [...this.#outgoing.values()].some(({ announcement }) => announcement.purpose !== 'still')
  }

  /** @param {object} message - for the other page, if it can be reached now */
  say(message) {
    if (this.isOpen) this.#channel?.send(JSON.stringify(message))
  }

  /**
   * Sends a file; it goes on by itself after a cut.
   *
   * @param {Announcement} announcement - of it
   * @param {Uint8Array} bytes - its content
   */
  send(announcement, bytes) {
    this.#outgoing.set(announcement.number, new Outgoing(announcement, bytes))
    this.say(announcement)
  }

  /** @param {RTCDataChannel} channel - that can be used now */
  #opened(channel) {
    if (channel !== this.#channel) return
    for (const { announcement } of this.#outgoing.values()) this.say(announcement)
    this.#emit('open', null)
  }

  /** @param {string | ArrayBuffer} data - from the other page */
  #heard(data) {
    if (typeof data === 'string') this.#told(parse(data))
    else this.#got(data)
  }

  /** @param {any} message - from the other page */
  #told(message) {
    if (message?.type === 'file') this.#expect(message)
    else if (message?.type === 'want') this.#goOn(message)
    else if (message?.type === 'have') this.#arrived(message.number)
    else if (message) this.#emit('said', message)
  }

  /** @param {{number: number, from: number}} message - what the other page lacks of a file */
  #goOn({ number, from }) {
    this.#outgoing.get(number)?.resume(from)
    this.#flow()
  }

  /** @param {number} number - of a file that the other page has whole */
  #arrived(number) {
    const file = this.#outgoing.get(number)
    if (!file) return
    this.#outgoing.delete(number)
    this.#emit('delivered', { announcement: file.announcement })
    this.#flow()
  }

  /** @param {any} announcement - of a file, new or gone on with */
  #expect(announcement) {
    if (!isAnnouncement(announcement)) return
    const { number } = announcement
    // What says so may have been lost with the line.
    if (this.#finished.has(number)) {
      this.say({ type: 'have', number })
      return
    }
    const known = this.#incoming.get(number)
    if (!known && this.#incoming.size >= MOST_AT_ONCE) return
    const file = known ?? new Incoming(announcement)
    this.#incoming.set(number, file)
    this.say({ type: 'want', number, from: file.done })
  }

  /** @param {ArrayBuffer} data - a piece of a file */
  #got(data) {
    const piece = readPiece(data)
    const file = piece && this.#incoming.get(piece.number)
    if (!file) return
    file.add(piece.offset, piece.content)
    const { announcement } = file
    this.#emit('progress', { announcement, done: file.done, mine: false })
    if (!file.isComplete) return
    this.#incoming.delete(piece.number)
    this.#finished.add(piece.number)
    this.say({ type: 'have', number: piece.number })
    this.#emit('received', { announcement, blob: file.blob() })
  }

  /** Sends a piece, and the next when the line has had time for it. */
  #flow() {
    clearTimeout(this.#timer)
    const file = [...this.#outgoing.values()].find(({ isReady }) => isReady)
    if (!file || !this.isOpen || !this.#channel) return
    if (this.#channel.bufferedAmount + PIECE > MOST_BUFFERED) {
      this.#timer = setTimeout(() => this.#flow(), LOOK_AGAIN_MS)
      return
    }
    const piece = file.take()
    this.#channel.send(piece)
    this.#emit('progress', { announcement: file.announcement, done: file.done, mine: true })
    this.#timer = setTimeout(
      () => this.#flow(),
      (8 * piece.length) / Math.max(1, this.#rate(file.announcement.purpose))
    )
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

/** @param {string} text - which ought to be JSON */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
