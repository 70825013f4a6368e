/** A check while somebody looks on: every step named, each failure with its fix. */
import { command, Refused } from '../call/server.js'
import { family, isModern, playTones, tryCamera, tryMicrophone } from './devices.js'
import { MadeVoice } from './echo-call.js'
import { checkLine } from './steps.js'

/** @import { DeviceState } from './devices.js' */
/** @import { LineFound } from './steps.js' */

const HEARD_MS = 30_000
const SHAPES = { running: '…', good: '✓', bad: '✕', skipped: '–' }

/** One page; it can be run again. */
export class LineCheck {
  #root
  #begin
  #done = 0

  /** @param {HTMLElement} root - with every sentence */
  constructor(root) {
    this.#root = root
    this.#begin = this.#find('[data-action="begin"]', HTMLButtonElement)
  }

  /** Goes through every step. */
  async run() {
    this.#begin.disabled = true
    this.#done = 0
    this.#find('[data-part="verdict"]', HTMLElement).replaceChildren()
    this.#find('[data-part="progress"]', HTMLProgressElement).hidden = false
    try {
      await this.#check()
    } catch (error) {
      const said = error instanceof Refused ? error.message : this.#text('unsaved')
      this.#say(said, [])
    }
    this.#progress(100)
    this.#begin.disabled = false
    this.#begin.textContent = this.#text('again')
  }

  async #check() {
    const modern = isModern()
    this.#tell('browser', modern ? 'good' : 'bad', 'old')
    const secure = globalThis.isSecureContext
    this.#tell('secure', secure ? 'good' : 'bad', 'insecure')
    if (!modern || !secure) return
    const voice = new MadeVoice()
    try {
      const microphone = await this.#microphone()
      const camera = await this.#camera()
      const line = await checkLine({
        scheduled: false,
        voice,
        tell: (step, state, why) => this.#tell(step, state, why)
      })
      this.#numbers(line)
      const speaker = await this.#speaker()
      const kept = await command('/line-checks', { ...line, microphone, camera, speaker })
      this.#say(
        this.#text(`light-${kept.light}`),
        kept.reasons.map((/** @type {string} */ reason) => this.#text(`reason-${reason}`))
      )
      this.#find('[data-part="verdict"]', HTMLElement).dataset['light'] = kept.light
    } finally {
      voice.close()
    }
  }

  /** @returns {Promise<DeviceState>} how it did */
  async #microphone() {
    this.#tell('microphone', 'running')
    const level = this.#find('[data-part="level"]', HTMLMeterElement)
    level.hidden = false
    const state = await tryMicrophone((percent) => {
      level.value = percent
    })
    level.hidden = true
    this.#tell('microphone', state === 'works' ? 'good' : 'bad', fixOf('microphone', state))
    return state
  }

  /** @returns {Promise<DeviceState>} how it did */
  async #camera() {
    this.#tell('camera', 'running')
    const state = await tryCamera(this.#find('[data-part="picture"]', HTMLVideoElement))
    this.#tell('camera', state === 'works' ? 'good' : 'bad', fixOf('camera', state))
    return state
  }

  /** @returns {Promise<DeviceState | null>} what the person says; null when nobody says anything */
  async #speaker() {
    this.#tell('speaker', 'running')
    const question = this.#find('[data-part="question"]', HTMLElement)
    this.#fix('speaker', this.#text('speaker-question'))
    question.hidden = false
    playTones()
    /** @type {DeviceState | null} */
    const said = await new Promise((resolve) => {
      setTimeout(() => resolve(null), HEARD_MS)
      this.#find('[data-action="heard"]', HTMLElement).onclick = () => resolve('works')
      this.#find('[data-action="silent"]', HTMLElement).onclick = () => resolve('silent')
    })
    question.hidden = true
    const state = said === 'works' ? 'good' : said === 'silent' ? 'bad' : 'skipped'
    this.#tell('speaker', state, 'speaker-silent')
    if (state === 'skipped') this.#fix('speaker', '')
    return said
  }

  /** @param {LineFound} line - what was measured */
  #numbers(line) {
    if (!line.reached) return
    const loss = Math.max(line.loss_up ?? 0, line.loss_down ?? 0) * 100
    const values = { ...line, loss: Math.round(loss * 10) / 10 }
    const text = this.#text('numbers').replace(/\{(\w+)\}/g, (_, name) =>
      String(values[/** @type {keyof typeof values} */ (name)] ?? '–')
    )
    this.#fix('call', text)
  }

  /**
   * @param {string} step - by name
   * @param {'running' | 'good' | 'bad' | 'skipped'} state - of it
   * @param {string} [why] - the sentence that says what to do
   */
  #tell(step, state, why = '') {
    const item = this.#find(`[data-step="${step}"]`, HTMLElement)
    item.dataset['state'] = state
    this.#find(`[data-step="${step}"] [data-part="state"]`, HTMLElement).textContent =
      `${SHAPES[state]} ${this.#text(`state-${state}`)}`
    this.#fix(step, state === 'bad' || (state === 'skipped' && why) ? this.#text(why) : '')
    if (state !== 'running') this.#progress((this.#done += 9))
  }

  /**
   * @param {string} step - by name
   * @param {string} text - what to do, or nothing
   */
  #fix(step, text) {
    const fix = this.#find(`[data-step="${step}"] [data-part="fix"]`, HTMLElement)
    fix.textContent = text
    fix.hidden = !text
  }

  /** @param {number} percent - that is done */
  #progress(percent) {
    this.#find('[data-part="progress"]', HTMLProgressElement).value = percent
  }

  /**
   * @param {string} heading - the light in words
   * @param {string[]} reasons - why it is not green
   */
  #say(heading, reasons) {
    const strong = document.createElement('strong')
    strong.textContent = heading
    const list = document.createElement('ul')
    for (const reason of reasons) {
      const item = document.createElement('li')
      item.textContent = reason
      list.append(item)
    }
    this.#find('[data-part="verdict"]', HTMLElement).replaceChildren(strong, list)
  }

  /** @param {string} name - of a sentence */
  #text(name) {
    return this.#root.getAttribute(`data-text-${name}`) ?? ''
  }

  /**
   * @template {HTMLElement} T
   * @param {string} selector - of what the template has
   * @param {new () => T} kind - that it is
   * @returns {T} it
   */
  #find(selector, kind) {
    const found = this.#root.querySelector(selector)
    if (!(found instanceof kind)) throw new Error(`${selector} is missing`)
    return found
  }
}

/**
 * @param {'microphone' | 'camera'} kind - of device
 * @param {DeviceState} state - of it
 * @returns {string} the name of the sentence that helps
 */
function fixOf(kind, state) {
  if (state === 'permission_denied') return `permission-${family()}`
  if (state === 'not_found' || state === 'silent') return `${kind}-${state}`
  return state
}
