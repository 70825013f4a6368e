/** @import { Candidates, Description, Payload } from './messages.js' */
import { CandidateBatch, toCandidateInit } from './candidate-batch.js'
import { FirstWord } from './first-word.js'
import { Recovery } from './recovery.js'

const RETRY_MS = 2000

/**
 * @typedef {object} PeerOptions
 * @property {boolean} polite - who yields when both offer at once; must differ on the two sides
 * @property {RTCIceServer[]} iceServers - from the welcome
 * @property {(payload: Payload) => void} send - carries a payload to the other page
 * @property {() => Promise<RTCIceServer[]>} refreshIce - lends fresh relay credentials
 * @property {() => boolean} isReachable - whether signaling works now
 */

/**
 * The media connection to one other page, kept alive as long as both pages live.
 *
 * Events, each a CustomEvent: `track` (RTCTrackEvent), `media` (what the other has switched on), `state` (connectionState), `built` (the RTCPeerConnection, also after a rebuild).
 */
export class PeerLink extends EventTarget {
  #options
  #first
  /** @type {RTCPeerConnection} */
  #connection
  #number = 1
  #negotiation = 0
  #offering = false
  #ignoring = false
  #closed = false
  /** @type {Map<string, {track: MediaStreamTrack, stream: MediaStream}>} */
  #tracks = new Map()
  #queue = Promise.resolve()
  #online = () => void this.restart()
  #batch = new CandidateBatch((candidates) => {
    this.#options.send({ kind: 'candidates', connection: this.#number, candidates })
  })
  #recovery = new Recovery({
    isConnected: () => this.#closed || this.#connection.connectionState === 'connected',
    isReachable: () => this.#options.isReachable(),
    restart: () => this.restart(),
    rebuild: () => this.#rebuild(this.#number + 1)
  })

  /** @param {PeerOptions} options - see above */
  constructor(options) {
    super()
    this.#options = options
    this.#first = new FirstWord(options.polite)
    this.#connection = this.#build()
    globalThis.addEventListener('online', this.#online)
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
    const sender = this.#senderOf(name)
    this.#tracks.set(name, { track, stream })
    if (sender) await sender.replaceTrack(track)
    else this.#connection.addTrack(track, stream)
  }

  /** @param {string} name - of the track that is no longer sent */
  removeTrack(name) {
    const sender = this.#senderOf(name)
    this.#tracks.delete(name)
    if (sender) this.#connection.removeTrack(sender)
  }

  /**
   * Takes in what the other page sent; one after the other, as they came.
   *
   * @param {Payload} payload - its message
   * @returns {Promise<void>} settles when it has been dealt with
   */
  receive(payload) {
    if (this.#closed) return Promise.resolve()
    if (payload.kind === 'media') return Promise.resolve(this.#emit('media', payload))
    if (payload.connection > this.#number) this.#rebuild(payload.connection)
    this.#queue = this.#queue
      .then(() => this.#take(payload))
      // A description that does not fit is answered by the next recovery, not by a crash.
      .catch(() => this.#recovery.begin(RETRY_MS))
    return this.#queue
  }

  /** Looks after the connection when signaling has lost messages for good. */
  check() {
    this.#recovery.begin(0)
  }

  /** Finds a new way through the network, with fresh relay credentials where possible. */
  async restart() {
    const connection = this.#connection
    try {
      this.#options.iceServers = await this.#options.refreshIce()
    } catch {
      // The old credentials may still do, and a direct way needs none.
    }
    if (this.#closed || connection !== this.#connection) return
    try {
      const { iceServers } = this.#options
      connection.setConfiguration({ ...connection.getConfiguration(), iceServers })
      connection.restartIce()
    } catch {
      this.#rebuild(this.#number + 1)
    }
  }

  /** Ends it; the other side is told by signaling, not by us. */
  close() {
    this.#closed = true
    globalThis.removeEventListener('online', this.#online)
    this.#recovery.stop()
    this.#batch.clear()
    this.#connection.close()
  }

  #build() {
    const connection = new RTCPeerConnection({
      iceServers: this.#options.iceServers,
      bundlePolicy: 'max-bundle',
      rtcpMuxPolicy: 'require'
    })
    // What a closed connection was asked may never be answered: wait for none of it.
    this.#queue = Promise.resolve()
    this.#offering = false
    this.#ignoring = false
    this.#negotiation = 0
    this.#batch.clear()
    connection.addEventListener('negotiationneeded', () => void this.#offer(connection))
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (connection === this.#connection) this.#batch.add(candidate)
    })
    connection.addEventListener('connectionstatechange', () => this.#changed(connection))
    connection.addEventListener('track', (event) => this.#emit('track', event))
    for (const { track, stream } of this.#tracks.values()) connection.addTrack(track, stream)
    queueMicrotask(() => this.#emit('built', connection))
    return connection
  }

  /** @param {number} number - of the new connection, known to both pages */
  #rebuild(number) {
    this.#connection.close()
    this.#number = number
    this.#connection = this.#build()
  }

  /** @param {string} name - of a track */
  #senderOf(name) {
    const track = this.#tracks.get(name)?.track
    return this.#connection.getSenders().find((sender) => track && sender.track === track)
  }

  /** @param {RTCPeerConnection} connection - the one that wants to negotiate */
  async #offer(connection) {
    const again = () => void this.#offer(connection)
    if (this.#number === 1 && this.#first.waits(connection, again)) return
    try {
      this.#offering = true
      await connection.setLocalDescription()
      if (connection !== this.#connection) return
      this.#negotiation += 1
      this.#describe(connection, this.#negotiation)
    } catch {
      // Closed or overtaken; negotiationneeded will come again if it is needed.
    } finally {
      if (connection === this.#connection) this.#offering = false
    }
  }

  /**
   * @param {RTCPeerConnection} connection - whose local description is to be sent
   * @param {number} negotiation - the offerer's number for it
   */
  #describe(connection, negotiation) {
    const description = connection.localDescription
    if (!description || connection !== this.#connection) return
    this.#options.send({
      kind: 'description',
      type: description.type === 'offer' ? 'offer' : 'answer',
      sdp: description.sdp,
      connection: this.#number,
      negotiation
    })
  }

  /** @param {Description | Candidates} payload - what the other page sent */
  async #take(payload) {
    if (this.#closed || payload.connection < this.#number) return
    if (payload.kind === 'description') await this.#takeDescription(payload)
    else await this.#takeCandidates(payload)
  }

  /** @param {Description} message - an offer or an answer */
  async #takeDescription({ type, sdp, negotiation }) {
    const connection = this.#connection
    if (type === 'answer') {
      const awaited = connection.signalingState === 'have-local-offer'
      if (!awaited || negotiation !== this.#negotiation) return
      await connection.setRemoteDescription({ type, sdp })
      return
    }
    const collision = this.#offering || connection.signalingState !== 'stable'
    this.#ignoring = collision && !this.#options.polite
    if (this.#ignoring) return
    await connection.setRemoteDescription({ type, sdp })
    this.#negotiation = Math.max(this.#negotiation, negotiation)
    await connection.setLocalDescription()
    this.#describe(connection, negotiation)
  }

  /** @param {Candidates} message - a batch of the other's candidates */
  async #takeCandidates({ candidates }) {
    for (const candidate of candidates) {
      try {
        await this.#connection.addIceCandidate(toCandidateInit(candidate))
      } catch (error) {
        // Candidates of an offer that was ignored are of no use, and no fault.
        if (!this.#ignoring) throw error
      }
    }
  }

  /** @param {RTCPeerConnection} connection - whose state changed */
  #changed(connection) {
    if (connection !== this.#connection || this.#closed) return
    this.#emit('state', connection.connectionState)
    this.#recovery.changed(connection.connectionState)
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
