/** A ring made by the browser itself: nothing to fetch on a slow line. */

const NOTES_HZ = [659, 784]
const NOTE_SECONDS = 0.35
const REPEAT_MS = 2500

/** Rings until it is told to stop. */
export class Ringtone {
  /** @type {AudioContext | undefined} */
  #audio
  #timer = 0

  /** Begins to ring; silent where the browser forbids sound before a first click. */
  start() {
    if (this.#timer) return
    this.#ring()
    this.#timer = setInterval(() => this.#ring(), REPEAT_MS)
  }

  /** Falls silent at once. */
  stop() {
    clearInterval(this.#timer)
    this.#timer = 0
    this.#audio?.close()
    this.#audio = undefined
  }

  #ring() {
    // Browsers refuse sound and shaking until the first click, and would play it all at once after it.
    if (navigator.userActivation?.hasBeenActive === false) return
    navigator.vibrate?.([300, 150, 300])
    this.#audio ??= new AudioContext()
    NOTES_HZ.forEach((pitch, index) => this.#note(pitch, index * NOTE_SECONDS))
  }

  /**
   * @param {number} pitch - Hertz
   * @param {number} delay - Seconds
   */
  #note(pitch, delay) {
    if (!this.#audio) return
    const begin = this.#audio.currentTime + delay
    const volume = new GainNode(this.#audio, { gain: 0 })
    volume.gain.setTargetAtTime(0.25, begin, 0.02)
    volume.gain.setTargetAtTime(0, begin + NOTE_SECONDS * 0.7, 0.06)
    const tone = new OscillatorNode(this.#audio, { frequency: pitch, type: 'triangle' })
    tone.connect(volume).connect(this.#audio.destination)
    tone.start(begin)
    tone.stop(begin + NOTE_SECONDS * 2)
  }
}
