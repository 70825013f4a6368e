/**
 * Why a device cannot be used; the page has the words for it.
 *
 * @typedef {'insecure_context' | 'unsupported' | 'permission_denied' | 'not_found' | 'in_use' | 'constraints_unmet' | 'aborted' | 'unknown'} MediaFailure
 * @typedef {{kind: 'microphone' | 'camera' | 'screen', code: MediaFailure}} Failure
 * @typedef {{stream: MediaStream, failures: Failure[]}} Opened
 * @typedef {{microphone?: string, camera?: string}} Devices
 */

/** @type {Record<string, MediaFailure>} */
const FAILURES = {
  NotAllowedError: 'permission_denied',
  SecurityError: 'permission_denied',
  NotFoundError: 'not_found',
  NotReadableError: 'in_use',
  OverconstrainedError: 'constraints_unmet',
  AbortError: 'aborted',
  InvalidStateError: 'aborted',
  TypeError: 'unsupported'
}
const CAMERA = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 15 } }
const DETAIL = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 10, max: 10 } }
/** What a browser does to a voice, and must not do to a heart: it takes 40 dB of a tone of 40 Hz. */
const CLEANING = /** @type {const} */ (['echoCancellation', 'noiseSuppression', 'autoGainControl'])
const VIDEO_FRAMES = 15

/**
 * Opens microphone and camera; where one fails the other is still used.
 *
 * @param {Devices} [devices] - device ids, when the person chose some
 * @returns {Promise<Opened>} what could be opened, and what not and why
 */
export async function openDevices(devices = {}) {
  const stream = new MediaStream()
  /** @type {Failure[]} */
  const failures = []
  // One after the other: asked for together, a missing camera would cost the voice as well.
  for (const kind of /** @type {const} */ (['microphone', 'camera'])) {
    try {
      stream.addTrack(await openDevice(kind, devices[kind]))
    } catch (error) {
      failures.push({ kind, code: reasonOf(error) })
    }
  }
  return { stream, failures }
}

/**
 * Opens one device; rejects with the browser's error, for `reasonOf`.
 *
 * @param {'microphone' | 'camera'} kind - which
 * @param {string} [deviceId] - exactly this one
 * @param {{auscultation: boolean}} [sound] - whether a microphone takes every sound as it is
 * @returns {Promise<MediaStreamTrack>} its track
 */
export async function openDevice(kind, deviceId, { auscultation } = { auscultation: false }) {
  const exact = deviceId ? { deviceId: { exact: deviceId } } : {}
  const wanted =
    kind === 'microphone'
      ? { audio: { ...soundFor(auscultation), ...exact } }
      : { video: { ...CAMERA, ...exact } }
  const [track] = (await mediaDevices().getUserMedia(wanted)).getTracks()
  if (!track) throw new DOMException('no track', 'NotFoundError')
  if (kind === 'camera') track.contentHint = 'motion'
  return track
}

/**
 * Has a camera show a wound or a film sharp, or a face in motion again.
 *
 * @param {MediaStreamTrack} camera - that runs
 * @param {boolean} detail - sharpness before motion
 */
export async function sharpen(camera, detail) {
  camera.contentHint = detail ? 'detail' : 'motion'
  try {
    await camera.applyConstraints(detail ? DETAIL : CAMERA)
  } catch {
    // A camera with a single size: what is made of its picture changes all the same.
  }
}

/**
 * Has a microphone take every sound as it is, or clean a voice again.
 *
 * @param {MediaStreamTrack} voice - of a microphone that runs
 * @param {boolean} auscultation - heart and lungs
 * @returns {Promise<MediaStreamTrack>} of the same microphone from now on: another one where the browser does not change one that runs
 */
export async function tuned(voice, auscultation) {
  const wanted = soundFor(auscultation)
  await voice.applyConstraints(wanted).catch(() => {})
  const { deviceId, ...settings } = voice.getSettings()
  const changed = CLEANING.every((name) => settings[name] === wanted[name])
  const track = changed ? voice : await openDevice('microphone', deviceId, { auscultation })
  track.enabled = voice.enabled
  track.contentHint = auscultation ? 'music' : ''
  if (track !== voice) voice.stop()
  return track
}

/** @param {boolean} auscultation - heart and lungs, and not a voice */
function soundFor(auscultation) {
  const cleaned = !auscultation
  return {
    channelCount: 1,
    echoCancellation: cleaned,
    noiseSuppression: cleaned,
    autoGainControl: cleaned
  }
}

/**
 * Lets the person choose a screen or window to show.
 *
 * @returns {Promise<MediaStreamTrack>} its track; ends when the person stops it
 */
export async function openScreen() {
  const stream = await mediaDevices().getDisplayMedia({
    video: { frameRate: { max: VIDEO_FRAMES } }
  })
  const [track] = stream.getVideoTracks()
  if (!track) throw new DOMException('no track', 'NotFoundError')
  track.contentHint = 'detail'
  return track
}

/**
 * Names the reason of a failure in our own stable codes.
 *
 * @param {unknown} error - what getUserMedia or getDisplayMedia threw
 * @returns {MediaFailure} the code
 */
export function reasonOf(error) {
  if (!globalThis.isSecureContext) return 'insecure_context'
  return (error instanceof Error && FAILURES[error.name]) || 'unknown'
}

/**
 * Lists what there is to choose from; labels are empty until permission was given.
 *
 * @returns {Promise<{microphones: MediaDeviceInfo[], cameras: MediaDeviceInfo[], speakers: MediaDeviceInfo[]}>} by kind
 */
export async function listDevices() {
  const devices = await mediaDevices().enumerateDevices()
  /** @param {MediaDeviceKind} kind - of device */
  const of = (kind) => devices.filter((device) => device.kind === kind && device.deviceId)
  return { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') }
}

/**
 * Calls back whenever a device is plugged in or out.
 *
 * @param {() => void} onChange - what to do then
 * @returns {() => void} stops it
 */
export function watchDevices(onChange) {
  const devices = mediaDevices()
  devices.addEventListener('devicechange', onChange)
  return () => devices.removeEventListener('devicechange', onChange)
}

/**
 * Shows a stream in an element; one's own must be muted, or it howls.
 *
 * @param {HTMLMediaElement} element - a video or audio element
 * @param {MediaStream | null} stream - null takes it away
 * @param {{muted: boolean}} options - whether it is one's own
 * @returns {Promise<boolean>} false when the browser wants a click before it plays
 */
export async function show(element, stream, { muted }) {
  element.muted = muted
  if (element.srcObject !== stream) element.srcObject = stream
  if (!stream) return true
  try {
    await element.play()
    return true
  } catch (error) {
    return !(error instanceof Error && error.name === 'NotAllowedError')
  }
}

/**
 * Mutes or unmutes without giving the device back.
 *
 * @param {MediaStream} stream - one's own
 * @param {'audio' | 'video'} kind - which of its tracks
 * @param {boolean} enabled - whether it is sent
 */
export function setEnabled(stream, kind, enabled) {
  for (const track of stream.getTracks()) if (track.kind === kind) track.enabled = enabled
}

/** @param {MediaStream} stream - whose devices are given back */
export function stopStream(stream) {
  for (const track of stream.getTracks()) track.stop()
}

function mediaDevices() {
  // Absent outside https and localhost, and in some in-app browsers.
  if (!navigator.mediaDevices) throw new TypeError('no mediaDevices')
  return navigator.mediaDevices
}
