import { command } from '../call/server.js'
import { kilobits, rateOf, readVoice } from './reading.js'

/**
 * @typedef {object} Carried
 * @property {number | null} up - kbit/s
 * @property {number | null} down - kbit/s
 * @property {number | null} rtt - ms
 * @property {number | null} jitter - ms
 * @property {number | null} loss_up - share
 * @property {number | null} loss_down - share
 */

const OPEN_MS = 15_000
const SETTLE_MS = 1500
const VOICE_MS = 8000
const BULK_MS = 5000
const ANSWER_MS = 5000
const CHUNK = new Uint8Array(1100)
const MOST_BUFFERED = 16 * 1024
/** 4 Mbit/s: beyond it a picture is no trouble, and bytes cost the station money. */
const MOST_A_MS = 500

/** @param {number} ms - to wait */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A short call with the server's own peer; the voice is made by the page, so no microphone is opened. */
export class EchoCall {
  #connection
  #control
  #bulk
  #sound = new Audio()
  #sender
  /** @type {(text: string) => void} */
  #told = () => {}

  /**
   * @param {MediaStreamTrack} voice - what is said
   * @param {RTCIceServer[]} iceServers - those of a call
   */
  constructor(voice, iceServers) {
    this.#connection = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' })
    this.#sender = this.#connection.addTrack(voice, new MediaStream([voice]))
    this.#control = this.#connection.createDataChannel('control')
    this.#bulk = this.#connection.createDataChannel('bulk', { ordered: false, maxRetransmits: 0 })
    this.#bulk.binaryType = 'arraybuffer'
    this.#control.addEventListener('message', (event) => this.#told(String(event.data)))
    this.#connection.addEventListener('track', ({ track }) => this.#listen(track))
  }

  /**
   * @returns {Promise<boolean>} whether the peer was reached; throws what the server refuses with
   */
  async connect() {
    await this.#connection.setLocalDescription()
    const sdp = this.#connection.localDescription?.sdp ?? ''
    const answer = await command('/line-checks/echo', { sdp })
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer.sdp })
    const opened = new Promise((resolve) => {
      this.#control.addEventListener('open', () => resolve(true), { once: true })
    })
    return await Promise.race([opened, pause(OPEN_MS).then(() => false)])
  }

  /** @returns {Promise<Carried>} what the line carried: voice alone, then as much as it takes each way */
  async measure() {
    await pause(SETTLE_MS)
    const before = await this.#connection.getStats()
    await pause(VOICE_MS)
    const voice = readVoice(before, await this.#connection.getStats())
    await this.#sender.replaceTrack(null)
    const up = await this.#sendBulk()
    const down = await this.#receiveBulk()
    return {
      up: rateOf(up, voice.rate, voice.lossUp),
      down: rateOf(down, voice.rate, voice.lossDown),
      rtt: voice.rtt,
      jitter: voice.jitter,
      loss_up: voice.lossUp,
      loss_down: voice.lossDown
    }
  }

  /** Ends the call at both ends. */
  close() {
    if (this.#control.readyState === 'open') this.#control.send('end')
    this.#sound.srcObject = null
    this.#connection.close()
  }

  /** @returns {Promise<number | null>} kbit/s that the peer counted */
  async #sendBulk() {
    const began = performance.now()
    let sent = 0
    for (let passed = 0; passed < BULK_MS; passed = performance.now() - began) {
      if (this.#bulk.readyState !== 'open') return null
      const full = this.#bulk.bufferedAmount > MOST_BUFFERED || sent > passed * MOST_A_MS
      if (full) await pause(5)
      else {
        this.#bulk.send(CHUNK)
        sent += CHUNK.length
      }
    }
    const counted = new Promise((resolve) => {
      this.#told = resolve
    })
    this.#control.send('count')
    const told = await Promise.race([counted, pause(ANSWER_MS).then(() => null)])
    if (typeof told !== 'string') return null
    const { bytes, seconds } = JSON.parse(told)
    return kilobits(bytes, seconds)
  }

  /** @returns {Promise<number | null>} kbit/s that arrived */
  async #receiveBulk() {
    if (this.#control.readyState !== 'open') return null
    let first = 0
    let last = 0
    let bytes = 0
    this.#bulk.addEventListener('message', ({ data }) => {
      last = performance.now()
      if (first) bytes += data.byteLength
      else first = last
    })
    this.#control.send('send')
    await pause(BULK_MS + ANSWER_MS / 5)
    return first ? kilobits(bytes, (last - first) / 1000) : null
  }

  /** @param {MediaStreamTrack} track - one's own voice, as it comes back: counted, not heard */
  #listen(track) {
    this.#sound.muted = true
    this.#sound.srcObject = new MediaStream([track])
    this.#sound.play().catch(() => {})
  }
}

/** Something like speech, made here: syllables of a low voice. */
export class MadeVoice {
  #context = new AudioContext()
  #out = this.#context.createMediaStreamDestination()

  constructor() {
    const voice = new OscillatorNode(this.#context, { type: 'sawtooth', frequency: 140 })
    const syllables = new OscillatorNode(this.#context, { frequency: 4 })
    const loudness = new GainNode(this.#context, { gain: 0.2 })
    const depth = new GainNode(this.#context, { gain: 0.15 })
    syllables.connect(depth).connect(loudness.gain)
    voice.connect(loudness).connect(this.#out)
    voice.start()
    syllables.start()
  }

  /** Whether the browser lets it sound; before the first click on a page it may not. */
  get sounds() {
    return this.#context.state === 'running'
  }

  /** @returns {MediaStreamTrack} what is said */
  get track() {
    const [track] = this.#out.stream.getAudioTracks()
    if (!track) throw new DOMException('no track', 'NotFoundError')
    return track
  }

  /** Falls silent for good. */
  close() {
    void this.#context.close()
  }
}
