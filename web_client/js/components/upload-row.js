/** What a list says about one file that is on its way. */
export class UploadRow {
  element = document.createElement('li')
  #bar = document.createElement('progress')
  #state = document.createElement('span')

  /** @param {string} name - The file's name */
  constructor(name) {
    this.name = name
    const title = document.createElement('span')
    title.className = 'upload__name'
    title.textContent = name
    this.element.className = 'upload__item'
    this.#bar.className = 'upload__bar'
    this.#bar.setAttribute('aria-label', name)
    this.#state.setAttribute('role', 'status')
    this.element.append(title, this.#bar, this.#state)
  }

  /** @param {number} share - 0 to 1 */
  progress(share) {
    this.#bar.hidden = false
    this.#bar.value = share
    this.#state.className = ''
    this.#state.textContent = `${Math.round(share * 100)}%`
  }

  /** @param {string} text */
  failed(text) {
    this.#bar.hidden = true
    this.#state.className = 'upload__state--failed'
    this.#state.textContent = text
  }

  /**
   * @param {string} label
   * @param {() => void} again
   */
  offerRetry(label, again) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'link-button'
    button.textContent = label
    button.addEventListener('click', () => {
      button.remove()
      again()
    })
    this.element.append(button)
  }

  /** @param {string} text - what has become of it */
  done(text) {
    this.#bar.hidden = true
    this.#state.className = ''
    this.#state.textContent = text
  }
}
