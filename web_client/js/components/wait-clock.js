/** Keeps the waiting times on a page true without asking the server. */

const REFRESH_MS = 30_000
const MINUTES_A_DAY = 1440

/**
 * Says a length of time in the page's own words.
 *
 * @param {number} minutes
 * @param {DOMStringMap} words - `minutes`, `hours` and `days`, with `{d}`, `{h}` and `{m}`
 */
export function duration(minutes, words) {
  const days = Math.floor(minutes / MINUTES_A_DAY)
  const hours = Math.floor((minutes % MINUTES_A_DAY) / 60)
  const pattern = (days && words.days) || (minutes >= 60 && words.hours) || words.minutes || ''
  return pattern
    .replace('{d}', String(days))
    .replace('{h}', String(hours))
    .replace('{m}', String(minutes % 60))
}

/**
 * Updates every `time[data-wait]` inside, those that arrive later included.
 *
 * @param {HTMLElement} root - Carries the words
 */
export function waitClock(root) {
  const refresh = () => {
    for (const time of root.querySelectorAll('time[data-wait]')) {
      const since = Date.parse(time.getAttribute('datetime') ?? '')
      const minutes = Math.max(0, Math.floor((Date.now() - since) / 60_000))
      if (Number.isFinite(minutes)) time.textContent = duration(minutes, root.dataset)
    }
  }
  setInterval(refresh, REFRESH_MS)
}
