/** @import { FromNode } from './messages.js' */
import { canDeflate, deflate, DEFLATE_OVER, inflate } from './deflate.js'

/** A socket that does not open leads nowhere; one that is open may be slow. */
const OPENING_MS = 10_000
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

/** One socket that says hello by itself and ends once: by the node, by silence, or by us. */
export class Line {
  #socket
  #ended = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence
  #onMessage
  #onEnd
  #sending = new InOrder()
  #receiving = new InOrder()

  /**
   * @param {string} url - the node's address
   * @param {object} hello - the first message
   * @param {(message: FromNode) => void} onMessage - told what the node says
   * @param {(code: number) => void} onEnd - told the close code, unless we ended it
   */
  constructor(url, hello, onMessage, onEnd) {
    this.#onMessage = onMessage
    this.#onEnd = onEnd
    this.#socket = new WebSocket(url)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.addEventListener('open', () => this.write({ ...hello, deflate: canDeflate }))
    this.#socket.addEventListener('close', (event) =>
      this.#receiving.add(() => this.#end(event.code))
    )
    this.#socket.addEventListener('message', (event) => {
      this.#listen(SILENCE_MS)
      this.#receiving.add(() => this.#read(event.data))
    })
    this.#listen(OPENING_MS)
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
    if (!this.#ended) this.#onMessage(JSON.parse(text))
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
    this.#onEnd(code)
  }
}
