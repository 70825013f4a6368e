/** A check by itself on a page that was left open: no device and no word. */
import { command, Refused } from '../call/server.js'
import { MadeVoice } from './echo-call.js'
import { checkLine } from './steps.js'

const AFTER_CALL_MS = 15 * 60_000

/** @param {HTMLElement} root - told how it went */
export async function check(root) {
  const voice = await audible()
  try {
    root.dataset['state'] = 'running'
    const line = await checkLine({ scheduled: true, voice, signal: untilCall() })
    await command('/line-checks', { ...line, scheduled: true })
    root.dataset['state'] = 'kept'
  } catch (error) {
    root.dataset['state'] = error instanceof Refused ? error.code : 'line_lost'
    if (error instanceof Refused && error.code === 'call_runs') {
      setTimeout(() => void check(root), AFTER_CALL_MS)
    }
  } finally {
    voice.close()
  }
}

/** @returns {AbortSignal} of a call that begins anywhere at this place */
function untilCall() {
  const stop = new AbortController()
  // Heard as it is: the listener's own module would travel to every page a second time.
  document.addEventListener('tramxa:event', (event) => {
    const kind = event instanceof CustomEvent ? String(event.detail.kind) : ''
    if (kind.startsWith('call.')) stop.abort(new Refused('call_runs', ''))
  })
  return stop.signal
}

/** @returns {Promise<MadeVoice>} a voice that sounds: at once, or after the next click or key */
async function audible() {
  const voice = new MadeVoice()
  await new Promise((resolve) => setTimeout(resolve, 200))
  if (voice.sounds) return voice
  voice.close()
  await new Promise((resolve) => {
    for (const kind of ['pointerdown', 'keydown']) {
      document.addEventListener(kind, resolve, { once: true })
    }
  })
  return new MadeVoice()
}
