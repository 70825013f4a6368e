/** Asks before text that is saved nowhere is left behind. */

/**
 * Watches a form that has no draft on the server.
 *
 * @param {HTMLElement} root
 */
export function confirmLeave(root) {
  const leaving = new AbortController()
  const { signal } = leaving
  const warn = (/** @type {BeforeUnloadEvent} */ event) => event.preventDefault()
  root.addEventListener('input', () =>
    globalThis.addEventListener('beforeunload', warn, { signal })
  )
  root.addEventListener('submit', () => leaving.abort())
}
