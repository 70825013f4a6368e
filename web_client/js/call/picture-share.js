/** Who is sent a picture when one line must carry it more than once. Voice goes to all of them. */

/** Kilobits a second that connections with a picture must find together before a second one gets it, and keep. */
export const SEVERAL = { from: 500, until: 400 }

/**
 * @typedef {object} Carried
 * @property {string} id - of somebody else in the call
 * @property {number | null} estimate - of what the connection to them carries, in kilobits a second; null while nobody knows
 * @property {boolean} free - whether they are sent the best picture that there is
 */

/**
 * @param {Carried[]} others - first who needs the picture most
 * @param {ReadonlySet<string>} before - who was sent it until now
 * @returns {Set<string>} who is sent it
 */
export function whoSees(others, before) {
  const [first, ...rest] = others
  if (!first) return new Set()
  const seeing = rest.filter(({ id }) => before.has(id))
  // A connection without a picture has never been tried, so its estimate promises nothing.
  const together = [first, ...seeing].reduce((sum, { estimate }) => sum + (estimate ?? 0), 0)
  const needed = seeing.length ? SEVERAL.until : SEVERAL.from
  const carries = first.free || together >= needed
  return new Set((carries ? others : [first]).map(({ id }) => id))
}

/**
 * @param {{role: string}} one - in the call
 * @param {{role: string}} other - in it too
 * @returns {number} below 0 when the one comes first: station and specialist before whom they asked in
 */
export function bySide(one, other) {
  return Number(isGuest(one)) - Number(isGuest(other))
}

/** @param {{role: string}} peer - as the ticket has it */
function isGuest({ role }) {
  return role !== 'station' && role !== 'specialist'
}
