const WAIT_MS = 1500

/**
 * Leaves the first offer to the impolite side: when both offer at once, Chromium sometimes gathers no
 * candidates after the rollback. A side with nothing to send says nothing, so the wait ends.
 */
export class FirstWord {
  #yields

  /** @param {boolean} polite - whether this side yields */
  constructor(polite) {
    this.#yields = polite
  }

  /**
   * @param {RTCPeerConnection} connection - the first one of a link, which wants to negotiate
   * @param {() => void} offer - called when the other side has not spoken in time
   * @returns {boolean} whether to wait
   */
  waits(connection, offer) {
    if (!this.#yields || connection.remoteDescription) return false
    setTimeout(() => {
      this.#yields = false
      if (!connection.remoteDescription) offer()
    }, WAIT_MS)
    return true
  }
}
