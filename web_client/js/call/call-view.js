/** What a person sees of a call: pictures, a sentence, and the buttons that make sense now. */
import { show } from './media.js'
import { PeopleView } from './people-view.js'

/**
 * @typedef {'idle' | 'ringing-out' | 'ringing-in' | 'outside' | 'joining' | 'talking' | 'reconnecting'} State
 */

/** @type {Record<State, string[]>} */
const ACTIONS = {
  idle: ['call-video', 'call-audio'],
  'ringing-out': ['hang-up'],
  'ringing-in': ['accept', 'decline'],
  // The call goes on without this page.
  outside: ['rejoin'],
  joining: ['hang-up'],
  talking: [
    ...['microphone', 'camera', 'screen', 'detail', 'auscultation'],
    ...['photo', 'choose-file', 'invite', 'hang-up']
  ],
  reconnecting: ['microphone', 'camera', 'hang-up']
}

/** The stage of the meeting page; sentences come from its data-text-* attributes. */
export class CallView {
  #root
  #sound = { auscultation: false, plain: false }

  /** @param {HTMLElement} root - the element with data-module="call" */
  constructor(root) {
    this.#root = root
    const template = root.querySelector('template[data-part="person"]')
    if (!(template instanceof HTMLTemplateElement)) throw new Error('The call has no people')
    this.people = new PeopleView(this.part('people'), template, {
      text: (code) => this.text(code),
      onBlocked: () => this.showTrouble([this.text('sound-blocked')])
    })
  }

  /**
   * @param {string} name - of a part, as in data-part
   * @returns {HTMLElement} the part; throws when the page lacks it
   */
  part(name) {
    const found = this.#root.querySelector(`[data-part="${name}"]`)
    if (!(found instanceof HTMLElement)) throw new Error(`The call has no part ${name}`)
    return found
  }

  /** What is shown now. */
  get state() {
    return this.#root.dataset.state
  }

  /** @param {State} state - which buttons and which sentence to show */
  showState(state) {
    this.#root.dataset.state = state
    const focused = document.activeElement
    for (const button of this.#root.querySelectorAll('[data-action]')) {
      if (!(button instanceof HTMLElement)) continue
      button.hidden = !ACTIONS[state].includes(button.dataset.action ?? '')
    }
    this.say(state === 'talking' ? '' : state)
    // Not to the next button: pressing once more what has just gone must not hang up.
    if (focused instanceof HTMLElement && focused.hidden) this.part('stage').focus()
  }

  /** @param {string} code - of a sentence; an unknown one and '' show nothing */
  say(code) {
    const notice = this.part('notice')
    notice.textContent = this.text(code)
    notice.hidden = !notice.textContent
  }

  /**
   * @param {string} code - of a sentence
   * @returns {string} the sentence, or nothing
   */
  text(code) {
    return this.#root.getAttribute(`data-text-${code.replaceAll('_', '-')}`) ?? ''
  }

  /** @param {string[]} sentences - what could not be used, and what to do about it */
  showTrouble(sentences) {
    const list = this.part('trouble')
    list.replaceChildren(
      ...sentences.map((sentence) => {
        const line = document.createElement('p')
        line.textContent = sentence
        return line
      })
    )
    list.hidden = !sentences.length
  }

  /** @param {MediaStream | null} stream - one's own */
  showSelf(stream) {
    // A film without tracks would keep the page loading for ever.
    const film = stream?.getVideoTracks().length ? stream : null
    this.part('self').hidden = !film
    void show(/** @type {HTMLVideoElement} */ (this.part('self')), film, { muted: true })
  }

  /**
   * @param {string} action - of a button that stays down
   * @param {boolean} pressed - whether it is down
   */
  press(action, pressed) {
    this.#root
      .querySelector(`[data-action="${action}"]`)
      ?.setAttribute('aria-pressed', String(pressed))
  }

  /**
   * Says what is sent and, when the picture rests, why.
   *
   * @param {import('./room.js').Level | null} level - of the ladder; null when nothing is sent any more
   */
  showLevel(level) {
    this.#root.dataset.level = level?.rung ?? ''
    this.#note('level', level ? levelCode(level) : '')
    this.tellSound({ plain: level?.plain ?? false })
  }

  /**
   * Says how one's own sound goes, where it does not go as speech.
   *
   * @param {{auscultation?: boolean, plain?: boolean}} news - whether the person wants every sound to go as it is, and whether the line carries speech alone
   */
  tellSound(news) {
    Object.assign(this.#sound, news)
    const { auscultation, plain } = this.#sound
    this.#note('sound', auscultation ? `auscultation${plain ? '-plain' : ''}` : '')
  }

  /**
   * @param {string} name - of a part that holds one sentence
   * @param {string} code - of the sentence; '' is none
   */
  #note(name, code) {
    const said = this.part(name)
    // Said again, the same sentence would be read out every second.
    if (said.dataset.code === code) return
    said.dataset.code = code
    said.textContent = this.text(code)
  }

  /** @param {import('./quality.js').Sample} sample - the latest of the line */
  showQuality(sample) {
    const words = this.text(gradeOf(sample))
    const trip = sample.rtt === null ? '' : ` · ${Math.round(sample.rtt)} ms`
    this.part('quality').textContent = `${words}${trip}`
  }
}

/**
 * @param {import('./room.js').Level} level - of the ladder
 * @returns {string} the code of the sentence about it: a sharp picture is there or not, whatever the rung
 */
export function levelCode({ rung, reason, detail }) {
  const sharp = detail ? '-detail' : ''
  if (rung !== 'voice') return sharp ? `level${sharp}` : `level-${rung}`
  return reason === 'line' ? `level-line${sharp}` : `level-${reason}`
}

/**
 * @param {import('./quality.js').Sample} sample - of the line
 * @returns {'line-good' | 'line-weak' | 'line-bad'} by speech that was made up: above 5% it suffers, above 20% it cannot be followed
 */
function gradeOf(sample) {
  const concealed = sample.concealed ?? 0
  const trip = sample.rtt ?? 0
  if (concealed > 0.2 || trip > 1500) return 'line-bad'
  return concealed > 0.05 || trip > 600 ? 'line-weak' : 'line-good'
}
