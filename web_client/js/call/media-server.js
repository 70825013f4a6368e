/** @import { Peer } from './messages.js' */
/** @import { CompanionOptions } from './others.js' */
import { Companion } from './companion.js'
import { Downlink } from './downlink.js'

/** What one page tells another beside voice and picture: whether it needs them directly, and whether its line carries a picture at all. */
export const DIRECT = 'direct'

/**
 * The media server as a page sees it: a seat in the room to which it sends once for all, and a seat from which it receives everybody.
 *
 * Nothing is sent directly to whom it brings, and everything to the others: it may come and go, and nobody is to hear that.
 *
 * Events, each a CustomEvent: `say` ({peer, message}: to be told to another page), `level` (State of the ladder to the server), `sample` (of quality).
 */
export class MediaServer extends EventTarget {
  /** @type {Companion | null} */
  #up = null
  /** @type {Downlink | null} */
  #down = null
  /** @type {Pick<import('./quality.js').Sample, 'sent' | 'estimate'>} */
  #sent = { sent: 0, estimate: null }
  /**
   * Who has said to need nothing directly.
   *
   * @type {Set<string>}
   */
  #served = new Set()
  /**
   * Of them, who takes no picture now.
   *
   * @type {Set<string>}
   */
  #blind = new Set()
  #people

  /** @param {ReadonlyMap<string, Companion>} people - of the room, by id */
  constructor(people) {
    super()
    this.#people = people
  }

  /** Where voice and picture go once for all; null without a media server. */
  get up() {
    return this.#up
  }

  /** The seats that are there. */
  get seats() {
    return [this.#up, this.#down].filter((seat) => seat !== null)
  }

  /** @param {string} id - of a participant, who may be one of the seats */
  get(id) {
    return this.seats.find(({ peer }) => peer.id === id)
  }

  /**
   * Whoever offers is who sends, so which seat it is shows in who yields.
   *
   * @param {Peer} peer - one of the two seats
   * @param {CompanionOptions} options - how to be with it
   */
  meet(peer, options) {
    if (options.polite) this.#receive(new Downlink(peer, options))
    else {
      // The video room of Janus 1.1 takes none that repeat: Opus repairs by itself then.
      const wishes = () => ({ ...options.wishes(), repeats: false })
      this.#send(new Companion(peer, { ...options, wishes, layered: true }))
    }
  }

  /** @param {string} id - of a participant who has gone, perhaps one of the seats */
  forget(id) {
    this.#served.delete(id)
    this.#blind.delete(id)
    this.#down?.forget(id)
    const seat = this.get(id)
    if (seat === this.#up) this.#up = null
    if (seat === this.#down) this.#down = null
    seat?.close()
    if (seat) this.#rest()
  }

  /**
   * Somebody's page has said whether it needs voice and picture directly.
   *
   * @param {string} id - of somebody
   * @param {{wanted?: unknown, picture?: unknown}} need - what it said; whatever is not a plain no is a yes
   */
  needs(id, { wanted, picture }) {
    const isServed = wanted === false
    put(this.#served, id, isServed)
    put(this.#blind, id, isServed && picture === false)
    this.#rest()
  }

  /** @param {string} id - of somebody to whom a picture may be sent in vain: their line carries none */
  isBlind(id) {
    return this.#blind.has(id)
  }

  /** @param {string} id - of somebody whose page can be told something now */
  remind(id) {
    const wanted = !this.#people.get(id)?.isThrough
    const picture = this.#down?.picture !== 'none'
    this.#emit('say', { peer: id, message: { type: DIRECT, wanted, picture } })
  }

  /** Sends directly to whom nothing comes by way of the media server. */
  #rest() {
    const stands = this.#up?.state === 'connected'
    for (const [id, other] of this.#people) void other.rest(stands && this.#served.has(id))
  }

  /** @param {Companion} up - the seat to which voice and picture go */
  #send(up) {
    this.#up = up
    listen(up, 'state', () => this.#rest())
    listen(up, 'level', (state) => this.#emit('level', state))
    listen(up, 'sample', ({ sent, estimate }) => (this.#sent = { sent, estimate }))
  }

  /** @param {Downlink} down - the seat from which everybody comes */
  #receive(down) {
    this.#down = down
    listen(down, 'flows', ({ peer, stream }) => {
      this.#people.get(peer)?.hearThrough(stream)
      this.remind(peer)
    })
    listen(down, 'wants', () => {
      for (const [id, { isThrough }] of this.#people) if (isThrough) this.remind(id)
    })
    listen(down, 'sample', (sample) => this.#emit('sample', { ...sample, ...this.#sent }))
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

/**
 * @param {Set<string>} set - of ids
 * @param {string} id - of somebody
 * @param {boolean} belongs - whether it is to be in there
 */
function put(set, id, belongs) {
  if (belongs) set.add(id)
  else set.delete(id)
}

/**
 * @param {EventTarget} target - that tells
 * @param {string} type - of its events
 * @param {(detail: any) => void} take - told the detail of each
 */
function listen(target, type, take) {
  target.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
}
