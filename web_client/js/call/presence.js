/** @import { Peer } from './messages.js' */
/** @typedef {import('./companion.js').Companion | import('./downlink.js').Downlink} Seat */

/** As long as a node keeps a place. */
const KEPT_MS = 90_000

/** Whose page signaling reaches now: voice and picture go on without it, so nobody is given up for being late at another node. */
export class Presence {
  #seats
  #giveUp
  /**
   * Until when somebody is waited for.
   *
   * @type {Map<string, ReturnType<typeof setTimeout>>}
   */
  #awaited = new Map()

  /**
   * @param {() => Seat[]} seats - whom one is in a call with
   * @param {(id: string) => void} giveUp - told who has not come back
   */
  constructor(seats, giveUp) {
    this.#seats = seats
    this.#giveUp = giveUp
  }

  /**
   * Whoever is not in the room of another node, or of one that was started anew, is on the way there.
   *
   * @param {Peer[]} peers - who is in the room
   */
  compare(peers) {
    for (const seat of this.#seats()) {
      const { id } = seat.peer
      if (peers.some((peer) => peer.id === id)) seat.tell('checked')
      else this.#await(seat)
    }
  }

  /** Lets all whom signaling reaches know that it does. */
  reach() {
    for (const seat of this.#seats()) if (seat.isThere) seat.tell('reached')
  }

  /** @param {Seat} seat - whose page signaling reaches again */
  welcomeBack(seat) {
    const { id } = seat.peer
    seat.isThere = true
    if (this.#awaited.has(id)) seat.tell('checked')
    this.cease(id)
    seat.tell('reached')
  }

  /** @param {string} id - of somebody who is not waited for any more */
  cease(id) {
    clearTimeout(this.#awaited.get(id))
    this.#awaited.delete(id)
  }

  /** @param {Seat} seat - that has not come yet */
  #await(seat) {
    const { id } = seat.peer
    seat.isThere = false
    this.cease(id)
    this.#awaited.set(
      id,
      setTimeout(() => this.#giveUp(id), KEPT_MS)
    )
  }
}
