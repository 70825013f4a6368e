/** The impolite side is about to make the first offer by itself. */
const FIRST_MS = 1500
/** An answer to a request has to come over the line twice. */
const ASKED_MS = 4000

/**
 * Leaves offers to the impolite side: when both offer at once, Chromium sometimes gathers no candidates after the rollback, and it always begins the
 * sound anew, which the other side hears as seconds of silence.
 */
export class Turns {
  #polite
  #ask
  #own = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /**
   * @param {boolean} polite - whether this side yields
   * @param {() => void} ask - asks the other side for an offer
   */
  constructor(polite, ask) {
    this.#polite = polite
    this.#ask = ask
  }

  /**
   * @param {RTCPeerConnection} connection - which wants to negotiate
   * @param {() => void} offer - called when the other side has not spoken in time
   * @returns {boolean} whether to wait
   */
  waits(connection, offer) {
    if (!this.#polite || this.#own) {
      this.#own = false
      return false
    }
    const began = connection.remoteDescription !== null
    if (began && hasPartOfItsOwn(connection)) return false
    if (this.#timer !== undefined) return true
    if (began) this.#ask()
    this.#timer = setTimeout(
      () => {
        this.hurry()
        offer()
      },
      began ? ASKED_MS : FIRST_MS
    )
    return true
  }

  /** The other side has spoken. */
  heard() {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** The next offer is ours, whoever we are: a lost line waits for nobody. */
  hurry() {
    this.heard()
    this.#own = true
  }
}

/**
 * @param {RTCPeerConnection} connection - which wants to negotiate
 * @returns {boolean} whether it has something that no offer of the other side would have a part for
 */
function hasPartOfItsOwn(connection) {
  return connection.getTransceivers().some(({ mid }) => mid === null)
}
