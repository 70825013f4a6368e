/** Saves a draft while it is written, however bad the line, and never claims more than the server confirmed. */

const QUIET_MS = 1500
const AT_MOST_MS = 4500
const RETRY_MS = [2000, 5000, 10_000, 30_000]
const LEAVE_AFTER_MS = 8000

/** One form and the draft of it that the server holds. */
class Autosave {
  #form
  #url
  #status
  #dirtySince = 0
  #failures = 0
  /** @type {Promise<number> | null} */
  #sending = null
  #stopped = false
  #key = ''
  #timer = 0

  /** @param {HTMLFormElement} form - Carries `data-url` and the sentences as `data-saved`, `data-waiting`, `data-conflict` */
  constructor(form) {
    this.#form = form
    this.#url = form.dataset.url ?? form.action
    this.#status = form.querySelector('[data-autosave-status]')
    form.addEventListener('input', () => this.#touched())
    form.addEventListener('change', () => this.#touched())
    form.addEventListener('submit', (event) => this.#leave(event))
    globalThis.addEventListener('online', () => this.#save())
    globalThis.addEventListener('beforeunload', (event) => {
      if (this.#dirtySince && !this.#stopped) event.preventDefault()
    })
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#save()
    })
  }

  /**
   * A save that is on its way decides the version which the form must carry, so the form waits for it.
   *
   * @param {SubmitEvent} event
   */
  #leave(event) {
    this.#stop()
    if (!this.#sending) return
    event.preventDefault()
    const patience = new Promise((resolve) => setTimeout(resolve, LEAVE_AFTER_MS))
    const { submitter } = event
    void Promise.race([this.#sending, patience]).then(() => {
      this.#sending = null
      this.#form.requestSubmit(submitter)
    })
  }

  #stop() {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #touched() {
    this.#key = ''
    this.#dirtySince ||= Date.now()
    const left = this.#dirtySince + AT_MOST_MS - Date.now()
    if (this.#failures === 0) this.#later(Math.max(0, Math.min(QUIET_MS, left)))
  }

  /** @param {number} delay - Milliseconds */
  #later(delay) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#save(), delay)
  }

  async #save() {
    if (this.#stopped || this.#sending || !this.#dirtySince) return
    const began = this.#dirtySince
    this.#dirtySince = 0
    this.#sending = this.#send()
    const status = await this.#sending
    this.#sending = null
    if (status >= 200 && status < 300) this.#saved()
    else if (status === 409) this.#refused()
    else this.#failed(began)
  }

  /** @returns {Promise<number>} The HTTP status, 0 when nothing answered */
  async #send() {
    // The same key goes with every attempt at the same text, so a lost answer cannot save twice.
    this.#key ||= crypto.randomUUID()
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        body: this.#fields(),
        headers: {
          Accept: 'application/json',
          'Idempotency-Key': this.#key,
          'X-CSRF-Token': field(this.#form, 'csrf_token')?.value ?? ''
        },
        keepalive: true,
        redirect: 'error'
      })
      if (response.ok) await this.#takeVersion(response)
      return response.status
    } catch {
      return 0
    }
  }

  /** @returns {URLSearchParams} What was typed; files travel on their own, a password never in a draft */
  #fields() {
    const fields = new URLSearchParams()
    const secret = [...this.#form.querySelectorAll('input[type="password"]')]
    const left = new Set(['csrf_token', ...secret.map((input) => input.getAttribute('name'))])
    for (const [name, value] of new FormData(this.#form)) {
      if (typeof value === 'string' && !left.has(name)) fields.append(name, value)
    }
    return fields
  }

  /**
   * The server's version number goes back with the next save, so that two writers notice each other.
   *
   * @param {Response} response
   */
  async #takeVersion(response) {
    const version = field(this.#form, 'version')
    if (!version || response.status === 204) return
    const answer = await response.json()
    if (answer.version !== undefined) version.value = String(answer.version)
  }

  #saved() {
    this.#failures = 0
    const time = new Intl.DateTimeFormat(document.documentElement.lang, {
      hour: '2-digit',
      minute: '2-digit'
    }).format()
    this.#show('saved', (this.#form.dataset.saved ?? '').replace('{time}', time))
    if (this.#dirtySince) this.#later(QUIET_MS)
  }

  #refused() {
    this.#stop()
    this.#show('conflict', this.#form.dataset.conflict ?? '')
  }

  /** @param {number} began - When the text that is still unsaved was first touched */
  #failed(began) {
    this.#dirtySince = began
    this.#show('waiting', this.#form.dataset.waiting ?? '')
    this.#later(RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 0)
    this.#failures += 1
  }

  /**
   * @param {string} state
   * @param {string} text
   */
  #show(state, text) {
    if (!(this.#status instanceof HTMLElement)) return
    this.#status.dataset.state = state
    this.#status.textContent = text
  }
}

/**
 * Finds a hidden field of the form.
 *
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function field(form, name) {
  const found = form.elements.namedItem(name)
  return found instanceof HTMLInputElement ? found : null
}

/**
 * Keeps a form's draft on the server.
 *
 * @param {HTMLElement} root
 */
export function autosave(root) {
  if (root instanceof HTMLFormElement) new Autosave(root)
}
