/** Keeps what is measured of a call until the server has it: few requests, and fewer on a weak line. */

/** @import { Sample } from './quality.js' */
import { Refused } from './server.js'

/** Seconds between two requests; each costs about a kilobyte that the voice could use. */
const EVERY = { usual: 30, weak: 60 }
const WEAK = { estimate: 200, trip: 600 }
/** Three hours; of a longer outage the oldest is forgotten. */
const MOST_KEPT = 2160
/** The server takes no more at once. */
const MOST_SENT = 720
/** After the end the server listens for two minutes. */
const LAST_TRIES = { times: 9, every: 12_000 }
const MOST = { milliseconds: 30_000, seconds: 3600, rate: 1_000_000, frames: 10_000 }

/** @typedef {Record<string, number | string | boolean | null>} Row */
/** @typedef {(body: object) => Promise<unknown>} Send */

/** The samples of one call. */
export class SampleLog {
  #send
  #now
  /** @type {Row[]} */
  #kept = []
  /** @type {{rung: string, reason: string} | null} */
  #level = null
  #talking = false
  #sentAt
  #ended = false

  /**
   * @param {EventTarget} room - of the call
   * @param {Send} send - to the server; done when it has answered
   * @param {() => number} [now] - seconds by a clock that is never set
   */
  constructor(room, send, now = () => (performance.timeOrigin + performance.now()) / 1000) {
    this.#send = send
    this.#now = now
    this.#sentAt = now()
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      room.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('state', (state) => (this.#talking ||= state === 'talking'))
    on('level', (level) => (this.#level = level))
    on('sample', (sample) => this.#talking && !this.#ended && this.#add(sample))
  }

  /** Sends what is left; what does not come through is tried for as long as the server wants it. */
  end() {
    if (this.#ended) return
    this.#ended = true
    void this.#flushUntilDone(LAST_TRIES.times)
  }

  /** Sends everything now, for a page that may be gone in a moment. */
  hurry() {
    void this.#flush()
  }

  /** @param {Sample} sample - the latest */
  #add(sample) {
    this.#kept.push(rowOf(sample, this.#level, Math.floor(this.#now())))
    this.#kept.splice(0, this.#kept.length - MOST_KEPT)
    const pause = isWeak(sample, this.#level) ? EVERY.weak : EVERY.usual
    // Where nothing comes, nothing goes: a request would only wait.
    if (sample.received > 0 && this.#now() - this.#sentAt >= pause) void this.#flush()
  }

  /** @param {number} left - tries */
  async #flushUntilDone(left) {
    await this.#flush()
    if (this.#kept.length && left > 1) {
      setTimeout(() => void this.#flushUntilDone(left - 1), LAST_TRIES.every)
    }
  }

  /** What is sent twice is kept once: a row is known by its number. */
  async #flush() {
    const rows = this.#kept.slice(0, MOST_SENT)
    if (!rows.length) return
    this.#sentAt = this.#now()
    try {
      await this.#send(bodyOf(rows, Math.ceil(this.#now())))
    } catch (error) {
      // What is refused once is refused again.
      if (!(error instanceof Refused)) return
    }
    this.#kept = this.#kept.filter((row) => !rows.includes(row))
  }
}

/**
 * @param {Row[]} rows - at least one
 * @param {number} clock - now, in seconds of the clock that numbered the rows
 * @returns {object} what the server takes: by columns, because names cost more than numbers
 */
function bodyOf(rows, clock) {
  const names = Object.keys(rows[0] ?? {})
  const columns = names.map((name) => [name, rows.map((row) => row[name])])
  return { clock, ...Object.fromEntries(columns) }
}

/**
 * @param {Sample} sample - the latest
 * @param {{rung: string} | null} level - of the ladder
 */
function isWeak({ estimate, rtt }, level) {
  const narrow = (estimate ?? Infinity) < WEAK.estimate
  return narrow || (rtt ?? 0) > WEAK.trip || level?.rung === 'voice'
}

/**
 * @param {Sample} sample - as measured
 * @param {{rung: string, reason: string} | null} level - of the ladder
 * @param {number} number - names it
 * @returns {Row} rounded to what matters, within what the server takes
 */
function rowOf(sample, level, number) {
  return {
    number,
    seconds: rounded(sample.seconds, 10, MOST.seconds),
    rtt: rounded(sample.rtt, 1, MOST.milliseconds),
    jitter: rounded(sample.jitter, 1, MOST.milliseconds),
    loss: rounded(sample.loss, 1000, 1),
    concealed: rounded(sample.concealed, 1000, 1),
    frames: rounded(sample.frames, 1, MOST.frames),
    height: rounded(sample.frameHeight, 1, MOST.frames),
    frozen: rounded(sample.freezeSeconds, 10, MOST.seconds),
    // Nought says that nothing came at all.
    received: rounded(Math.ceil(sample.received), 1, MOST.rate),
    sent: rounded(Math.ceil(sample.sent), 1, MOST.rate),
    estimate: rounded(sample.estimate, 1, MOST.rate),
    relayed: sample.relayed,
    rung: level?.rung ?? null,
    reason: level?.reason ?? null
  }
}

/**
 * @param {number | null} value - as measured
 * @param {number} parts - of a unit that are told apart
 * @param {number} most - that is sent
 */
function rounded(value, parts, most) {
  return value === null ? null : Math.min(most, Math.round(value * parts) / parts)
}
