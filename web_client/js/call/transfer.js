/** Files in pieces: pure bookkeeping of what is sent and what has come, so that a cut line costs nothing twice. */

/**
 * What a transfer is for: a still stands for a picture that pauses and is not kept; a photo and a file are kept with the case.
 *
 * @typedef {'still' | 'photo' | 'file'} Purpose
 * @typedef {object} Announcement
 * @property {'file'} type - of the message
 * @property {number} number - of the transfer, random
 * @property {string} name - of the file
 * @property {string} mime - what kind of file
 * @property {number} size - in bytes
 * @property {Purpose} purpose - see above
 */

/** One piece is one packet: several in a row would make the voice wait. */
export const PIECE = 1100
const HEADER = 8
const MOST = { still: 64 * 1024, photo: 20 * 1024 * 1024, file: 20 * 1024 * 1024 }
const LONGEST_NAME = 150

/**
 * @param {any} message - from the other page, which may be anything
 * @returns {message is Announcement} whether a file may come so
 */
export function isAnnouncement(message) {
  const most = MOST[/** @type {Purpose} */ (message?.purpose)]
  const { number, name, mime, size } = message ?? {}
  return (
    most !== undefined &&
    Number.isInteger(number) &&
    Number.isInteger(size) &&
    size > 0 &&
    size <= most &&
    [name, mime].every((text) => typeof text === 'string' && text.length <= LONGEST_NAME)
  )
}

/** A file that goes out. */
export class Outgoing {
  #bytes
  #at = 0
  #asked = false

  /**
   * @param {Announcement} announcement - of the file
   * @param {Uint8Array} bytes - its content
   */
  constructor(announcement, bytes) {
    this.announcement = announcement
    this.#bytes = bytes
  }

  /** Bytes that have been handed over. */
  get done() {
    return this.#at
  }

  /** Whether there is a piece that the other side waits for. */
  get isReady() {
    return this.#asked && this.#at < this.#bytes.length
  }

  /** Waits until the other side says again what it lacks. */
  pause() {
    this.#asked = false
  }

  /** @param {number} from - the first byte that the other side lacks */
  resume(from) {
    if (!Number.isInteger(from) || from < 0 || from > this.#bytes.length) return
    this.#at = from
    this.#asked = true
  }

  /** @returns {Uint8Array<ArrayBuffer>} the next piece, with the number of the transfer and its place in front */
  take() {
    const content = this.#bytes.subarray(this.#at, this.#at + PIECE)
    const piece = new Uint8Array(HEADER + content.length)
    const header = new DataView(piece.buffer)
    header.setUint32(0, this.announcement.number)
    header.setUint32(4, this.#at)
    piece.set(content, HEADER)
    this.#at += content.length
    return piece
  }
}

/** A file that comes in. */
export class Incoming {
  #bytes
  #at = 0

  /** @param {Announcement} announcement - of the file */
  constructor(announcement) {
    this.announcement = announcement
    this.#bytes = new Uint8Array(announcement.size)
  }

  /** Bytes that have come, without a gap. */
  get done() {
    return this.#at
  }

  get isComplete() {
    return this.#at === this.#bytes.length
  }

  /**
   * Takes in a piece; one that came before, or that leaves a gap, changes nothing.
   *
   * @param {number} offset - of its first byte
   * @param {Uint8Array} content - the bytes
   */
  add(offset, content) {
    if (offset > this.#at || offset + content.length <= this.#at) return
    const room = content.subarray(this.#at - offset, this.#bytes.length - offset)
    this.#bytes.set(room, this.#at)
    this.#at += room.length
  }

  /** @returns {Blob} the whole file */
  blob() {
    return new Blob([this.#bytes], { type: this.announcement.mime })
  }
}

/**
 * @param {ArrayBuffer} piece - as it came
 * @returns {{number: number, offset: number, content: Uint8Array} | null} null when it is no piece
 */
export function readPiece(piece) {
  if (piece.byteLength <= HEADER || piece.byteLength > HEADER + PIECE) return null
  const header = new DataView(piece)
  return {
    number: header.getUint32(0),
    offset: header.getUint32(4),
    content: new Uint8Array(piece, HEADER)
  }
}
