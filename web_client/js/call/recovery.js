/** @import { Circumstances, Event } from './recovery-plan.js' */
import { FIRST_CONNECT_MS, joining, next } from './recovery-plan.js'

/**
 * @typedef {object} RecoverySteps
 * @property {() => Circumstances} circumstances - of the moment
 * @property {() => Promise<void>} restart - asks for an ICE restart
 * @property {() => void} rebuild - begins again with a new RTCPeerConnection
 */

/** Keeps a media connection alive: the plan at work, with its clock. */
export class Recovery {
  #steps
  #state = joining()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {RecoverySteps} steps - what can be known and done */
  constructor(steps) {
    this.#steps = steps
    this.#wait(FIRST_CONNECT_MS)
  }

  /** How it stands now, by name. */
  get name() {
    return this.#state.name
  }

  /** @param {Event} event - what happened */
  tell(event) {
    const { state, deed, pause } = next(this.#state, event, this.#steps.circumstances())
    this.#state = state
    // A pause that is not set anew runs on.
    if (!Number.isNaN(pause)) this.#wait(pause)
    if (deed === 'restart') void this.#steps.restart()
    else if (deed === 'rebuild') this.#steps.rebuild()
  }

  /** Rests for good. */
  stop() {
    clearTimeout(this.#timer)
  }

  /** @param {number | null} pause - milliseconds until it is due */
  #wait(pause) {
    clearTimeout(this.#timer)
    if (pause !== null) this.#timer = setTimeout(() => this.tell('due'), pause)
  }
}
