/**
 * @param {string | undefined} state - of the page, as call-view.js names it
 * @param {{canCall: boolean, hears: boolean}} device - whether the browser knows calls at all, and has a microphone for it
 * @returns {string} why this side ends the call, of what its page can know
 */
export function whyOver(state, { canCall, hears }) {
  if (state === 'ringing-out') return 'hung_up'
  if (!canCall) return 'browser_unsupported'
  if (!hears) return 'media_refused'
  return state === 'joining' || state === 'reconnecting' ? 'line_lost' : 'hung_up'
}
