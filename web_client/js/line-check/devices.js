/** @import { MediaFailure } from '../call/media.js' */
import { openDevice, reasonOf, show } from '../call/media.js'

/** @typedef {'works' | 'permission_denied' | 'not_found' | 'in_use' | 'silent' | 'failed'} DeviceState */

const LISTEN_MS = 4000
const LOUD_ENOUGH = 0.004
const TONES = [660, 880]

/** @returns {boolean} whether the browser has everything that a call uses */
export function isModern() {
  const { RTCPeerConnection, RTCRtpSender, RTCRtpTransceiver, WebSocket, AudioContext } = globalThis
  const present = [RTCPeerConnection, RTCRtpSender, WebSocket, AudioContext].every(Boolean)
  return present && 'setCodecPreferences' in (RTCRtpTransceiver?.prototype ?? {})
}

/** @returns {'chromium' | 'firefox' | 'safari'} for the words about permissions */
export function family() {
  const agent = navigator.userAgent
  if (agent.includes('Firefox/')) return 'firefox'
  return agent.includes('Safari/') && !agent.includes('Chrom') ? 'safari' : 'chromium'
}

/**
 * Opens the microphone and listens for a few seconds.
 *
 * @param {(percent: number) => void} onLevel - told how loud it is
 * @returns {Promise<DeviceState>} how it did
 */
export async function tryMicrophone(onLevel) {
  return await attempt('microphone', async (track) => {
    const context = new AudioContext()
    const meter = context.createAnalyser()
    context.createMediaStreamSource(new MediaStream([track])).connect(meter)
    const loudest = await listen(meter, onLevel)
    await context.close()
    return loudest > LOUD_ENOUGH ? 'works' : 'silent'
  })
}

/**
 * @param {AnalyserNode} meter - of the microphone
 * @param {(percent: number) => void} onLevel - told how loud it is
 * @returns {Promise<number>} the loudest, from 0 to 1
 */
async function listen(meter, onLevel) {
  const samples = new Float32Array(meter.fftSize)
  let loudest = 0
  for (const began = performance.now(); performance.now() - began < LISTEN_MS;) {
    meter.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length
    const level = Math.sqrt(power)
    loudest = Math.max(loudest, level)
    onLevel(Math.min(100, Math.round(level * 400)))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return loudest
}

/**
 * Opens the camera and shows it for a moment.
 *
 * @param {HTMLVideoElement} element - where
 * @returns {Promise<DeviceState>} how it did
 */
export async function tryCamera(element) {
  return await attempt('camera', async (track) => {
    element.hidden = false
    await show(element, new MediaStream([track]), { muted: true })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const works = element.videoWidth > 0
    element.srcObject = null
    element.hidden = true
    return works ? 'works' : 'failed'
  })
}

/**
 * @param {'microphone' | 'camera'} kind - which
 * @param {(track: MediaStreamTrack) => Promise<DeviceState>} use - while it is open
 * @returns {Promise<DeviceState>} how it did
 */
async function attempt(kind, use) {
  /** @type {MediaStreamTrack | undefined} */
  let track
  try {
    track = await openDevice(kind)
    return await use(track)
  } catch (error) {
    return stateOf(reasonOf(error))
  } finally {
    track?.stop()
  }
}

/**
 * @param {MediaFailure} reason - as the call names it
 * @returns {DeviceState} as the server keeps it
 */
function stateOf(reason) {
  if (reason === 'permission_denied' || reason === 'not_found' || reason === 'in_use') return reason
  return 'failed'
}

/** Plays two tones through the speaker. */
export function playTones() {
  const context = new AudioContext()
  const loudness = new GainNode(context, { gain: 0.2 })
  loudness.connect(context.destination)
  for (const [number, frequency] of TONES.entries()) {
    const tone = new OscillatorNode(context, { frequency })
    tone.connect(loudness)
    tone.start(context.currentTime + number * 0.5)
    tone.stop(context.currentTime + number * 0.5 + 0.4)
    if (number === TONES.length - 1) tone.addEventListener('ended', () => void context.close())
  }
}
