const DISCONNECTED_MS = 2000
const UNREACHABLE_MS = 1000
/** A first connection that has not come by then is tried anew. */
const FIRST_CONNECT_MS = 8000
const LADDER_MS = [2000, 4000, 8000]
/** Some browsers never recover by an ICE restart once a connection has failed. */
const RESTARTS_BEFORE_REBUILD = 2

/**
 * @typedef {object} RecoverySteps
 * @property {() => boolean} isConnected - whether there is anything to do at all
 * @property {() => boolean} isReachable - whether signaling works now
 * @property {() => Promise<void>} restart - asks for an ICE restart
 * @property {() => void} rebuild - begins again with a new RTCPeerConnection
 */

/** Decides when a media connection is restarted, and when it is built anew. */
export class Recovery {
  #steps
  #attempts = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {RecoverySteps} steps - what can be done */
  constructor(steps) {
    this.#steps = steps
    this.begin(FIRST_CONNECT_MS)
  }

  /** @param {RTCPeerConnectionState} state - what the connection has become */
  changed(state) {
    // Chromium stays `disconnected` for long; waiting for `failed` would cost fifteen seconds.
    if (state === 'connected') this.stop()
    else if (state === 'failed') this.begin(0)
    else if (state === 'disconnected') this.begin(DISCONNECTED_MS)
  }

  /** @param {number} pause - milliseconds to wait for it to heal by itself */
  begin(pause) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#attempt(), pause)
  }

  /** Rests until the connection changes again. */
  stop() {
    clearTimeout(this.#timer)
    this.#attempts = 0
  }

  async #attempt() {
    if (this.#steps.isConnected()) return
    if (!this.#steps.isReachable()) {
      this.begin(UNREACHABLE_MS)
      return
    }
    this.#attempts += 1
    if (this.#attempts > RESTARTS_BEFORE_REBUILD) this.#steps.rebuild()
    else await this.#steps.restart()
    this.begin(LADDER_MS[Math.min(this.#attempts, LADDER_MS.length) - 1] ?? 0)
  }
}
