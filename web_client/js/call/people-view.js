/** Everybody else in a call, side by side: picture or voice, name, and how it stands with each. */
import { show } from './media.js'

/** @typedef {{picture: boolean, microphone: boolean, resting: boolean, auscultation: boolean, plain: boolean, state: 'new' | 'connected' | 'lost'}} Shown - of one of them */

/** The cards of the stage; each is a copy of the page's template. */
export class PeopleView {
  #place
  #template
  #text
  /** @type {() => void} */
  #onBlocked
  /** @type {Map<string, {card: HTMLElement, shown: Shown}>} */
  #cards = new Map()

  /**
   * @param {HTMLElement} place - for the cards
   * @param {HTMLTemplateElement} template - of a card
   * @param {{text: (code: string) => string, onBlocked: () => void}} page - its sentences, and what to do when the browser plays no sound without a click
   */
  constructor(place, template, { text, onBlocked }) {
    this.#place = place
    this.#template = template
    this.#text = text
    this.#onBlocked = onBlocked
  }

  /** @param {string} id - of somebody who has come in */
  meet(id) {
    this.leave(id)
    const [card] = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true)).children
    if (!(card instanceof HTMLElement)) throw new Error('The template of a person is empty')
    const shown = {
      picture: true,
      microphone: true,
      resting: false,
      auscultation: false,
      plain: false,
      state: /** @type {const} */ ('new')
    }
    this.#cards.set(id, { card, shown })
    this.#place.append(card)
    this.#count()
  }

  /** @param {string} id - of somebody who has gone */
  leave(id) {
    this.still(id, null)
    this.#cards.get(id)?.card.remove()
    this.#cards.delete(id)
    this.#count()
  }

  /** Takes all of them away. */
  clear() {
    for (const id of [...this.#cards.keys()]) this.leave(id)
  }

  /** @param {Map<string, string>} names - by id */
  name(names) {
    for (const [id, { card }] of this.#cards) {
      const name = names.get(id)
      if (!name) continue
      card.setAttribute('aria-label', name)
      part(card, 'name').textContent = name
    }
  }

  /** Whether somebody is there without a name. */
  get hasStrangers() {
    return [...this.#cards.values()].some(({ card }) => !card.hasAttribute('aria-label'))
  }

  /**
   * Shows the picture and plays the voice apart: a film without frames plays nothing, not even its sound.
   *
   * @param {string} id - of somebody
   * @param {MediaStream} stream - of theirs
   */
  async play(id, stream) {
    const card = this.#cards.get(id)?.card
    if (!card) return
    void show(/** @type {HTMLVideoElement} */ (part(card, 'remote')), stream, { muted: true })
    const voice = /** @type {HTMLAudioElement} */ (part(card, 'voice'))
    if (await show(voice, stream, { muted: false })) return
    this.#onBlocked()
    document.addEventListener('click', () => void this.play(id, stream), { once: true })
  }

  /**
   * @param {string} id - of somebody
   * @param {Blob | null} blob - a picture in place of their film; null takes it away
   */
  still(id, blob) {
    const card = this.#cards.get(id)?.card
    if (!card) return
    const picture = /** @type {HTMLImageElement} */ (part(card, 'still'))
    URL.revokeObjectURL(picture.src)
    if (blob) picture.src = URL.createObjectURL(blob)
    picture.hidden = !blob
    part(card, 'still-note').hidden = !blob
  }

  /**
   * Says how it stands with one of them.
   *
   * @param {string} id - of somebody
   * @param {Partial<Shown>} news - what has changed
   */
  tell(id, news) {
    const known = this.#cards.get(id)
    if (!known) return
    Object.assign(known.shown, news)
    const { card, shown } = known
    const said = stateOf(shown)
      .map((code) => this.#text(code))
      .join(', ')
    card.dataset.state = shown.state
    card.classList.toggle('call__person--voice', !shown.picture || shown.resting)
    const place = part(card, 'person-state')
    // Said again, the same words would be read out again.
    if (place.textContent !== said) place.textContent = said
  }

  #count() {
    this.#place.dataset.people = String(this.#cards.size)
  }
}

/**
 * @param {Shown} shown - of somebody
 * @returns {string[]} the codes of what is to be said about them; nothing when all is well
 */
export function stateOf({ picture, microphone, resting, auscultation, plain, state }) {
  if (state !== 'connected') return [state === 'lost' ? 'person-lost' : 'person-connecting']
  const codes = []
  if (!picture) codes.push('person-voice')
  else if (resting) codes.push('person-line')
  if (!microphone) codes.push('person-muted')
  else if (auscultation) codes.push(`person-auscultation${plain ? '-plain' : ''}`)
  return codes
}

/**
 * @param {HTMLElement} card - of somebody
 * @param {string} name - of a part of it
 */
function part(card, name) {
  const found = card.querySelector(`[data-part="${name}"]`)
  if (!(found instanceof HTMLElement)) throw new Error(`A person has no part ${name}`)
  return found
}
