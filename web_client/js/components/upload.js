/** Sends each chosen file at once and shows how far it is; without it the file goes with its form. */

import { UploadRow } from './upload-row.js'

/** One file input and the list of what was sent from it. */
class Upload {
  #root
  #input
  #list = document.createElement('ul')

  /**
   * @param {HTMLElement} root - Has `data-url`, `data-max-bytes` and its sentences
   * @param {HTMLInputElement} input
   */
  constructor(root, input) {
    this.#root = root
    this.#input = input
    this.#list.className = 'upload__list'
    root.append(this.#list)
    input.addEventListener('change', () => {
      for (const file of input.files ?? []) this.#add(file)
      // What is sent now must not travel a second time with the form.
      input.value = ''
    })
  }

  /** @param {File} file */
  #add(file) {
    const row = new UploadRow(file.name)
    this.#list.append(row.element)
    if (file.size > Number(this.#root.dataset.maxBytes ?? Infinity)) {
      row.failed(this.#root.dataset.tooLarge ?? '')
    } else {
      this.#send(file, row, crypto.randomUUID())
    }
  }

  /**
   * @param {File} file
   * @param {UploadRow} row
   * @param {string} key - Stays the same when it is tried again
   */
  #send(file, row, key) {
    const request = new XMLHttpRequest()
    request.open('POST', this.#root.dataset.url ?? '')
    request.responseType = 'json'
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Idempotency-Key', key)
    request.setRequestHeader('X-CSRF-Token', this.#csrfToken())
    request.upload.addEventListener('progress', (event) => row.progress(event.loaded / event.total))
    request.addEventListener('load', () => this.#answered(request, row))
    request.addEventListener('error', () => {
      const { lineLost = '', retry = '' } = this.#root.dataset
      row.failed(lineLost)
      row.offerRetry(retry, () => this.#send(file, row, key))
    })
    row.progress(0)
    const body = new FormData()
    body.append(this.#input.name, file)
    request.send(body)
  }

  #csrfToken() {
    const token = this.#input.form?.elements.namedItem('csrf_token')
    return token instanceof HTMLInputElement ? token.value : ''
  }

  /**
   * @param {XMLHttpRequest} request - Answered `{id}`, or a problem whose `detail` is a sentence for people
   * @param {UploadRow} row
   */
  #answered(request, row) {
    const { failed = '', sent = '' } = this.#root.dataset
    const answer = request.response ?? {}
    if (answer.id) {
      row.done(sent)
      row.element.append(tieToForm(`${this.#input.name}_id`, String(answer.id)))
    } else row.failed(answer.detail ?? failed)
  }
}

/** @param {HTMLElement} root - Holds one file input */
export function upload(root) {
  const input = root.querySelector('input[type="file"]')
  if (input instanceof HTMLInputElement) new Upload(root, input)
}

/**
 * @param {string} name - of the field
 * @param {string} id - of the file that the server has kept
 * @returns {HTMLInputElement} hidden, so that the form knows of the file
 */
function tieToForm(name, id) {
  const field = document.createElement('input')
  field.type = 'hidden'
  field.name = name
  field.value = id
  return field
}
