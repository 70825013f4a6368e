/** @import { FromNode } from './messages.js' */

const SILENCE_MS = 25_000
const LOST = 1006

/** One socket that says hello by itself and ends once: by the node, by silence, or by us. */
export class Line {
  #socket
  #ended = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence
  #onEnd

  /**
   * @param {string} url - the node's address
   * @param {object} hello - the first message
   * @param {(message: FromNode) => void} onMessage - told what the node says
   * @param {(code: number) => void} onEnd - told the close code, unless we ended it
   */
  constructor(url, hello, onMessage, onEnd) {
    this.#onEnd = onEnd
    this.#socket = new WebSocket(url)
    this.#socket.addEventListener('open', () => this.write(hello))
    this.#socket.addEventListener('close', (event) => this.#end(event.code))
    this.#socket.addEventListener('message', (event) => {
      if (this.#ended) return
      this.#listen()
      onMessage(JSON.parse(event.data))
    })
    this.#listen()
  }

  /** @param {object} message - to be sent now, if the socket still takes it */
  write(message) {
    if (!this.#ended && this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message))
    }
  }

  /** Ends it without telling `onEnd`. */
  close() {
    this.#ended = true
    clearTimeout(this.#silence)
    this.#socket.close()
  }

  #listen() {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#end(LOST), SILENCE_MS)
  }

  /** @param {number} code - the close code */
  #end(code) {
    if (this.#ended) return
    this.close()
    this.#onEnd(code)
  }
}
