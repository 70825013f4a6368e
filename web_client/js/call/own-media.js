/** What this page shows and says of itself: microphone, camera, screen, what of it is switched on, and how. */

/** @import { CallView } from './call-view.js' */
/** @import { CallRoom } from './room.js' */
import {
  openDevices,
  openScreen,
  reasonOf,
  setEnabled,
  sharpen,
  stopStream,
  tuned
} from './media.js'

/** One's own devices, whether a call runs or not. */
export class OwnMedia {
  /** @type {MediaStream | null} */
  stream = null
  #view
  /** @type {MediaStreamTrack | null} */
  #screen = null
  /** @type {CallRoom | null} */
  #room = null
  #on = { microphone: true, camera: true, screen: false, auscultation: false }
  #detail = false
  /** @type {Promise<MediaStream> | null} */
  #opened = null
  /** Changes of the microphone, one after the other. */
  #tuning = Promise.resolve()
  /**
   * What the buttons do.
   *
   * @type {Record<string, () => Promise<void>>}
   */
  actions = {
    microphone: () => this.#toggle('microphone'),
    camera: () => this.#toggle('camera'),
    screen: () => this.#toggleScreen(),
    detail: () => this.#sharpen(!this.#detail),
    auscultation: () => this.#auscultate(!this.#on.auscultation)
  }

  /** @param {CallView} view - of the page */
  constructor(view) {
    this.#view = view
  }

  /** What this browser can do for a call at all. */
  get device() {
    const hears = Boolean(this.stream?.getAudioTracks().length)
    return { canCall: 'RTCPeerConnection' in globalThis, hears }
  }

  /** @param {CallRoom | null} room - that gets it from now on; null ends the sharing of a screen, and what was for this call */
  follow(room) {
    this.#room = room
    if (room) void this.#keepToVoice()
    else {
      this.#endScreen()
      if (this.#detail) void this.#sharpen(false)
      if (this.#on.auscultation) void this.#auscultate(false)
    }
  }

  /** @param {boolean} picture - whether the camera is wanted too */
  async open(picture) {
    // Whoever calls before the devices are there must not open them twice.
    this.#opened ??= this.#openDevices()
    const stream = await this.#opened
    setEnabled(stream, 'video', picture)
    this.#on.camera = picture && stream.getVideoTracks().length > 0
    this.#view.press('camera', !this.#on.camera)
  }

  async #openDevices() {
    const { stream, failures } = await openDevices()
    this.stream = stream
    this.#view.showSelf(stream)
    this.#view.showTrouble(
      failures.map(({ kind, code }) => this.#view.text(`${kind}-${code}`)).filter(Boolean)
    )
    return stream
  }

  /** @param {'microphone' | 'camera'} name - of the device */
  async #toggle(name) {
    if (!this.stream) return
    this.#on[name] = !this.#on[name]
    setEnabled(this.stream, name === 'camera' ? 'video' : 'audio', this.#on[name])
    this.#view.press(name, !this.#on[name])
    await this.#keepToVoice()
    this.announce()
  }

  async #toggleScreen() {
    if (this.#screen) {
      this.#endScreen()
      return
    }
    const track = await openScreen()
    track.addEventListener('ended', () => void this.#showScreen(null))
    await this.#showScreen(track)
  }

  /** @param {boolean} detail - whether the camera is to show a wound or a film, and not a face */
  async #sharpen(detail) {
    const [camera] = this.stream?.getVideoTracks() ?? []
    if (!camera) {
      this.#view.showTrouble([this.#view.text('camera-not-found')])
      return
    }
    this.#detail = detail
    this.#view.press('detail', detail)
    await sharpen(camera, detail)
    if (!this.#screen) await this.#room?.show(camera)
  }

  /** @param {boolean} auscultation - whether the microphone is for heart and lungs, and not for speech */
  async #auscultate(auscultation) {
    if (!this.device.hears) {
      this.#view.showTrouble([this.#view.text('microphone-not-found')])
      return
    }
    this.#on.auscultation = auscultation
    this.#showSound()
    this.#tuning = this.#tuning.then(() => this.#tune())
    await this.#tuning
    await this.#keepToVoice()
    this.announce()
  }

  /** Has the microphone as the person wants it; where it cannot be, it goes on as it was. */
  async #tune() {
    const { stream } = this
    const [voice] = stream?.getAudioTracks() ?? []
    if (!stream || !voice) return
    try {
      const track = await tuned(voice, this.#on.auscultation)
      stream.removeTrack(voice)
      stream.addTrack(track)
    } catch (error) {
      this.#on.auscultation = voice.contentHint === 'music'
      this.#view.showTrouble([this.#view.text(`microphone-${reasonOf(error)}`)])
      this.#showSound()
    }
  }

  #showSound() {
    const { auscultation } = this.#on
    this.#view.press('auscultation', auscultation)
    this.#view.tellSound({ auscultation })
  }

  /** Tells the other side what is switched on here. */
  announce() {
    this.#room?.announce(this.#on)
  }

  /** Gives the devices back. */
  stop() {
    if (this.stream) stopStream(this.stream)
  }

  #endScreen() {
    this.#screen?.stop()
    if (this.#screen) void this.#showScreen(null)
  }

  /** @param {MediaStreamTrack | null} track - of the screen; null goes back to the camera */
  async #showScreen(track) {
    this.#screen = track
    this.#on.screen = Boolean(track)
    this.#view.press('screen', this.#on.screen)
    await this.#room?.show(track ?? this.stream?.getVideoTracks()[0] ?? null)
    await this.#keepToVoice()
    this.announce()
  }

  /** Sends no picture at all where none is switched on: a black one costs as much as a face. */
  async #keepToVoice() {
    await this.#room?.keepToVoice(!this.#on.camera && !this.#on.screen)
  }
}
