/** Lets a page that was left open check the line by itself once a day. */

const root = document.querySelector('[data-line-check-daily]')
if (root instanceof HTMLElement) {
  setTimeout(
    async () => {
      const { check } = await import('./daily.js')
      await check(root)
    },
    Number(root.dataset['seconds']) * 1000
  )
}

export {}
