/** Keeps what is sent within what the line carries: reads, climbs the ladder, sets the senders. */

/** @import { State } from './ladder.js' */
/** @import { Picture, Wishes } from './rungs.js' */
/** @import { Stat } from './stats.js' */
/** @import { Voice } from './voice.js' */
import { climb, start } from './ladder.js'
import { arrivedIn, readingOf } from './reading.js'
import { layersOf, pictureOf } from './rungs.js'
import { found } from './stats.js'
import { voiceOf } from './voice.js'
import { cushionOf } from './way.js'

const EVERY_MS = 1000
const SILENCE_SECONDS = 3
const RESTING = { active: false }
/** A rate that moves by less is not worth setting. */
const STEP = 10
/** @type {WeakMap<RTCRtpSender, string>} */
const asked = new WeakMap()

/**
 * @typedef {object} SteeringSteps
 * @property {() => RTCPeerConnection} connection - of the moment
 * @property {() => Wishes} wishes - of the person
 * @property {(state: State, voice: Voice) => void} onState - told the state once a second
 * @property {(shows: boolean) => Promise<void>} show - puts the picture on the connection, or takes it off: one that rests there is probed with, at the voice's cost
 * @property {() => boolean} isElsewhere - whether what the other side sends comes another way, so that nothing need come on this one
 * @property {(heard: boolean) => void} onHeard - told when nothing has come for a while although something did before, and when it comes again
 */

/** The ladder of one connection, at work. */
export class Steering {
  #steps
  #state = start()
  /** @type {Stat[]} */
  #former = []
  /** @type {RTCPeerConnection | null} */
  #steered = null
  #quiet = 0
  #wasHeard = false
  #timer

  /** @param {SteeringSteps} steps - what it reads and whom it tells */
  constructor(steps) {
    this.#steps = steps
    this.#timer = setInterval(() => void this.#look(), EVERY_MS)
  }

  /** Kilobits a second that files may take. */
  get pace() {
    return this.#state.pace
  }

  /** Sets the senders as the ladder stands now; for a connection that has just been built or has a new track. */
  async apply() {
    const connection = this.#steps.connection()
    try {
      await this.#set(connection)
    } catch (error) {
      // It was closed meanwhile; a new one is set when it is built.
      if (connection.signalingState !== 'closed') throw error
    }
  }

  /** @param {RTCPeerConnection} connection - of the moment */
  async #set(connection) {
    const wishes = this.#steps.wishes()
    const voice = voiceOf(this.#state.voice, wishes)
    const picture = pictureOf(this.#state, wishes)
    await this.#steps.show(picture !== null)
    for (const { sender, receiver } of connection.getTransceivers()) {
      if (receiver.track.kind === 'audio') {
        cushion(receiver, cushionOf(this.#state))
        await setVoice(sender, voice)
      } else if (connection.remoteDescription || !isLayered(sender)) {
        // Layers that rest before they are agreed upon are agreed upon as resting (RFC 8853, section 5.1).
        await setPicture(sender, picture, wishes)
      }
    }
  }

  /** Leaves the senders as they are. */
  stop() {
    clearInterval(this.#timer)
  }

  /** Whether nothing need come here: who has never been heard may be on hold. */
  get #mayRest() {
    return !this.#wasHeard || this.#steps.isElsewhere()
  }

  /** What came another way has ceased: if nothing comes on this one soon, the line is cut. */
  doubt() {
    this.#quiet = Math.max(this.#quiet, SILENCE_SECONDS - EVERY_MS / 1000)
  }

  /** @param {Stat[]} latter - entries of getStats() */
  #listen(latter) {
    const [before, now] = [arrivedIn(this.#former), arrivedIn(latter)]
    this.#wasHeard ||= now.sound > 0
    // A connection that failed, or a new one, counts from nothing: that is no sign of life.
    const comes = this.#mayRest || hasGrown(before, now)
    const wasQuiet = this.#quiet >= SILENCE_SECONDS
    this.#quiet = comes ? 0 : this.#quiet + EVERY_MS / 1000
    if (comes && wasQuiet) this.#steps.onHeard(true)
    else if (this.#quiet >= SILENCE_SECONDS && !wasQuiet) this.#steps.onHeard(false)
  }

  async #look() {
    const connection = this.#steps.connection()
    const latter = await found(connection)
    const reading = connection === this.#steered ? readingOf(this.#former, latter) : null
    this.#listen(latter)
    this.#former = latter
    this.#steered = connection
    if (!reading) return
    const wishes = this.#steps.wishes()
    this.#state = climb(this.#state, reading, wishes)
    // What is said of the line goes into the description that a new picture needs.
    this.#steps.onState(this.#state, voiceOf(this.#state.voice, wishes))
    await this.apply()
  }
}

/**
 * @param {{sound: number, all: number}} before - what had come
 * @param {{sound: number, all: number}} now - what has
 */
function hasGrown(before, now) {
  return now.sound > before.sound || now.all > before.all
}

/** @param {RTCRtpSender} sender - of the picture */
function isLayered(sender) {
  return (sender.getParameters().encodings?.length ?? 0) > 1
}

/**
 * @param {RTCRtpReceiver} receiver - of the sound
 * @param {number} seconds - to keep before it is played, where the browser can
 */
function cushion(receiver, seconds) {
  const chooser = /** @type {any} */ (receiver)
  if (Number.isFinite(seconds) && chooser.jitterBufferTarget !== 1000 * seconds) {
    chooser.jitterBufferTarget = 1000 * seconds
  }
}

/**
 * @param {RTCRtpSender} sender - of the sound
 * @param {Voice} voice - how to send it
 */
async function setVoice(sender, voice) {
  const wanted = {
    priority: 'high',
    networkPriority: 'high',
    maxBitrate: voice.rate * 1000
  }
  await set(sender, [wanted])
}

/**
 * @param {RTCRtpSender} sender - of the picture
 * @param {Picture | null} picture - what to send; null is nothing
 * @param {Wishes} wishes - of the person
 */
async function setPicture(sender, picture, { detail, height }) {
  const count = sender.getParameters().encodings?.length ?? 0
  const layers = picture ? layersOf(picture, count, detail) : []
  const wanted = Array.from({ length: count }, (_, index) => ({
    priority: 'low',
    networkPriority: 'low',
    ...encodingOf(layers[index] ?? null, height)
  }))
  await set(sender, wanted, detail ? 'maintain-resolution' : 'maintain-framerate')
}

/**
 * @param {Picture | null} picture - of one layer; null is nothing
 * @param {number} height - of the picture at its source
 */
function encodingOf(picture, height) {
  if (!picture) return RESTING
  return {
    active: true,
    maxBitrate: Math.round(picture.rate / STEP) * STEP * 1000,
    maxFramerate: picture.frames,
    scaleResolutionDownBy: Math.max(1, height / picture.height)
  }
}

/**
 * @param {RTCRtpSender} sender - to be set, where anything differs
 * @param {Record<string, unknown>[]} wanted - of its encodings
 * @param {RTCDegradationPreference} [degradationPreference] - what is kept when there is too little
 */
async function set(sender, wanted, degradationPreference) {
  const written = JSON.stringify([wanted, degradationPreference])
  const parameters = sender.getParameters()
  // Some browsers have no encodings before the first negotiation.
  if (!parameters.encodings?.length) return
  // An answer that was on its way may have set a layer to rest again.
  const kept = parameters.encodings.every(({ active }, index) => {
    const { active: should = active } = wanted[index] ?? {}
    return active === should
  })
  if (kept && asked.get(sender) === written) return
  parameters.encodings.forEach((encoding, index) => Object.assign(encoding, wanted[index]))
  Object.assign(parameters, degradationPreference && { degradationPreference })
  try {
    await sender.setParameters(parameters)
    asked.set(sender, written)
  } catch {
    // A negotiation came between; the next second sets it.
  }
}
