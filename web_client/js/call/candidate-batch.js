/** @import { Candidate } from './messages.js' */

const WAIT_MS = 60
const MOST = 40

/** Gathers the candidates of a moment, because on a weak line each message costs. */
export class CandidateBatch {
  /** @type {Candidate[]} */
  #found = []
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #send

  /** @param {(candidates: Candidate[]) => void} send - carries one batch */
  constructor(send) {
    this.#send = send
  }

  /** @param {RTCIceCandidate | null} candidate - null when there are no more */
  add(candidate) {
    if (candidate?.candidate) {
      this.#found.push({
        candidate: candidate.candidate,
        mid: candidate.sdpMid,
        line: candidate.sdpMLineIndex,
        ufrag: candidate.usernameFragment
      })
    }
    clearTimeout(this.#timer)
    if (!candidate || this.#found.length >= MOST) this.#flush()
    else this.#timer = setTimeout(() => this.#flush(), WAIT_MS)
  }

  /** Forgets what belongs to a connection that is no more. */
  clear() {
    clearTimeout(this.#timer)
    this.#found = []
  }

  #flush() {
    const candidates = this.#found.splice(0)
    if (candidates.length > 0) this.#send(candidates)
  }
}

/**
 * Gives a candidate its long names back.
 *
 * @param {Candidate} candidate - as it came over the wire
 * @returns {RTCIceCandidateInit} as the browser wants it
 */
export function toCandidateInit({ candidate, mid, line, ufrag }) {
  return { candidate, sdpMid: mid, sdpMLineIndex: line, usernameFragment: ufrag }
}
