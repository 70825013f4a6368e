/** Fetches the typeface once the page stands, where the line is not too slow for it. */

const SLOW = new Set(['slow-2g', '2g', '3g'])
const KEPT = 'fonts=1; Path=/; Max-Age=31536000; SameSite=Lax; Secure'

/** Later pages name the typeface themselves: by then it is kept, and nothing jumps. */
export function fetchFonts() {
  const address = document.querySelector('meta[name="fonts"]')?.getAttribute('content')
  if (!address || isSlow()) return
  const sheet = document.createElement('link')
  sheet.rel = 'stylesheet'
  sheet.href = address
  sheet.addEventListener('load', () => void keep())
  document.head.append(sheet)
}

async function keep() {
  await document.fonts.ready
  document.cookie = KEPT
}

function isSlow() {
  const { effectiveType, saveData } = /** @type {any} */ (navigator).connection ?? {}
  return Boolean(saveData) || SLOW.has(effectiveType)
}
