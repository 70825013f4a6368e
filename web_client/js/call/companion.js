/** @import { Payload, Peer } from './messages.js' */
/** @import { PeerOptions } from './peer.js' */
/** @import { Wishes } from './rungs.js' */
import { PeerLink } from './peer.js'
import { measure } from './quality.js'
import { Steering } from './steering.js'
import { firstEstimate } from './way.js'

/** @type {import('./sent-tracks.js').Place[]} */
const PLACES = [
  { name: 'microphone', kind: 'audio' },
  { name: 'camera', kind: 'video' }
]

/** @type {import('./sent-tracks.js').Place[]} */
const LAYERED = [
  { name: 'microphone', kind: 'audio' },
  {
    name: 'camera',
    kind: 'video',
    layers: [{ rid: 'l' }, { rid: 'h' }]
  }
]

/**
 * Somebody else in the room: the link to their page, and what is sent over it.
 *
 * Events, each a CustomEvent: `built` (RTCPeerConnection), `stream` (MediaStream of theirs), `media`, `state`, `sample` (of quality), `level` (the ladder's
 * State), `heard` (whether anything comes, when that changes).
 */
export class Companion extends EventTarget {
  /** @type {'new' | 'connected' | 'lost'} */
  state = 'new'
  /** Whether signaling reaches their page now. */
  isThere = true
  #stream
  #rests = false
  /** @type {MediaStream | null} */
  #direct = null
  /**
   * Theirs, by way of the media server.
   *
   * @type {MediaStream | null}
   */
  #through = null
  /** @type {MediaStreamTrack | null} */
  #picture = null
  /** @type {MediaStreamTrack | null} */
  #shown = null
  /** @type {MediaStreamTrack | null} */
  #spoken = null
  #link
  #steering
  #stopMeasuring

  /**
   * @param {Peer} peer - who it is, on which page
   * @param {Omit<PeerOptions, 'places'> & {stream: MediaStream, wishes: () => Wishes, layered?: boolean}} options - of the link, one's own media, what the person wants, and whether the picture goes in layers
   */
  constructor(peer, { wishes, layered = false, ...options }) {
    super()
    this.peer = peer
    this.#stream = options.stream
    const isReachable = () => this.isThere && options.isReachable()
    const places = layered ? LAYERED : PLACES
    this.#link = new PeerLink({ ...options, isReachable, places })
    this.#steering = new Steering({
      connection: () => this.#link.connection,
      wishes,
      onState: (state, voice) => {
        this.#link.suit({ ...voice, estimate: firstEstimate(state) })
        this.#emit('level', state)
      },
      show: async (shows) => {
        await this.#speak()
        await this.#put(shows ? this.#picture : null)
      },
      isElsewhere: () => this.isThrough,
      onHeard: (heard) => {
        this.#link.tell(heard ? 'connected' : 'silent')
        this.#emit('heard', heard)
      }
    })
    this.#stopMeasuring = measure(
      () => this.#link.connection,
      (sample) => this.#emit('sample', sample)
    )
    this.#follow()
    void this.#speak()
  }

  /** Whether nothing is sent to them directly: they have it by way of the media server. */
  get rests() {
    return this.#rests
  }

  /** Whether theirs comes by way of the media server. */
  get isThrough() {
    return this.#through !== null
  }

  /** Kilobits a second that files may take. */
  get pace() {
    return this.#steering.pace
  }

  /** @param {Payload} payload - what their page sent */
  async receive(payload) {
    await this.#link.receive(payload)
  }

  /** @param {MediaStreamTrack | null} track - of the picture to send, as the line carries it; null sends none */
  async show(track) {
    this.#picture = track
    await this.apply()
  }

  /** Sends as the line and the person want it now. */
  async apply() {
    await this.#steering.apply()
  }

  /** @param {boolean} rests - whether voice and picture need not go there directly */
  async rest(rests) {
    if (rests === this.#rests) return
    this.#rests = rests
    await this.#link.hold(rests)
    await this.apply()
  }

  /** @param {MediaStream | null} stream - of theirs by way of the media server; null when it has ceased */
  hearThrough(stream) {
    this.#through = stream
    if (!stream) this.#steering.doubt()
    const heard = stream ?? this.#direct
    if (heard) this.#emit('stream', heard)
    this.#emit('state', this.stands)
  }

  /** How it stands with them, by whichever way. */
  get stands() {
    return this.#through ? 'connected' : this.state
  }

  /** Lets voice and picture go. */
  async release() {
    await this.#link.hold(false)
    await this.apply()
  }

  /** @param {'reached' | 'checked'} event - what signaling knows of the line */
  tell(event) {
    this.#link.tell(event)
  }

  /** Ends it. */
  close() {
    this.#stopMeasuring()
    this.#steering.stop()
    this.#link.close()
  }

  /** Sends the voice of the moment: another track may have taken the place of the first. */
  async #speak() {
    const [voice] = this.#stream.getAudioTracks()
    if (!voice || voice === this.#spoken) return
    this.#spoken = voice
    await this.#link.addTrack('microphone', voice, this.#stream)
  }

  /** @param {MediaStreamTrack | null} track - that is on the connection from now on */
  async #put(track) {
    if (track === this.#shown) return
    this.#shown = track
    if (track) await this.#link.addTrack('camera', track, this.#stream)
    else await this.#link.removeTrack('camera')
  }

  #follow() {
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      this.#link.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('built', (connection) => {
      this.#emit('built', connection)
      void this.apply()
    })
    on('track', ({ streams }) => {
      this.#direct = streams[0]
      if (!this.#through) this.#emit('stream', streams[0])
    })
    on('media', (media) => this.#emit('media', media))
    on('state', (state) => {
      if (state === 'connected') this.state = 'connected'
      else if (state === 'disconnected' || state === 'failed') this.state = 'lost'
      void this.apply()
      this.#emit('state', this.stands)
    })
  }

  /**
   * @param {string} type - of the event
   * @param {unknown} detail - its content
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
