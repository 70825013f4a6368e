/** Finds a diagnosis by code or words, as an ARIA combobox; without it the field takes the code alone. */

const WAIT_MS = 200

/** @typedef {{code: string, name: string}} Diagnosis */

/** A text input, its list of suggestions, and the name of what was chosen. */
class IcdSearch {
  #root
  #input
  #list = document.createElement('ul')
  #chosen
  #status
  #active = -1
  #timer = 0
  #request = new AbortController()

  /**
   * @param {HTMLElement} root - Has `data-url`, and sentences in `data-found` (`{n}`) and `data-none`
   * @param {HTMLInputElement} input
   */
  constructor(root, input) {
    this.#root = root
    this.#input = input
    this.#chosen = root.querySelector('[data-chosen]')
    this.#status = root.querySelector('[data-status]')
    this.#list.id = `${input.id}-list`
    this.#list.className = 'combobox__list'
    this.#list.setAttribute('role', 'listbox')
    this.#list.setAttribute('aria-label', root.dataset.label ?? '')
    input.after(this.#list)
    for (const [name, value] of Object.entries(this.#roles())) input.setAttribute(name, value)
    this.#close()
    input.addEventListener('input', () => this.#typed())
    input.addEventListener('keydown', (event) => this.#pressed(event))
    input.addEventListener('blur', () => this.#close())
    // Pressing must not take the focus, or the list would be gone before the click.
    this.#list.addEventListener('pointerdown', (event) => event.preventDefault())
    this.#list.addEventListener('click', (event) => this.#clicked(event))
  }

  #roles() {
    return {
      role: 'combobox',
      autocomplete: 'off',
      'aria-autocomplete': 'list',
      'aria-controls': this.#list.id
    }
  }

  #typed() {
    clearTimeout(this.#timer)
    if (this.#chosen) this.#chosen.textContent = ''
    this.#timer = setTimeout(() => this.#search(this.#input.value.trim()), WAIT_MS)
  }

  /** @param {string} words */
  async #search(words) {
    this.#request.abort()
    if (words.length < 2) return this.#close()
    this.#request = new AbortController()
    const url = new URL(this.#root.dataset.url ?? '', location.href)
    url.searchParams.set('q', words)
    try {
      const response = await fetch(url, {
        headers: { Accept: 'application/json' },
        signal: this.#request.signal
      })
      if (response.ok) this.#show(await response.json())
    } catch {
      // The line is down or a newer question was asked: the typed code still counts.
    }
  }

  /** @param {Diagnosis[]} found */
  #show(found) {
    this.#list.replaceChildren(...found.map((diagnosis, index) => this.#option(diagnosis, index)))
    this.#active = -1
    this.#input.removeAttribute('aria-activedescendant')
    this.#list.hidden = found.length === 0
    this.#input.setAttribute('aria-expanded', String(found.length > 0))
    const { found: some = '', none = '' } = this.#root.dataset
    if (this.#status)
      this.#status.textContent = (found.length ? some : none).replace('{n}', String(found.length))
  }

  /**
   * @param {Diagnosis} diagnosis
   * @param {number} index
   */
  #option({ code, name }, index) {
    const option = document.createElement('li')
    option.id = `${this.#list.id}-${index}`
    option.className = 'combobox__option'
    option.dataset.code = code
    option.dataset.name = name
    option.setAttribute('role', 'option')
    option.setAttribute('aria-selected', 'false')
    const mark = document.createElement('span')
    mark.className = 'combobox__code'
    mark.textContent = code
    option.append(mark, ` ${name}`)
    return option
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (this.#list.hidden || event.isComposing) return
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => this.#move(1),
      ArrowUp: () => this.#move(-1),
      Enter: () => this.#choose(this.#list.children[this.#active]),
      Escape: () => this.#close()
    }
    const action = keys[event.key]
    if (!action || (event.key === 'Enter' && this.#active < 0)) return
    event.preventDefault()
    action()
  }

  /** @param {number} step */
  #move(step) {
    const count = this.#list.children.length
    this.#list.children[this.#active]?.setAttribute('aria-selected', 'false')
    this.#active = this.#active < 0 && step < 0 ? count - 1 : (this.#active + step + count) % count
    const option = this.#list.children[this.#active]
    option?.setAttribute('aria-selected', 'true')
    option?.scrollIntoView({ block: 'nearest' })
    this.#input.setAttribute('aria-activedescendant', option?.id ?? '')
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    if (event.target instanceof Element) this.#choose(event.target.closest('[role="option"]'))
  }

  /** @param {Element | null | undefined} option */
  #choose(option) {
    if (!(option instanceof HTMLElement)) return
    this.#input.value = option.dataset.code ?? ''
    if (this.#chosen) this.#chosen.textContent = option.dataset.name ?? ''
    this.#close()
    // Only a person's typing fires these, and the draft must notice a choice too.
    this.#input.dispatchEvent(new Event('change', { bubbles: true }))
  }

  #close() {
    clearTimeout(this.#timer)
    this.#request.abort()
    this.#list.hidden = true
    this.#input.setAttribute('aria-expanded', 'false')
    this.#input.removeAttribute('aria-activedescendant')
  }
}

/** @param {HTMLElement} root - Holds one text input */
export function icdSearch(root) {
  const input = root.querySelector('input')
  if (input) new IcdSearch(root, input)
}
