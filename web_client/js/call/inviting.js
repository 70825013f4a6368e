/** Asking further people into the call from the page of the meeting, without leaving it. */
import { command, Refused } from './server.js'

const WAIT_MS = 300

/** The dialog with the search, and the list of who was asked. */
export class Inviting {
  #meeting
  #dialog
  #timer = 0

  /**
   * @param {string} meeting - id
   * @param {HTMLDialogElement} dialog - with the form of the search and that of the invitation
   */
  constructor(meeting, dialog) {
    this.#meeting = meeting
    this.#dialog = dialog
    dialog.addEventListener('submit', (event) => this.#submitted(event))
    dialog.addEventListener('input', (event) => {
      if (event.target instanceof HTMLInputElement) this.#searchSoon(WAIT_MS)
    })
    document.querySelector('[data-action="invite"]')?.addEventListener('click', () => {
      this.#say('')
      this.#searchSoon(0)
    })
    document.addEventListener('submit', (event) => this.#withdrawn(event), { capture: true })
  }

  /** @param {SubmitEvent} event - of one of the forms */
  #submitted(event) {
    const { target: form, submitter } = event
    if (!(form instanceof HTMLFormElement)) return
    event.preventDefault()
    if (form.matches('[data-guest-search]')) this.#searchSoon(0)
    else if (submitter instanceof HTMLButtonElement) void this.#invite(form, submitter)
  }

  /** @param {number} wait - milliseconds, for more letters */
  #searchSoon(wait) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#search(), wait)
  }

  /** The page of the search has what it found; only that part of it is taken. */
  #search() {
    const words = this.#dialog.querySelector('input[name="q"]')
    const url = new URL(`/consultations/${this.#meeting}/guests`, location.href)
    url.searchParams.set('q', words instanceof HTMLInputElement ? words.value : '')
    // A document that XMLHttpRequest parses is inert and needs no HTML sink, so Trusted Types allow it.
    const request = new XMLHttpRequest()
    request.open('GET', url)
    request.responseType = 'document'
    request.addEventListener('load', () => {
      const found = request.responseXML?.getElementById('guest-results')
      if (request.status !== 200 || !found) return
      const place = this.#dialog.querySelector('#guest-results')
      place?.replaceChildren(...document.adoptNode(found).childNodes)
    })
    request.send()
  }

  /**
   * @param {HTMLFormElement} form - with the role
   * @param {HTMLButtonElement} button - of the person
   */
  async #invite(form, button) {
    const role = new FormData(form).get('role')
    await this.#try(async () => {
      await command(`/consultations/${this.#meeting}/guests`, { person_id: button.value, role })
      this.#dialog.close()
    })
  }

  /** @param {SubmitEvent} event - perhaps of the button that ends an invitation */
  #withdrawn(event) {
    const form = event.target
    const id = form instanceof HTMLFormElement ? form.dataset.guestWithdraw : ''
    if (!id) return
    event.preventDefault()
    void this.#try(() => command(`/guests/${id}/withdraw`))
  }

  /** @param {() => Promise<void>} action - its refusal is shown, not thrown */
  async #try(action) {
    this.#say('')
    try {
      await action()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.#say(error.message)
    }
  }

  /** @param {string} sentence - why it could not be done */
  #say(sentence) {
    const place = this.#dialog.querySelector('[data-part="invite-trouble"]')
    if (!(place instanceof HTMLElement)) return
    place.textContent = sentence
    place.hidden = !sentence
  }
}

/** @param {string} meeting - id; a page of somebody who may ask nobody has no dialog */
export function startInviting(meeting) {
  const dialog = document.getElementById('invite-dialog')
  if (dialog instanceof HTMLDialogElement) new Inviting(meeting, dialog)
}
