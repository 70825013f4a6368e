/** @import { Peer, Welcome } from './messages.js' */
/** @import { Reason } from './ladder.js' */
import { Beside } from './beside.js'
import { Companion } from './companion.js'
import { RUNGS } from './rungs.js'
import { SignalingConnection } from './signaling.js'

/**
 * @typedef {object} Pass
 * @property {string} url - the node's address
 * @property {string} ticket - good for one entry
 */

const STILL_PACE = 8
const ACCEPTED = { type: 'accepted' }

/** @typedef {{rung: string, reason: Reason, budget: number}} Level - of the picture that is sent, and why it is no higher */

/**
 * One call seen from this page: who is in the room, and the media to each of them.
 *
 * Events, each a CustomEvent: `state` ('alone' | 'connecting' | 'talking' | 'reconnecting'), `remote` ({peer, stream}), `gone` ({peer}), `media` (what
 * another has switched on), `sample` (of quality), `level` (Level), `closed` ({code}).
 */
export class CallRoom extends EventTarget {
  #signaling
  #stream
  #held
  /** @type {MediaStreamTrack | null} */
  #picture
  #voiceOnly = false
  #you = ''
  /** @type {RTCIceServer[]} */
  #iceServers = []
  /** @type {Map<string, Companion>} */
  #others = new Map()
  /** Messages and files beside voice and picture; goes on with whichever page the other side has. */
  beside = new Beside((purpose) => this.#paceOf(purpose))

  /**
   * @param {() => Promise<Pass | null>} getPass - asks the server for a pass
   * @param {MediaStream} stream - one's own sound and picture
   * @param {{held: boolean}} options - whether nothing is sent before `release`: it rings
   */
  constructor(getPass, stream, { held }) {
    super()
    this.#stream = stream
    this.#held = held
    this.#picture = stream.getVideoTracks()[0] ?? null
    this.#signaling = new SignalingConnection(getPass)
    this.beside.addEventListener('said', (event) => {
      const { detail } = /** @type {CustomEvent} */ (event)
      if (detail.type === ACCEPTED.type) void this.release()
    })
    this.#listen()
  }

  /** Goes in, and stays until `leave`. */
  enter() {
    this.#signaling.connect()
  }

  /** Says yes to a call that rings: over the line that stands already, so that the server need not be waited for. */
  async answer() {
    this.beside.say(ACCEPTED)
    await this.release()
  }

  /** Lets voice and picture go: somebody has answered. */
  async release() {
    if (!this.#held) return
    this.#held = false
    const all = [...this.#others.values()]
    await Promise.all(all.map((other) => other.release()))
    this.#tellState()
  }

  /** Goes out and gives the connections up. */
  leave() {
    for (const id of [...this.#others.keys()]) this.#forget(id)
    this.beside.close()
    this.#signaling.leave()
  }

  /** The track of the picture that is sent, or rests; null without one. */
  get picture() {
    return this.#voiceOnly ? null : this.#picture
  }

  /**
   * Sends a picture in place of the one that was sent.
   *
   * @param {MediaStreamTrack | null} track - null sends none
   */
  async show(track) {
    this.#picture = track
    for (const other of this.#others.values()) await other.show(track)
  }

  /** @param {boolean} voiceOnly - whether the person wants no picture sent */
  async keepToVoice(voiceOnly) {
    this.#voiceOnly = voiceOnly
    for (const other of this.#others.values()) await other.apply()
  }

  /** @param {{microphone: boolean, camera: boolean, screen: boolean}} media - what is switched on here */
  announce(media) {
    for (const { peer } of this.#others.values()) {
      this.#signaling.signal(peer, { kind: 'media', ...media })
    }
  }

  /**
   * @param {import('./transfer.js').Purpose} purpose - of a file
   * @returns {number} kilobits a second, of several lines the slowest; a still is in no hurry
   */
  #paceOf(purpose) {
    const pace = Math.min(...[...this.#others.values()].map((other) => other.pace))
    return purpose === 'still' ? Math.min(pace, STILL_PACE) : pace
  }

  #listen() {
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      this.#signaling.addEventListener(type, (event) =>
        take(/** @type {CustomEvent} */ (event).detail)
      )
    on('welcome', (welcome) => this.#welcomed(welcome))
    on('peer_joined', ({ peer }) => this.#meet(peer))
    on('peer_reconnecting', ({ peer }) => this.#away(peer))
    on('peer_left', ({ peer }) => {
      this.#forget(peer)
      this.#tellState()
    })
    on('peer_signal', ({ sender, instance, payload }) => {
      const other = this.#others.get(sender)
      if (other && other.peer.instance === instance) void other.receive(payload)
    })
    on('closed', ({ code }) => this.#emit('closed', { code }))
  }

  /** @param {string} id - of somebody whom signaling does not reach now; voice and picture may well go on */
  #away(id) {
    const other = this.#others.get(id)
    if (other) other.isThere = false
    this.#emit('state', other?.state === 'connected' ? 'talking' : 'reconnecting')
  }

  /** @param {Welcome} welcome - who is there, and how to reach them */
  #welcomed({ you, ice_servers: iceServers, peers, resumed }) {
    this.#you = you.id
    this.#iceServers = iceServers
    if (!resumed) {
      for (const [id, other] of [...this.#others]) {
        if (peers.some((peer) => peer.id === id)) other.tell('checked')
        else this.#forget(id)
      }
    }
    for (const peer of peers) this.#meet(peer)
    for (const other of this.#others.values()) other.tell('reached')
    if (!peers.length) this.#tellState()
  }

  /** @param {Peer} peer - somebody else, perhaps on a new page */
  #meet(peer) {
    const known = this.#others.get(peer.id)
    if (known?.peer.instance === peer.instance) {
      known.isThere = true
      known.tell('reached')
      this.#tellState()
      return
    }
    this.#forget(peer.id)
    const other = new Companion(peer, this.#optionsFor(peer))
    this.#others.set(peer.id, other)
    this.#follow(other)
    if (this.#picture) void other.show(this.#picture)
    this.#tellState()
  }

  /**
   * @param {Peer} peer - somebody else
   * @returns {ConstructorParameters<typeof Companion>[1]} how to be with them
   */
  #optionsFor(peer) {
    return {
      polite: this.#you < peer.id,
      iceServers: this.#iceServers,
      stream: this.#stream,
      held: this.#held,
      send: (payload) => this.#signaling.signal(peer, payload),
      refreshIce: () => this.#signaling.refreshIce(),
      isReachable: () => this.#signaling.isOpen,
      wishes: () => ({
        voiceOnly: this.#voiceOnly,
        detail: this.#picture?.contentHint === 'detail',
        height: this.#picture?.getSettings().height ?? 0,
        busy: this.beside.isBusy,
        held: this.#held
      })
    }
  }

  /** @param {Companion} other - just met */
  #follow(other) {
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      other.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('built', (connection) => this.beside.moveTo(connection))
    on('stream', (stream) => this.#emit('remote', { peer: other.peer.id, stream }))
    on('media', (media) => this.#emit('media', media))
    on('sample', (sample) => this.#emit('sample', sample))
    on('state', () => this.#tellState())
    on('heard', (heard) => this.#signaling.doubt(!heard))
    on('level', ({ rung, reason, budget }) => {
      const { name } = RUNGS[rung] ?? RUNGS[0]
      this.#emit('level', { rung: name, reason, budget })
    })
  }

  /** @param {string} id - of somebody who has left, or has another page now */
  #forget(id) {
    const other = this.#others.get(id)
    if (!other) return
    this.#others.delete(id)
    other.close()
    this.#emit('gone', { peer: id })
  }

  /** Says how it stands with whoever stands best: a third one who drops out does not end the talk. */
  #tellState() {
    const states = [...this.#others.values()].map(({ state }) => state)
    if (!states.length) this.#emit('state', 'alone')
    else if (this.#held) return
    else if (states.includes('connected')) this.#emit('state', 'talking')
    else this.#emit('state', states.includes('lost') ? 'reconnecting' : 'connecting')
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
