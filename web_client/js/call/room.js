/** @import { Peer, Welcome } from './messages.js' */
/** @import { Reason } from './ladder.js' */
import { Company } from './company.js'
import { DIRECT } from './media-server.js'
import { Others } from './others.js'
import { SignalingConnection } from './signaling.js'

/**
 * @typedef {object} Pass
 * @property {string} url - the node's address
 * @property {string} ticket - good for one entry
 */

const STILL_PACE = 8
const ACCEPTED = { type: 'accepted' }
/** What others tell the page of the people in the room. */
const PASSED_ON = ['met', 'gone', 'remote', 'media', 'person', 'sample', 'level', 'sent']

/** @typedef {{rung: string, reason: Reason, budget: number, detail: boolean, plain: boolean}} Level - of the picture that is sent, why it is no higher, whether it is to be sharp, and whether the line carries speech and no finer sound */

/**
 * One call seen from this page: who is in the room, and the media to each of them.
 *
 * Events, each a CustomEvent: `state` ('alone' | 'connecting' | 'talking' | 'reconnecting'), `closed` ({code}), and those of others.js that concern a page.
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
  /** @type {Others} */
  #others = new Others(() => ({
    voiceOnly: this.#voiceOnly,
    detail: this.#picture?.contentHint === 'detail',
    auscultation: this.#stream.getAudioTracks()[0]?.contentHint === 'music',
    height: this.#picture?.getSettings().height ?? 0,
    busy: this.beside.isBusy,
    hurried: this.beside.isHurried,
    held: this.#held,
    repeats: true
  }))
  /**
   * Messages and files beside voice and picture; goes on with whichever page the other side has.
   *
   * @type {Company}
   */
  beside = new Company((purpose) =>
    purpose === 'still' ? Math.min(this.#others.pace, STILL_PACE) : this.#others.pace
  )

  /**
   * @param {(signal: AbortSignal) => Promise<Pass | null>} getPass - asks the server for a pass
   * @param {MediaStream} stream - one's own sound and picture
   * @param {{held: boolean}} options - whether nothing is sent before `release`: it rings
   */
  constructor(getPass, stream, { held }) {
    super()
    this.#stream = stream
    this.#held = held
    this.#picture = stream.getVideoTracks()[0] ?? null
    void this.#others.show(this.#picture)
    this.#signaling = new SignalingConnection(getPass)
    this.beside.addEventListener('said', (event) => {
      const { peer, message } = /** @type {CustomEvent} */ (event).detail
      if (message.type === ACCEPTED.type) void this.release()
      else if (message.type === DIRECT) this.#others.server.needs(peer, message)
    })
    this.beside.addEventListener('open', (event) => {
      this.#others.server.remind(/** @type {CustomEvent} */ (event).detail.peer)
    })
    this.#listen()
    this.#follow()
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
    await this.#others.each((other) => other.release())
    this.#tellState()
  }

  /** Goes out and gives the connections up. */
  leave() {
    for (const { peer } of this.#others.seats) this.#others.forget(peer.id)
    this.beside.close()
    this.#signaling.leave()
  }

  /** How many others are there. */
  get size() {
    return this.#others.size
  }

  /**
   * @param {string} role - of the ticket
   * @returns {string | undefined} the id of somebody else who has it
   */
  idOf(role) {
    return this.#others.inOrder.find(({ peer }) => peer.role === role)?.peer.id
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
    await this.#others.show(track)
  }

  /** @param {boolean} voiceOnly - whether the person wants no picture sent */
  async keepToVoice(voiceOnly) {
    this.#voiceOnly = voiceOnly
    await this.#others.each((other) => other.apply())
  }

  /** @param {{microphone: boolean, camera: boolean, screen: boolean, auscultation: boolean}} media - what is switched on here */
  announce(media) {
    for (const { peer } of this.#others.inOrder) {
      this.#signaling.signal(peer, { kind: 'media', ...media })
    }
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
      this.#others.forget(peer)
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
    this.#emit('state', this.#others.states.includes('connected') ? 'talking' : 'reconnecting')
  }

  /** @param {Welcome} welcome - who is there, and how to reach them */
  #welcomed({ you, ice_servers: iceServers, peers, resumed }) {
    this.#you = you.id
    this.#iceServers = iceServers
    if (!resumed) this.#others.presence.compare(peers)
    for (const peer of peers) this.#meet(peer)
    this.#others.presence.reach()
    if (!peers.length) this.#tellState()
  }

  /** @param {Peer} peer - somebody else, perhaps on a new page */
  #meet(peer) {
    const known = this.#others.get(peer.id)
    if (known?.peer.instance === peer.instance) {
      this.#others.presence.welcomeBack(known)
      this.#tellState()
      return
    }
    this.#others.forget(peer.id)
    this.#others.meet(peer, this.#optionsFor(peer))
    this.#tellState()
  }

  /**
   * @param {Peer} peer - somebody else
   * @returns {Omit<import('./others.js').CompanionOptions, 'wishes'>} how to be with them
   */
  #optionsFor(peer) {
    return {
      polite: this.#you < peer.id,
      iceServers: this.#iceServers,
      stream: this.#stream,
      held: this.#held,
      send: (payload) => this.#signaling.signal(peer, payload),
      refreshIce: () => this.#signaling.refreshIce(),
      isReachable: () => this.#signaling.isOpen
    }
  }

  #follow() {
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      this.#others.addEventListener(type, (event) =>
        take(/** @type {CustomEvent} */ (event).detail)
      )
    for (const type of PASSED_ON) on(type, (detail) => this.#emit(type, detail))
    on('built', ({ peer, connection }) => this.beside.moveTo(peer, connection))
    on('gone', ({ peer }) => this.beside.lose(peer))
    on('say', ({ peer, message }) => this.beside.say(message, peer))
    on('changed', () => this.#tellState())
    on('heard', (heard) => this.#signaling.doubt(!heard))
  }

  /** Says how it stands with whoever stands best: a third one who drops out does not end the talk. */
  #tellState() {
    const { states } = this.#others
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
