/** Lets the time that is left run down on the page, and says so aloud only when it gets short. */
import { duration } from './wait-clock.js'

const LOOK_EVERY_MS = 1000
const ALOUD_AT_MINUTES = [10, 5, 1]

/**
 * Updates every `[data-until]` inside, those that arrive later included.
 *
 * @param {HTMLElement} root - Carries the words: `data-minutes`, `data-hours`, `data-days`, `data-over`, `data-aloud`
 */
export function deadlines(root) {
  const words = root.dataset
  /** @type {Record<string, number>} */
  const left = {}
  const look = (/** @type {HTMLElement} */ place) => {
    const { until = '', about = '' } = place.dataset
    const minutes = Math.ceil((Date.parse(until) - Date.now()) / 60_000)
    const before = left[about + until] ?? minutes
    left[about + until] = minutes
    if (minutes === before) return
    place.textContent = (minutes > 0 ? duration(minutes, words) : words.over) ?? ''
    place.toggleAttribute('data-overdue', minutes <= 0)
    if (isShortNow(minutes, before)) sayAloud(words.aloud, about, minutes)
  }
  const places = () =>
    /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-until]'))
  setInterval(() => places().forEach(look), LOOK_EVERY_MS)
}

/**
 * @param {number} minutes
 * @param {number} before
 */
function isShortNow(minutes, before) {
  return minutes > 0 && ALOUD_AT_MINUTES.some((limit) => minutes <= limit && limit < before)
}

/**
 * @param {string} sentence - With `{about}` and `{m}`
 * @param {string} about
 * @param {number} minutes
 */
function sayAloud(sentence = '', about, minutes) {
  const place = document.getElementById('announcements')
  if (place) place.textContent = sentence.replace('{about}', about).replace('{m}', String(minutes))
}
