/** Says that somebody calls: a banner, a ring, and the page's title. */
import { onServerEvent } from './events.js'
import { Ringtone } from './ringtone.js'

const BLINK_MS = 1200

/** The banner of the page and the call that it shows. */
class IncomingCall {
  #root
  #ringtone = new Ringtone()
  #title = document.title
  #call = ''
  #timer = 0
  /** @type {Element | null} */
  #before = null

  /** @param {HTMLElement} root - Has `data-accept-url` and `data-decline-url` with `{id}`, and the title in `data-title` */
  constructor(root) {
    this.#root = root
    root.querySelector('[data-decline]')?.addEventListener('submit', (event) => {
      event.preventDefault()
      if (event.target instanceof HTMLFormElement) void this.#decline(event.target)
    })
    globalThis.addEventListener('pagehide', () => this.#ringtone.stop())
    onServerEvent((event) => this.#heard(event))
    if (root.dataset.call) this.#ring(root.dataset.call, root.dataset.from ?? '')
  }

  /** @param {import('./events.js').ServerEvent} event */
  #heard(event) {
    if (event.kind === 'call.ringing') this.#ring(event.subject, event.from ?? '')
    // Answered elsewhere, refused, missed, ended: whatever happens next to this call ends the ring.
    else if (event.kind.startsWith('call.') && event.subject === this.#call) this.#stop()
  }

  /**
   * @param {string} call - The consultation's id
   * @param {string} from - Who calls, as the server says it
   */
  #ring(call, from) {
    this.#call = call
    const { acceptUrl = '', declineUrl = '' } = this.#root.dataset
    this.#root.querySelector('[data-accept]')?.setAttribute('href', acceptUrl.replace('{id}', call))
    const decline = this.#root.querySelector('[data-decline]')
    decline?.setAttribute('action', declineUrl.replace('{id}', call))
    const caller = this.#root.querySelector('[data-from]')
    if (caller) caller.textContent = from
    this.#show()
    this.#ringtone.start()
    this.#blink()
  }

  /** Takes the focus unless somebody is typing, and not on a button: a key pressed now means something else. */
  #show() {
    if (!this.#root.hidden) return
    this.#before = document.activeElement
    this.#root.hidden = false
    if (!this.#before?.matches('input, textarea, select')) this.#root.focus()
  }

  /** @param {HTMLFormElement} form - sent from where it stands, so that nobody's page and half-written words are lost */
  async #decline(form) {
    const { action } = form
    const body = new URLSearchParams()
    for (const [name, value] of new FormData(form)) body.append(name, String(value))
    this.#stop()
    try {
      await fetch(action, { method: 'POST', body, redirect: 'manual' })
    } catch {
      // The line is down: the call rings out, and the caller is told after a minute.
    }
  }

  #blink() {
    clearInterval(this.#timer)
    const ringing = this.#root.dataset.title ?? this.#title
    document.title = ringing
    this.#timer = setInterval(() => {
      document.title = document.title === ringing ? this.#title : ringing
    }, BLINK_MS)
  }

  #stop() {
    this.#call = ''
    const hadFocus = this.#root.contains(document.activeElement)
    this.#root.hidden = true
    if (hadFocus && this.#before instanceof HTMLElement) this.#before.focus()
    this.#ringtone.stop()
    clearInterval(this.#timer)
    document.title = this.#title
  }
}

/** @param {HTMLElement} root - The page's hidden call banner */
export function incomingCall(root) {
  new IncomingCall(root)
}
