/** What the node lends of a relay runs out: the name in it says when. */

/** Milliseconds that it must still be good for, and that clocks may differ by. */
const MARGIN_MS = 60_000

/**
 * @param {RTCIceServer[]} servers - as they were lent
 * @param {number} now - by this page's clock; one that is wrong costs a question more, or a later recovery
 * @returns {boolean} whether the relay would refuse them, now or soon
 */
export function runsOut(servers, now) {
  return servers.some(({ username }) => parseInt(username ?? '') * 1000 - now < MARGIN_MS)
}

/** @returns {EventTarget | undefined} that tells of another network, where the browser has it */
export function network() {
  return /** @type {any} */ (navigator).connection
}
