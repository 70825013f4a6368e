/** @import { FromNode } from './messages.js' */
/** @import { Attempt } from './redial.js' */
import { Line } from './line.js'
import { ASKING, attempt, OPENING, signOfLife } from './redial.js'

/**
 * What the server lends for one entry; null means that this person may not enter any more.
 *
 * @typedef {{url: string, ticket: string} | null} Pass
 */

/** Within this everybody of a node that stops spreads out: it has told all of them in the same instant. */
const MOVE_WITHIN_MS = 1000
const RESTART = 1012
const NOT_ADMITTED = 4401
/** Close codes after which coming back would be wrong. */
const FINAL = new Map([
  [1000, 'left'],
  [1003, 'protocol_error'],
  [4403, 'revoked'],
  [4409, 'taken_over']
])
/** @type {Attempt} */
const FIRST = { pause: 0, patience: OPENING, asks: true }

/**
 * @typedef {object} DialerOptions
 * @property {(signal: AbortSignal) => Promise<Pass>} getPass - asks the server for a ticket and the node's address
 * @property {string} instance - of this page
 * @property {() => {resume: string, last_seq: number} | null} session - to go on with, on the node where it was
 * @property {() => object} ping - asks the node for a sign of life
 * @property {() => void} forget - told when that node does not know the session any more
 * @property {(message: FromNode) => void} onMessage - told what the node says
 * @property {() => void} onLost - told when there is no socket for the moment
 * @property {(code: string) => void} onFinal - told why it is over
 */

/** Keeps one socket to the room: dials, and dials again. */
export class Dialer {
  #options
  /** @type {Line | null} */
  #line = null
  /** Tells the latest attempt from one that was overtaken while it waited for a pass. */
  #dials = 0
  #failures = 0
  #url = ''
  #opening = 0
  #silent = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {DialerOptions} options - see above */
  constructor(options) {
    this.#options = options
  }

  /** Begins. */
  start() {
    void this.#dial(FIRST)
  }

  /** @param {object} message - for the node, if there is a socket */
  write(message) {
    this.#line?.write(message)
  }

  /** Tells that the node has let us in. */
  welcomed() {
    this.#failures = 0
  }

  /** @param {boolean} silent - whether voice and picture have ceased: then the node is asked for a sign of life */
  doubt(silent) {
    this.#silent = silent
    if (silent) this.#line?.probe(this.#options.ping(), signOfLife(this.#opening))
  }

  /** The network is back, or another one: do not wait for the next attempt, nor trust the old socket. */
  hurry() {
    this.#failures = 0
    this.#lost()
  }

  /** Ends the socket, and all attempts. */
  stop() {
    this.#dials += 1
    clearTimeout(this.#timer)
    this.#line?.close()
    this.#line = null
  }

  /** @param {Attempt} plan - of this attempt */
  async #dial({ asks, patience }) {
    const dial = (this.#dials += 1)
    try {
      const pass = await this.#pass(asks, this.#silent ? ASKING : 2 * patience)
      if (dial !== this.#dials) return
      if (pass === null) this.#options.onFinal('not_admitted')
      else this.#open(this.#hello(pass), patience)
    } catch {
      // The server cannot be reached now; that is no reason to give up.
      if (dial === this.#dials) this.#lost()
    }
  }

  /**
   * @param {boolean} asks - whether to ask although there is a session to go on with
   * @param {number} patience - in milliseconds: a request that hung on a dead socket would stand in the way of the next
   * @returns {Promise<Pass | undefined>} undefined when the server was not asked
   */
  async #pass(asks, patience) {
    if (!asks && this.#options.session()) return undefined
    return await this.#options.getPass(AbortSignal.timeout(patience))
  }

  /**
   * @param {Pass | undefined} pass - if the server was asked
   * @returns {object} the first message: the session goes on where it is, or begins where the pass says
   */
  #hello(pass) {
    const { session, forget, instance } = this.#options
    const goOn = session()
    if (goOn && (!pass || this.#url === pass.url)) return { type: 'hello', ...goOn }
    forget()
    this.#url = pass?.url ?? this.#url
    return { type: 'hello', ticket: pass?.ticket, instance }
  }

  /**
   * @param {object} hello - the first message
   * @param {number} patience - milliseconds until the socket must be open
   */
  #open(hello, patience) {
    this.#line = new Line(this.#url, hello, {
      patience,
      onOpen: (after) => (this.#opening = after),
      onMessage: this.#options.onMessage,
      onEnd: (code) => this.#ended(code)
    })
  }

  /** @param {number} code - the close code of the line that ended */
  #ended(code) {
    const final = FINAL.get(code)
    if (final) {
      this.#options.onFinal(final)
      return
    }
    // A node that does not know us any more, or is about to stop, keeps no session: a new pass, at once.
    if (code === NOT_ADMITTED || code === RESTART) {
      if (this.#options.session()) this.#failures = 0
      this.#options.forget()
    }
    this.#lost(code === RESTART ? Math.random() * MOVE_WITHIN_MS : undefined)
  }

  /** @param {number} [pause] - milliseconds, when not those of the next attempt */
  #lost(pause) {
    this.stop()
    this.#options.onLost()
    const next = attempt(this.#failures, { silent: this.#silent, opening: this.#opening })
    this.#failures += 1
    this.#timer = setTimeout(() => void this.#dial(next), pause ?? next.pause)
  }
}
