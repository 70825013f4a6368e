/** @import { FromNode } from './messages.js' */
import { canDeflate, deflate, DEFLATE_OVER, inflate } from './deflate.js'

const SILENCE_MS = 25_000
const LOST = 1006

/** Does one thing after the other: at once while nothing waits, since a page may be about to go. */
class InOrder {
  #waiting = 0
  #last = Promise.resolve()

  /** @param {() => Promise<void> | void} job - runs when those before it are done; must not throw */
  add(job) {
    if (this.#waiting === 0) {
      const going = job()
      if (going) this.#wait(going)
    } else this.#wait(this.#last.then(job, job))
  }

  /** @param {Promise<void>} going - what the next has to wait for */
  #wait(going) {
    this.#waiting += 1
    this.#last = going.finally(() => {
      this.#waiting -= 1
    })
  }
}

/**
 * @typedef {object} LineOptions
 * @property {number} patience - milliseconds until the socket must be open
 * @property {(after: number) => void} [onOpen] - told how many milliseconds that took
 * @property {(message: FromNode) => void} onMessage - told what the node says
 * @property {(code: number) => void} onEnd - told the close code, unless we ended it
 */

/** One socket that says hello by itself and ends once: by the node, by silence, or by us. */
export class Line {
  #socket
  #ended = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence
  #options
  #sending = new InOrder()
  #receiving = new InOrder()

  /**
   * @param {string} url - the node's address
   * @param {object} hello - the first message
   * @param {LineOptions} options - see above
   */
  constructor(url, hello, options) {
    this.#options = options
    const begin = performance.now()
    this.#socket = new WebSocket(url)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.addEventListener('open', () => {
      this.#listen(SILENCE_MS)
      options.onOpen?.(performance.now() - begin)
      this.write({ ...hello, deflate: canDeflate })
    })
    this.#socket.addEventListener('close', (event) =>
      this.#receiving.add(() => this.#end(event.code))
    )
    this.#socket.addEventListener('message', (event) => {
      this.#listen(SILENCE_MS)
      this.#receiving.add(() => this.#read(event.data))
    })
    this.#listen(options.patience)
  }

  /**
   * @param {object} ping - asks for a sign of life
   * @param {number} patience - milliseconds within which it must come
   */
  probe(ping, patience) {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    this.write(ping)
    this.#listen(patience)
  }

  /** @param {object} message - to be sent in its turn, if the socket still takes it */
  write(message) {
    if (this.#ended) return
    const text = JSON.stringify(message)
    const send = (/** @type {string | ArrayBuffer} */ data) => {
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data)
    }
    this.#sending.add(() =>
      canDeflate && text.length > DEFLATE_OVER ? deflate(text).then(send) : send(text)
    )
  }

  /** Ends it without telling `onEnd`, after what is being written. */
  close() {
    this.#ended = true
    clearTimeout(this.#silence)
    this.#sending.add(() => this.#socket.close())
  }

  /**
   * @param {string | ArrayBuffer} data - one frame
   * @returns {Promise<void> | void} when it has been acted on
   */
  #read(data) {
    if (typeof data === 'string') {
      this.#tell(data)
      return
    }
    return inflate(data).then(
      (text) => this.#tell(text),
      () => this.#end(LOST)
    )
  }

  /** @param {string} text - one message */
  #tell(text) {
    if (!this.#ended) this.#options.onMessage(JSON.parse(text))
  }

  /** @param {number} patience - milliseconds */
  #listen(patience) {
    if (this.#ended) return
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#end(LOST), patience)
  }

  /** @param {number} code - the close code */
  #end(code) {
    if (this.#ended) return
    this.close()
    this.#options.onEnd(code)
  }
}
