/** @typedef {{kind: string, subject: string, attempt?: string, reason?: string, guest?: string}} News - an event of the server */

/**
 * How it stands with the call of this page.
 *
 * @typedef {object} Standing
 * @property {string} meeting - id
 * @property {string} attempt - id of the call, '' when there is none
 * @property {boolean} guest - whether this person was asked into it
 * @property {boolean} outgoing - whether this page has rung
 * @property {boolean} inside - whether it is in the room
 * @property {boolean} accepting - whether the own answer is under way: the event about it may overtake the response
 * @property {string | undefined} state - of the page, as call-view.js names it
 */

/** @typedef {'rings' | 'reached' | 'answered' | 'elsewhere' | 'outside' | 'withdrawn' | 'ended' | ''} Meaning - of an event; '' is nothing */

/**
 * @param {News} news - of the server
 * @param {Standing} standing - of this page
 * @returns {Meaning} what the page has to do
 */
export function meaningOf(news, standing) {
  if (news.subject !== standing.meeting) return ''
  const known = OF_MEETING[news.kind]
  if (known) return known(standing)
  const isThisCall = news.attempt === standing.attempt
  return (isThisCall ? OF_THIS_CALL : OF_ANOTHER)[news.kind]?.(standing) ?? ''
}

/** @typedef {Record<string, (standing: Standing) => Meaning>} Meanings */

/** @type {Meanings} */
const OF_MEETING = {
  'call.ringing': ({ inside }) => (inside ? '' : 'rings'),
  'call.withdrawn': () => 'withdrawn'
}

/** @type {Meanings} */
const OF_ANOTHER = {
  // A guest of the meeting may come into its next call, too.
  'call.accepted': ({ guest }) => (guest ? 'outside' : '')
}

/** @type {Meanings} */
const OF_THIS_CALL = {
  'call.ended': () => 'ended',
  'call.reached': ({ state }) => (state === 'ringing-out' ? 'reached' : ''),
  'call.accepted': (standing) => {
    if (standing.outgoing) return 'answered'
    return ringsStill(standing) ? 'elsewhere' : ''
  },
  // The own answer, on another page.
  'call.joined': (standing) => (standing.guest && ringsStill(standing) ? 'outside' : '')
}

/** @param {Standing} standing - of the page */
function ringsStill({ state, accepting }) {
  return state === 'ringing-in' && !accepting
}
