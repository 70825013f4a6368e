/** @import { Candidates, Description, NegotiationNeeded, Payload } from './messages.js' */
import { CandidateBatch, toCandidateInit } from './candidate-batch.js'

/**
 * @typedef {object} NegotiationOptions
 * @property {number} number - of this connection, known to both pages
 * @property {boolean} polite - who yields when both offer at once
 * @property {() => Promise<void> | null} renews - what must be waited for before addresses are gathered; null is nothing
 * @property {(offer: () => void) => boolean} waits - whether the other side is to offer first; `offer` is called when it has not
 * @property {() => void} heard - told that the other side has offered
 * @property {(payload: Payload) => void} send - carries a payload to the other page
 * @property {(sdp: string) => string} adapt - what is changed in the other side's description before it is followed
 * @property {() => void} onMisfit - told when the other's message does not fit
 */

/** Offers, answers and candidates of one RTCPeerConnection, for as long as it lives. */
export class Negotiation {
  #connection
  #options
  #count = 0
  #offering = false
  #ignoring = false
  #closed = false
  #queue = Promise.resolve()
  #batch

  /**
   * @param {RTCPeerConnection} connection - to be negotiated
   * @param {NegotiationOptions} options - see above
   */
  constructor(connection, options) {
    this.#connection = connection
    this.#options = options
    this.#batch = new CandidateBatch((candidates) => {
      options.send({ kind: 'candidates', connection: options.number, candidates })
    })
    connection.addEventListener('negotiationneeded', () => void this.offer())
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (!this.#closed) this.#batch.add(candidate)
    })
  }

  /**
   * Takes in what the other page sent; one after the other, as they came.
   *
   * @param {Description | Candidates | NegotiationNeeded} payload - its message
   * @returns {Promise<void>} settles when it has been dealt with
   */
  receive(payload) {
    this.#queue = this.#queue
      .then(() => this.#take(payload))
      // A description that does not fit is answered by the next recovery, not by a crash.
      .catch(() => {
        if (!this.#closed) this.#options.onMisfit()
      })
    return this.#queue
  }

  /** Says and hears no more; what a closed connection was asked may never be answered. */
  close() {
    this.#closed = true
    this.#batch.clear()
  }

  /** Describes anew what this side sends and wants, unless the other side is to speak first. */
  async offer() {
    if (this.#closed || this.#options.waits(() => void this.offer())) return
    try {
      const renewal = this.#options.renews()
      if (renewal) {
        await renewal
        // The other side has spoken meanwhile; what is needed after that comes again by itself.
        if (this.#connection.signalingState !== 'stable') return
      }
      this.#offering = true
      await this.#connection.setLocalDescription()
      this.#count += 1
      this.#describe(this.#count)
    } catch {
      // Closed or overtaken; negotiationneeded will come again if it is needed.
    } finally {
      this.#offering = false
    }
  }

  /** @param {number} negotiation - the offerer's number for the local description */
  #describe(negotiation) {
    const description = this.#connection.localDescription
    if (!description || this.#closed) return
    this.#options.send({
      kind: 'description',
      type: description.type === 'offer' ? 'offer' : 'answer',
      sdp: description.sdp,
      connection: this.#options.number,
      negotiation
    })
  }

  /** @param {Description | Candidates | NegotiationNeeded} payload - what the other page sent */
  async #take(payload) {
    if (this.#closed) return
    if (payload.kind === 'candidates') await this.#takeCandidates(payload)
    else if (payload.kind === 'negotiation_needed') await this.#takeRequest()
    else if (payload.type === 'answer') await this.#takeAnswer(payload)
    else await this.#takeOffer(payload)
  }

  /** An offer that is under way gets an answer that knows already what has changed. */
  async #takeRequest() {
    if (this.#connection.signalingState === 'stable') await this.offer()
  }

  /** @param {Description} answer - to our offer, or to one that is no longer current */
  async #takeAnswer({ type, sdp, negotiation }) {
    const awaited = this.#connection.signalingState === 'have-local-offer'
    if (!awaited || negotiation !== this.#count) return
    await this.#connection.setRemoteDescription({ type, sdp: this.#options.adapt(sdp) })
  }

  /** @param {Description} offer - which may cross one of ours */
  async #takeOffer({ type, sdp, negotiation }) {
    this.#options.heard()
    const renewal = this.#options.renews()
    if (renewal) await renewal
    const collision = this.#offering || this.#connection.signalingState !== 'stable'
    this.#ignoring = collision && !this.#options.polite
    if (this.#ignoring) return
    await this.#connection.setRemoteDescription({ type, sdp: this.#options.adapt(sdp) })
    this.#count = Math.max(this.#count, negotiation)
    await this.#connection.setLocalDescription()
    this.#describe(negotiation)
  }

  /** @param {Candidates} message - a batch of the other's candidates */
  async #takeCandidates({ candidates }) {
    for (const candidate of candidates) {
      try {
        await this.#connection.addIceCandidate(toCandidateInit(candidate))
      } catch (error) {
        // Candidates of an offer that was ignored are of no use, and no fault.
        if (!this.#ignoring) throw error
      }
    }
  }
}
