/** Lets a form go once: a second click on a slow line must not send it again. */

const FORGET_AFTER_MS = 10_000

/**
 * Guards every form of the page, those that arrive later included.
 *
 * @param {Document} page
 */
export function blockDoubleSubmit(page) {
  /** @type {WeakMap<EventTarget, number>} */
  const sent = new WeakMap()
  page.addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return
    if (form.method !== 'post') return
    // A person who waited this long means it: the first attempt was lost.
    if (Date.now() - (sent.get(form) ?? -FORGET_AFTER_MS) < FORGET_AFTER_MS) event.preventDefault()
    else sent.set(form, Date.now())
  })
  globalThis.addEventListener('pageshow', (event) => {
    // Back in history: the form that was sent may be sent again.
    if (event.persisted) for (const form of page.forms) sent.delete(form)
  })
}
