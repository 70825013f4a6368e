/** Says that somebody calls: a banner, a ring, and the page's title. */
import { command } from '../call/server.js'
import { onServerEvent } from './events.js'
import { Ringtone } from './ringtone.js'

const BLINK_MS = 1200
/** A call rings for a minute; without news of its end, the line of this page is down. */
const LONGEST_MS = 75_000

/** The banner of the page and the call that it shows. */
class IncomingCall {
  #root
  #ringtone = new Ringtone()
  #title = document.title
  #call = ''
  #timer = 0
  #lastTimer = 0
  /** @type {Element | null} */
  #before = null

  /** @param {HTMLElement} root - Has `data-accept-url` and `data-decline-url` with `{id}`, and the title in `data-title` */
  constructor(root) {
    this.#root = root
    root.querySelector('[data-decline]')?.addEventListener('submit', (event) => {
      event.preventDefault()
      const { target } = event
      if (!(event instanceof SubmitEvent && target instanceof HTMLFormElement)) return
      void this.#decline(target, event.submitter)
    })
    globalThis.addEventListener('pagehide', () => this.#ringtone.stop())
    onServerEvent((event) => this.#heard(event))
    const { call, attempt } = root.dataset
    if (!call) return
    // The page came with it: it was shown before this script was there.
    root.hidden = true
    this.#ring({ subject: call, attempt, from: root.querySelector('[data-from]')?.textContent })
  }

  /** @param {import('./events.js').ServerEvent} event */
  #heard(event) {
    if (event.kind === 'call.ringing') this.#ring(event)
    // Answered elsewhere, refused, missed, ended: whatever happens next to this call ends the ring.
    else if (event.kind.startsWith('call.') && event.subject === this.#call) this.#stop()
  }

  /** @param {{subject: string, attempt?: string | undefined, from?: string | null | undefined}} event - The consultation, the try, and who calls, as the server says it */
  #ring({ subject: call, attempt, from }) {
    this.#call = call
    if (attempt) void this.#acknowledge(attempt)
    const { acceptUrl = '', declineUrl = '' } = this.#root.dataset
    this.#root.querySelector('[data-accept]')?.setAttribute('href', acceptUrl.replace('{id}', call))
    const decline = this.#root.querySelector('[data-decline]')
    decline?.setAttribute('action', declineUrl.replace('{id}', call))
    const caller = this.#root.querySelector('[data-from]')
    if (caller) caller.textContent = from ?? ''
    this.#show()
    this.#ringtone.start()
    this.#blink()
    clearTimeout(this.#lastTimer)
    this.#lastTimer = setTimeout(() => this.#stop(), LONGEST_MS)
  }

  /** @param {string} attempt - Whose caller learns that a device rings */
  async #acknowledge(attempt) {
    try {
      await command(`/calls/${attempt}/ringing`)
    } catch {
      // It rings all the same; the caller only does not hear of it.
    }
  }

  /** Takes the focus unless somebody is typing, and not on a button: a key pressed now means something else. */
  #show() {
    if (!this.#root.hidden) return
    this.#before = document.activeElement
    this.#root.hidden = false
    if (!this.#before?.matches('input, textarea, select')) this.#root.focus()
  }

  /**
   * @param {HTMLFormElement} form - sent from where it stands, so that nobody's page and half-written words are lost
   * @param {HTMLElement | null} submitter - The button, with a word for the caller
   */
  async #decline(form, submitter) {
    const { action } = form
    const body = new URLSearchParams()
    for (const [name, value] of new FormData(form, submitter)) body.append(name, String(value))
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
    clearTimeout(this.#lastTimer)
    document.title = this.#title
  }
}

/** @param {HTMLElement} root - The page's hidden call banner */
export function incomingCall(root) {
  new IncomingCall(root)
}
