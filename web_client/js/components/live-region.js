/** Fetches a part of the page again when something happened to what it shows. */
import { onServerEvent } from './events.js'

const GATHER_MS = 250

/** One fragment of HTML and the events that make it old. */
class LiveRegion {
  #root
  #url
  #timer = 0

  /**
   * @param {HTMLElement} root
   * @param {string} url - Answers with a page that holds an element of the same id
   */
  constructor(root, url) {
    this.#root = root
    this.#url = url
    root.addEventListener('focusout', () => this.#timer < 0 && this.refreshSoon())
  }

  /** Waits a moment, because events come in groups. */
  refreshSoon() {
    if (this.#timer > 0) return
    this.#timer = setTimeout(() => this.#refresh(), GATHER_MS)
  }

  #refresh() {
    this.#timer = 0
    if (this.#isBeingTyped()) {
      this.#timer = -1
      return
    }
    // A document that XMLHttpRequest parses is inert and needs no HTML sink, so Trusted Types allow it.
    const request = new XMLHttpRequest()
    request.open('GET', this.#url)
    request.setRequestHeader('X-Part', this.#root.id)
    // To look again at what is open is no new view; the server says how long it is open.
    const { opening } = document.body.dataset
    if (opening) request.setRequestHeader('X-Page-Opening', opening)
    request.responseType = 'document'
    request.addEventListener('load', () => {
      if (request.status !== 200) return
      document.body.dataset.opening = request.responseXML?.body.dataset.opening ?? ''
      this.#replace(request.responseXML)
    })
    request.send()
  }

  #isBeingTyped() {
    const active = document.activeElement
    return this.#root.contains(active) && active?.matches('input, textarea, select')
  }

  /** @param {Document | null} fresh */
  #replace(fresh) {
    const content = fresh?.getElementById(this.#root.id)
    if (!content || this.#isBeingTyped()) return
    const focused = this.#root.contains(document.activeElement) ? document.activeElement?.id : ''
    this.#root.replaceChildren(...document.adoptNode(content).childNodes)
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
    this.#root.dispatchEvent(new CustomEvent('tramxa:added', { bubbles: true }))
  }
}

/**
 * Refreshes an element by `data-url` on the event kinds in `data-on`, only for `data-subject` when it is given.
 *
 * @param {HTMLElement} root
 */
export function liveRegion(root) {
  const { url, on = '', subject } = root.dataset
  const region = new LiveRegion(root, url ?? location.href)
  const kinds = on.split(' ')
  onServerEvent((event) => {
    const matches = kinds.some((kind) => event.kind === kind || event.kind.startsWith(`${kind}.`))
    if (matches && (!subject || subject === event.subject)) region.refreshSoon()
  })
}
