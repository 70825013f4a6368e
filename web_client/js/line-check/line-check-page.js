/** Offers the check, and fetches what it needs when somebody begins. */

const root = document.querySelector('[data-line-check]')
const begin = root?.querySelector('[data-action="begin"]')
const without = root?.querySelector('[data-part="without"]')

if (root instanceof HTMLElement && begin instanceof HTMLButtonElement) {
  if (without instanceof HTMLElement) without.hidden = true
  begin.hidden = false
  begin.addEventListener('click', async () => {
    const { LineCheck } = await import('./guided.js')
    await new LineCheck(root).run()
  })
}

export {}
