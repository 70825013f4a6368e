/** Listens to the server's stream of events and tells the page, and says when the line is lost. */

const SHOW_LOSS_AFTER_MS = 1500
const SILENCE_MS = 20_000
const RECONNECT_MS = [1000, 3000, 10_000, 30_000]

/**
 * @typedef {object} ServerEvent
 * @property {string} kind - Subject and change, such as `referral.submitted`
 * @property {string} subject - Id of what changed
 * @property {string} at - When, in ISO 8601
 * @property {string} [from] - Who calls, for `call.ringing`
 * @property {string} [attempt] - Id of the try to call, for `call.*`
 */

/** One stream, resumed after its last event for as long as the page lives. */
class EventStream {
  #url
  #cursor
  #banner = document.querySelector('[data-connection-lost]')
  #failures = 0
  #lossTimer = 0
  #silenceTimer = 0
  /** @type {EventSource | undefined} */
  #source

  /**
   * @param {string} url
   * @param {string} cursor - The last event that the page already shows
   */
  constructor(url, cursor) {
    this.#url = url
    this.#cursor = cursor
    globalThis.addEventListener('offline', () => this.#showLoss())
    globalThis.addEventListener('online', () => this.#open())
    // Without this the browser holds the stream of a page that nobody sees any more.
    globalThis.addEventListener('pagehide', () => this.#source?.close())
    globalThis.addEventListener('pageshow', (event) => event.persisted && this.#open())
    this.#open()
  }

  #open() {
    this.#source?.close()
    const url = new URL(this.#url, location.href)
    if (this.#cursor) url.searchParams.set('after', this.#cursor)
    this.#source = new EventSource(url)
    this.#source.addEventListener('open', () => this.#alive())
    this.#source.addEventListener('beat', (message) => this.#beat(message))
    this.#source.addEventListener('tramxa', (message) => this.#received(message))
    this.#source.addEventListener('error', () => this.#lost())
  }

  #alive() {
    this.#failures = 0
    clearTimeout(this.#lossTimer)
    this.#lossTimer = 0
    clearTimeout(this.#silenceTimer)
    if (this.#banner instanceof HTMLElement) this.#banner.hidden = true
  }

  /**
   * A line that is cut without a word looks open; a server that beats does so more often than this.
   *
   * @param {MessageEvent<string>} message - Its id moves the cursor over what concerns others
   */
  #beat(message) {
    this.#alive()
    this.#cursor = message.lastEventId || this.#cursor
    this.#silenceTimer = setTimeout(() => this.#lost(), SILENCE_MS)
  }

  #lost() {
    clearTimeout(this.#silenceTimer)
    this.#source?.close()
    this.#lossTimer ||= setTimeout(() => this.#showLoss(), SHOW_LOSS_AFTER_MS)
    const delay = RECONNECT_MS[Math.min(this.#failures, RECONNECT_MS.length - 1)] ?? 0
    this.#failures += 1
    this.#silenceTimer = setTimeout(() => this.#open(), delay * (0.75 + Math.random() / 2))
  }

  #showLoss() {
    if (this.#banner instanceof HTMLElement) this.#banner.hidden = false
  }

  /** @param {MessageEvent<string>} message */
  #received(message) {
    this.#alive()
    this.#cursor = message.lastEventId || this.#cursor
    /** @type {ServerEvent} */
    const detail = JSON.parse(message.data)
    document.dispatchEvent(new CustomEvent('tramxa:event', { detail }))
  }
}

/**
 * Opens the stream named by `data-url`, after the cursor in `data-cursor`.
 *
 * @param {HTMLElement} root
 */
export function events(root) {
  if (root.dataset.url) new EventStream(root.dataset.url, root.dataset.cursor ?? '')
}

/**
 * Calls back for each event of the stream.
 *
 * @param {(event: ServerEvent) => void} listener
 */
export function onServerEvent(listener) {
  document.addEventListener('tramxa:event', (event) => {
    if (event instanceof CustomEvent) listener(event.detail)
  })
}
