/** @import { Payload } from './messages.js' */
import { network, runsOut } from './ice.js'
import { Negotiation } from './negotiation.js'
import { Recovery } from './recovery.js'
import { SentTracks } from './sent-tracks.js'
import { FIRST_TERMS, followed, soundAlike } from './sdp.js'
import { Turns } from './turns.js'

/**
 * @typedef {object} PeerOptions
 * @property {boolean} polite - who yields when both offer at once; must differ on the two sides
 * @property {RTCIceServer[]} iceServers - from the welcome
 * @property {(payload: Payload) => void} send - carries a payload to the other page
 * @property {() => Promise<RTCIceServer[]>} refreshIce - lends fresh relay credentials
 * @property {() => boolean} isReachable - whether signaling works now
 * @property {import('./sent-tracks.js').Place[]} [places] - negotiated from the start
 * @property {MediaStream} [stream] - of the places
 * @property {boolean} [held] - whether nothing is sent from them before `hold(false)`
 * @property {boolean} [follows] - whether every offer comes from the other side
 */

/**
 * The media connection to one other page, kept alive as long as both pages live.
 *
 * Events, each a CustomEvent: `track` (RTCTrackEvent), `media` (what the other has switched on), `state` (connectionState), `built` (the RTCPeerConnection, also after a rebuild).
 */
export class PeerLink extends EventTarget {
  #options
  #turns
  #tracks
  #terms = FIRST_TERMS
  #number = 1
  #closed = false
  #silent = false
  #moved = () => this.#recovery.tell('moved')
  #recovery = new Recovery({
    circumstances: () => ({
      reachable: this.#options.isReachable(),
      asked: this.#connection.signalingState === 'have-local-offer',
      stands: this.#connection.connectionState === 'connected' && !this.#silent,
      leads: !this.#options.polite || Boolean(this.#options.follows)
    }),
    restart: () => this.#mend(),
    rebuild: () => this.#beginAnew()
  })
  /** @type {RTCPeerConnection} */
  #connection
  /** @type {Negotiation} */
  #negotiation

  /** @param {PeerOptions} options - see above */
  constructor(options) {
    super()
    this.#options = options
    this.#turns = new Turns(options.polite, () => this.#ask())
    const { places = [], stream = new MediaStream(), held = false } = options
    this.#tracks = new SentTracks({ places, stream, held })
    this.#connection = this.#build()
    this.#negotiation = this.#negotiate()
    globalThis.addEventListener('online', this.#moved)
    network()?.addEventListener('change', this.#moved)
  }

  /** The RTCPeerConnection of the moment. */
  get connection() {
    return this.#connection
  }

  /**
   * Sends a track, in place of the one that was sent under the same name.
   *
   * @param {string} name - such as 'microphone', 'camera', 'screen'
   * @param {MediaStreamTrack} track - what to send
   * @param {MediaStream} stream - keeps sound and picture in step
   */
  async addTrack(name, track, stream) {
    await this.#tracks.add(this.#connection, name, track, stream)
  }

  /** @param {string} name - of the track that is no longer sent */
  async removeTrack(name) {
    await this.#tracks.remove(this.#connection, name)
  }

  /** @param {boolean} held - whether nothing is sent from the places from now on, such as until somebody answers */
  async hold(held) {
    await this.#tracks.hold(held)
  }

  /** @param {import('./sdp.js').Terms} terms - from now on: those of the voice are talked over at once, an estimate with the next picture */
  suit(terms) {
    const keeps = soundAlike(terms, this.#terms)
    this.#terms = terms
    if (!keeps) void this.#negotiation.offer()
  }

  /**
   * Takes in what the other page sent.
   *
   * @param {Payload} payload - its message
   * @returns {Promise<void>} settles when it has been dealt with
   */
  async receive(payload) {
    if (this.#closed || payload.kind === 'streams' || payload.kind === 'wants') return
    if (payload.kind === 'media') this.#emit('media', payload)
    else if (payload.connection >= this.#number) {
      if (payload.connection > this.#number) this.#rebuild(payload.connection)
      await this.#negotiation.receive(payload)
    }
  }

  /**
   * Tells what others see of the line.
   *
   * @param {'silent' | 'connected' | 'reached' | 'checked'} event - as in recovery-plan.js
   */
  tell(event) {
    if (event === 'silent' || event === 'connected') this.#silent = event === 'silent'
    if (event !== 'checked' || this.#connection.connectionState !== 'connected') {
      this.#recovery.tell(event)
    }
  }

  /** Finds a new way through the network, with fresh relay credentials where possible. */
  async restart() {
    const connection = this.#connection
    await this.#refresh()
    if (connection === this.#connection) this.#restartIce()
  }

  /** Ends it; the other side is told by signaling, not by us. */
  close() {
    this.#closed = true
    globalThis.removeEventListener('online', this.#moved)
    network()?.removeEventListener('change', this.#moved)
    this.#recovery.stop()
    this.#negotiation.close()
    this.#connection.close()
  }

  /** Restarts unless the line has come back by itself meanwhile. */
  async #mend() {
    const connection = this.#connection
    await this.#refresh()
    if (connection === this.#connection && this.#recovery.name !== 'well') this.#restartIce()
  }

  async #refresh() {
    try {
      this.#options.iceServers = await this.#options.refreshIce()
    } catch {
      // The old credentials may still do, and a direct way needs none.
    }
  }

  /**
   * Whoever answers gathers addresses too, and whoever was alone for long has old credentials.
   *
   * @param {RTCPeerConnection} connection - that is about to gather
   * @returns {Promise<void> | null} settles when it has fresh ones; null while the old ones are good
   */
  #renew(connection) {
    if (!runsOut(this.#options.iceServers, Date.now())) return null
    return this.#refresh().then(() => this.#lend(connection))
  }

  /** @param {RTCPeerConnection} connection - that gathers with the latest credentials from now on */
  #lend(connection) {
    const { iceServers } = this.#options
    connection.setConfiguration({ ...connection.getConfiguration(), iceServers })
  }

  #restartIce() {
    if (this.#closed) return
    try {
      this.#lend(this.#connection)
      if (this.#options.follows) return this.#ask()
      this.#turns.hurry()
      this.#connection.restartIce()
    } catch {
      this.#beginAnew()
    }
  }

  #beginAnew() {
    this.#rebuild(this.#number + 1)
    if (this.#options.follows) this.#ask()
  }

  #ask() {
    this.#options.send({ kind: 'negotiation_needed', connection: this.#number })
  }

  #build() {
    const connection = new RTCPeerConnection({
      iceServers: this.#options.iceServers,
      bundlePolicy: 'max-bundle',
      rtcpMuxPolicy: 'require'
    })
    connection.addEventListener('connectionstatechange', () => this.#changed(connection))
    connection.addEventListener('track', (event) => this.#emit('track', event))
    this.#tracks.moveTo(connection)
    queueMicrotask(() => this.#emit('built', connection))
    return connection
  }

  #negotiate() {
    const connection = this.#connection
    const isFirst = this.#number === 1
    return new Negotiation(connection, {
      number: this.#number,
      polite: this.#options.polite,
      renews: () => this.#renew(connection),
      waits: (offer) =>
        (isFirst || Boolean(connection.remoteDescription)) && this.#turns.waits(connection, offer),
      heard: () => this.#turns.heard(),
      send: (payload) => this.#options.send(payload),
      adapt: (sdp) => followed(sdp, this.#terms),
      onMisfit: () => this.#recovery.tell('failed')
    })
  }

  /** @param {number} number - of the new connection, known to both pages */
  #rebuild(number) {
    this.#negotiation.close()
    this.#connection.close()
    this.#number = number
    this.#connection = this.#build()
    this.#negotiation = this.#negotiate()
  }

  /** @param {RTCPeerConnection} connection - whose state changed */
  #changed(connection) {
    if (connection !== this.#connection || this.#closed) return
    this.#emit('state', connection.connectionState)
    const state = connection.connectionState
    if (state === 'connected' || state === 'disconnected' || state === 'failed') {
      this.#recovery.tell(state)
    }
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
