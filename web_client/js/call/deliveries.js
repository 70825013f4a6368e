/** A file that goes to several at once, shown as one: it is as far as with the slowest of those who are there. */

/** @typedef {{done: number, has: boolean}} Share - bytes that one of them has been sent, and whether they have it whole */

/** One file on its way to several. */
export class Delivery {
  /** @type {Map<string, Share>} */
  #shares
  #told = false

  /** @param {string[]} to - ids of whom it is sent to */
  constructor(to) {
    this.#shares = new Map(to.map((id) => [id, { done: 0, has: false }]))
  }

  /**
   * @param {string} id - of somebody
   * @param {Partial<Share>} share - what is new
   */
  set(id, share) {
    const known = this.#shares.get(id)
    if (known) this.#shares.set(id, { ...known, ...share })
  }

  /**
   * @param {(id: string) => boolean} isThere - whoever has gone holds nothing up
   * @returns {number} bytes that have gone to the slowest
   */
  done(isThere) {
    return Math.min(...this.#waitedFor(isThere).map(({ done }) => done))
  }

  /**
   * @param {(id: string) => boolean} isThere - whoever has gone holds nothing up
   * @returns {boolean} true once: when all have it
   */
  arrives(isThere) {
    if (this.#told || !this.#waitedFor(isThere).every(({ has }) => has)) return false
    this.#told = true
    return true
  }

  /** @param {(id: string) => boolean} isThere - see above; when nobody is left, all of them count */
  #waitedFor(isThere) {
    const there = [...this.#shares].filter(([id, { has }]) => has || isThere(id))
    return (there.length ? there : [...this.#shares]).map(([, share]) => share)
  }
}
