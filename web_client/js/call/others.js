/** @import { Peer } from './messages.js' */
/** @import { Wishes } from './rungs.js' */
import { Companion } from './companion.js'
import { MediaServer } from './media-server.js'
import { bySide, whoSees } from './picture-share.js'
import { Presence } from './presence.js'
import { RUNGS } from './rungs.js'
import { isPlain } from './voice.js'

const MEDIA = 'media'

/** @typedef {ConstructorParameters<typeof Companion>[1]} CompanionOptions */

/**
 * Everybody else in the room, and how the line is shared among them.
 *
 * Events, each a CustomEvent: `met`, `gone` ({peer}), `built` ({peer, connection}), `remote` ({peer, stream}), `media` ({peer, and what is switched on there}),
 * `person` ({peer, state}), `sent` ({peer, and the level}), `heard` (whether anything comes from anybody), `changed`; of the one who comes first
 * `sample` and `level` (what is sent to them); `say` ({peer, message}: to be told to the other page beside voice and picture).
 */
export class Others extends EventTarget {
  #wishes
  /** @type {Map<string, Companion>} */
  #all = new Map()
  /** @type {Set<string>} */
  #seeing = new Set()
  /** @type {Map<string, number | null>} */
  #estimates = new Map()
  /**
   * Who is sent the best picture that there is.
   *
   * @type {Set<string>}
   */
  #free = new Set()
  /** @type {Set<string>} */
  #silent = new Set()
  presence = new Presence(
    () => this.seats,
    (id) => {
      this.forget(id)
      this.#emit('changed', null)
    }
  )
  /** The way around the direct connections, where there is one. */
  server = new MediaServer(this.#all)
  /** @type {MediaStreamTrack | null} */
  #picture = null

  /** @param {() => Wishes} wishes - of the person, for all of them */
  constructor(wishes) {
    super()
    this.#wishes = wishes
    this.#followServer()
  }

  get size() {
    return this.#all.size
  }

  /** Who is there, station and specialist first. */
  get inOrder() {
    return [...this.#all.values()].sort((one, other) => bySide(one.peer, other.peer))
  }

  /** How it stands with each of them. */
  get states() {
    return [...this.#all.values()].map(({ stands }) => stands)
  }

  /** Kilobits a second that files may take on each line; all of them leave by the same. */
  get pace() {
    return Math.min(...[...this.#all.values()].map(({ pace }) => pace)) / Math.max(1, this.size)
  }

  /** Every seat of the room that is there: people, and those of a media server. */
  get seats() {
    return [...this.inOrder, ...this.server.seats]
  }

  /** @param {string} id - of a seat */
  get(id) {
    return this.#all.get(id) ?? this.server.get(id)
  }

  /**
   * @param {Peer} peer - somebody new, or on a new page
   * @param {Omit<CompanionOptions, 'wishes'>} options - how to be with them
   */
  meet(peer, options) {
    if (peer.role === MEDIA) this.server.meet(peer, { ...options, wishes: this.#wishes })
    else this.#meetPerson(peer, options)
    void this.show(this.#picture)
  }

  /** @param {MediaStreamTrack | null} track - of the picture that is sent to all, as their lines carry it */
  async show(track) {
    this.#picture = track
    await this.each((other) => other.show(track))
  }

  /**
   * @param {Peer} peer - somebody new, or on a new page
   * @param {Omit<CompanionOptions, 'wishes'>} options - how to be with them
   */
  #meetPerson(peer, options) {
    const wishes = () => {
      const wanted = this.#wishes()
      const sees = this.#seeing.has(peer.id) && !other.rests
      return { ...wanted, voiceOnly: wanted.voiceOnly || !sees }
    }
    const other = new Companion(peer, { ...options, wishes })
    this.#all.set(peer.id, other)
    this.#share()
    this.#follow(other)
    this.#emit('met', { peer: peer.id })
  }

  /** @param {string} id - of a seat that is free, or taken by another page now */
  forget(id) {
    this.presence.cease(id)
    this.server.forget(id)
    const other = this.#all.get(id)
    if (!other) return
    this.#all.delete(id)
    this.#estimates.delete(id)
    this.#free.delete(id)
    this.#silent.delete(id)
    other.close()
    this.#share()
    this.#emit('gone', { peer: id })
  }

  /** @param {(other: Companion) => Promise<void>} act - what to do with each of them */
  async each(act) {
    const { up } = this.server
    await Promise.all([...this.#all.values(), ...(up ? [up] : [])].map(act))
  }

  #followServer() {
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      this.server.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('say', (said) => this.#emit('say', said))
    on('sample', (sample) => {
      if (this.inOrder[0]?.isThrough) this.#emit('sample', sample)
    })
    on('level', (state) => {
      for (const other of this.inOrder) if (other.rests) this.#climbed(other, state)
    })
  }

  /** Decides anew who is sent the picture. */
  #share() {
    const carried = this.inOrder.map(({ peer: { id } }) => ({
      id,
      estimate: this.#estimates.get(id) ?? null,
      free: this.#free.has(id)
    }))
    const before = this.#seeing
    this.#seeing = whoSees(carried, before)
    for (const [id, other] of this.#all) {
      if (before.has(id) !== this.#seeing.has(id)) void other.apply()
    }
  }

  /** @param {Companion} other - just met */
  #follow(other) {
    const { id } = other.peer
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      other.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('built', (connection) => this.#emit('built', { peer: id, connection }))
    on('stream', (stream) => this.#emit('remote', { peer: id, stream }))
    on('media', (media) => this.#emit('media', { peer: id, ...media }))
    on('state', (state) => {
      this.#emit('person', { peer: id, state })
      this.#emit('changed', null)
    })
    on('heard', (heard) => this.#hear(id, heard))
    on('sample', (sample) => {
      this.#estimates.set(id, sample.estimate)
      this.#share()
      if (this.inOrder[0] === other && !other.isThrough) this.#emit('sample', sample)
    })
    on('level', (state) => {
      if (!other.rests) this.#climbed(other, state)
    })
  }

  /**
   * @param {string} id - of somebody
   * @param {boolean} heard - whether anything comes from them
   */
  #hear(id, heard) {
    if (heard) this.#silent.delete(id)
    else this.#silent.add(id)
    this.#emit('heard', this.#silent.size < this.size)
  }

  /**
   * @param {Companion} other - to whom something is sent
   * @param {import('./ladder.js').State} state - of the ladder there
   */
  #climbed(other, { rung, reason, budget, voice }) {
    const { id } = other.peer
    const { name } = RUNGS[rung] ?? RUNGS[0]
    this.#sees(id, reason === 'free')
    const { voiceOnly, detail } = this.#wishes()
    const shared = reason === 'chosen' && !voiceOnly
    const plain = isPlain(voice)
    const level = { rung: name, reason: shared ? 'line' : reason, budget, detail, plain }
    // Whose line carries no picture gets stills, as if ours did not.
    const blind = this.server.isBlind(id) && { rung: RUNGS[0].name, reason: 'line' }
    this.#emit('sent', { peer: id, ...level, ...blind })
    if (this.inOrder[0] === other) this.#emit('level', level)
  }

  /**
   * @param {string} id - of somebody
   * @param {boolean} best - whether they are sent the best picture that there is
   */
  #sees(id, best) {
    if (best === this.#free.has(id)) return
    if (best) this.#free.add(id)
    else this.#free.delete(id)
    this.#share()
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
