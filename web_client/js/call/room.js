/** @import { Peer, Welcome } from './messages.js' */
/** @import { Reason } from './ladder.js' */
import { Beside } from './beside.js'
import { PeerLink } from './peer.js'
import { measure } from './quality.js'
import { RUNGS } from './rungs.js'
import { SignalingConnection } from './signaling.js'
import { Steering } from './steering.js'

/**
 * @typedef {object} Pass
 * @property {string} url - the node's address
 * @property {string} ticket - good for one entry
 * @property {boolean} polite - whether this side yields when both offer at once
 */

/** @typedef {{rung: string, reason: Reason, budget: number}} Level - of the picture that is sent, and why it is no higher */

/**
 * One call seen from this page: who is in the room, and the media to each of them.
 *
 * Events, each a CustomEvent: `state` ('alone' | 'connecting' | 'talking' | 'reconnecting'), `remote` (MediaStream), `media` (what the other has switched
 * on), `sample` (of quality), `level` (Level), `closed` (detail: {code}).
 */
export class CallRoom extends EventTarget {
  #signaling
  #stream
  /** @type {MediaStreamTrack | null} */
  #picture
  #polite = false
  /** @type {RTCIceServer[]} */
  #iceServers = []
  #voiceOnly = false
  /** Messages and files beside voice and picture; goes on with whichever page the other side has. */
  beside = new Beside(() => this.#other?.steering.pace ?? 0)
  /** @type {{link: PeerLink, instance: string, peer: Peer, steering: Steering, stop: () => void} | null} */
  #other = null

  /**
   * @param {() => Promise<Pass | null>} getPass - asks the server for a pass
   * @param {MediaStream} stream - one's own sound and picture
   */
  constructor(getPass, stream) {
    super()
    this.#stream = stream
    this.#picture = stream.getVideoTracks()[0] ?? null
    this.#signaling = new SignalingConnection(async () => {
      const pass = await getPass()
      if (pass) this.#polite = pass.polite
      return pass
    })
    this.#listen()
  }

  /** Goes in, and stays until `leave`. */
  enter() {
    this.#signaling.connect()
  }

  /** Goes out and gives the connection up. */
  leave() {
    this.#forget()
    this.beside.close()
    this.#signaling.leave()
  }

  /** The RTCPeerConnection to the other side, or null while alone. */
  get connection() {
    return this.#other?.link.connection ?? null
  }

  /**
   * Sends a picture in place of the one that was sent.
   *
   * @param {MediaStreamTrack | null} track - null sends none
   */
  async show(track) {
    this.#picture = track
    const link = this.#other?.link
    if (!link) return
    if (track) await link.addTrack('camera', track, this.#stream)
    else link.removeTrack('camera')
    await this.#other?.steering.apply()
  }

  /** The track of the picture that is sent, or rests; null without one. */
  get picture() {
    return this.#voiceOnly ? null : this.#picture
  }

  /** @param {boolean} voiceOnly - whether the person wants no picture sent */
  async keepToVoice(voiceOnly) {
    this.#voiceOnly = voiceOnly
    await this.#other?.steering.apply()
  }

  /** @param {{microphone: boolean, camera: boolean, screen: boolean}} media - what is switched on here */
  announce(media) {
    const peer = this.#other?.peer
    if (peer) this.#signaling.signal(peer, { kind: 'media', ...media })
  }

  #listen() {
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      this.#signaling.addEventListener(type, (event) =>
        take(/** @type {CustomEvent} */ (event).detail)
      )
    on('welcome', (welcome) => this.#welcomed(welcome))
    on('peer_joined', ({ peer }) => this.#meet(peer))
    on('peer_reconnecting', () => this.#emit('state', 'reconnecting'))
    on('peer_left', () => this.#left())
    on('peer_signal', ({ instance, payload }) => {
      const other = this.#other
      if (other && other.instance === instance) void other.link.receive(payload)
    })
    on('closed', ({ code }) => this.#emit('closed', { code }))
  }

  /** @param {Welcome} welcome - who is there, and how to reach them */
  #welcomed(welcome) {
    this.#iceServers = welcome.ice_servers
    if (!welcome.peers.length) this.#emit('state', 'alone')
    for (const peer of welcome.peers) this.#meet(peer)
    if (!welcome.resumed) this.#other?.link.check()
  }

  /** @param {Peer} peer - the other side, perhaps on a new page */
  #meet(peer) {
    if (this.#other?.instance === peer.instance) return
    this.#forget()
    this.#emit('state', 'connecting')
    const link = new PeerLink({
      polite: this.#polite,
      iceServers: this.#iceServers,
      send: (payload) => this.#signaling.signal(peer, payload),
      refreshIce: () => this.#signaling.refreshIce(),
      isReachable: () => this.#signaling.isOpen
    })
    const stop = measure(
      () => link.connection,
      (sample) => this.#emit('sample', sample)
    )
    const steering = this.#steer(link)
    this.#other = { link, instance: peer.instance, peer, steering, stop }
    this.#follow(link, steering)
    for (const track of this.#stream.getTracks()) {
      const name = track.kind === 'audio' ? 'microphone' : 'camera'
      void link.addTrack(name, track, this.#stream)
    }
    void steering.apply()
  }

  /**
   * @param {PeerLink} link - the connection to the other side
   * @returns {Steering} at work
   */
  #steer(link) {
    return new Steering({
      connection: () => link.connection,
      wishes: () => ({
        voiceOnly: this.#voiceOnly,
        detail: this.#picture?.contentHint === 'detail',
        height: this.#picture?.getSettings().height ?? 0,
        busy: this.beside.isBusy
      }),
      onState: ({ rung, reason, budget }) => {
        const { name } = RUNGS[rung] ?? RUNGS[0]
        this.#emit('level', { rung: name, reason, budget })
      }
    })
  }

  /**
   * @param {PeerLink} link - the connection to the other side
   * @param {Steering} steering - of what it sends
   */
  #follow(link, steering) {
    link.addEventListener('built', (event) => {
      this.beside.moveTo(/** @type {CustomEvent} */ (event).detail)
      void steering.apply()
    })
    link.addEventListener('track', (event) =>
      this.#emit('remote', /** @type {CustomEvent} */ (event).detail.streams[0])
    )
    link.addEventListener('media', (event) =>
      this.#emit('media', /** @type {CustomEvent} */ (event).detail)
    )
    link.addEventListener('state', (event) => {
      const { detail } = /** @type {CustomEvent} */ (event)
      if (detail === 'connected') {
        void steering.apply()
        this.#emit('state', 'talking')
      } else if (detail === 'disconnected' || detail === 'failed') {
        this.#emit('state', 'reconnecting')
      }
    })
  }

  #left() {
    this.#forget()
    this.#emit('state', 'alone')
  }

  #forget() {
    this.#other?.stop()
    this.#other?.steering.stop()
    this.#other?.link.close()
    this.#other = null
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
