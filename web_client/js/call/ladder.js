/**
 * What a line carries, second by second: from readings of the connection to a rung of the ladder.
 *
 * Pure: `climb` returns the next state and keeps nothing. Rates are kilobits a second, times are seconds, losses shares.
 */

/** @import { Wishes } from './rungs.js' */
/** @import { Packing } from './voice.js' */
import { FIRST_PACE, nextPace } from './pace.js'
import { FIRST, fitting, highestFor, RUNGS } from './rungs.js'
import { costOf, pack, usualPacking } from './voice.js'

/**
 * @typedef {object} Reading
 * @property {number} seconds - that it covers
 * @property {number} estimate - of what can be sent
 * @property {number} trip - there and back
 * @property {number} loss - of our sound, as the other side reports it
 */

/**
 * Why there is no more picture than there is; the page has the words for it.
 *
 * @typedef {'starting' | 'line' | 'chosen' | 'no-picture' | 'free'} Reason
 */

/**
 * @typedef {object} State
 * @property {number} rung - of RUNGS
 * @property {Reason} reason - for not being higher
 * @property {Packing} voice - how the sound is packed
 * @property {number} budget - for the picture
 * @property {number} pace - for files
 * @property {number} empty - the shortest round trip seen: of the line without a queue
 * @property {number} age - of the connection
 * @property {number} since - the last change of rung
 * @property {number} late - for how long there has been a queue on the way
 * @property {number} tight - for how long the rung has had too little
 * @property {number} ample - for how long the next rung would have had enough
 * @property {number} patience - before the next attempt at a higher rung; 0 when none has failed
 */

/** The share of what the voice leaves that the picture may take. */
const SHARE_OF_REST = 0.75
const PAUSE_BELOW = 110
const RESUME_ABOVE = 180
/** The estimate of a connection that has not carried anything yet, and the most that is found out on a long way; see START and RESTING in sdp.js. */
const UNPROBED = 55
const FOUND_FAR = 90
const NEAR = 0.15
const LATE = { trip: 0.9, beyondEmpty: 0.5, pauseAfter: 2 }
/** A queue of our own making, however long the way: then even the voice takes too much. */
const QUEUE = 0.4
/** A way as long as this is mostly narrow. */
const FAR = 0.3
const TIGHT_FOR = 2
const MARGIN = 1.15
const PATIENCE = { least: 4, first: 8, factor: 4, most: 300, forgiven: 60 }
const HEAVY_LOSS = 0.08
const STARTS_FOR = 5
/** A long way is mostly a narrow one: there the voice has the first seconds to itself. */
const FIRST_WAITS = [
  { trip: NEAR, wait: 0 },
  { trip: 0.3, wait: 2 },
  { trip: 0.5, wait: 30 },
  { trip: Infinity, wait: 60 }
]

/** The longer the way, the less evenly it brings the packets. */
const CUSHIONS = [
  { trip: NEAR, cushion: 0 },
  { trip: 0.3, cushion: 0.06 },
  { trip: 0.5, cushion: 0.12 },
  { trip: Infinity, cushion: 0.24 }
]

/** @returns {State} of a connection that begins: voice alone, until the line is known */
export function start() {
  return {
    rung: 0,
    reason: 'starting',
    voice: usualPacking(),
    budget: 0,
    pace: FIRST_PACE,
    empty: Infinity,
    age: 0,
    since: 0,
    late: 0,
    tight: 0,
    ample: 0,
    patience: 0
  }
}

/**
 * @param {State} state - as it was
 * @param {Reading} reading - what the line did since
 * @param {Wishes} wishes - of the person
 * @returns {State} as it is now
 */
export function climb(state, reading, wishes) {
  const seen = listen(state, reading, wishes)
  if (!wishes.height) return { ...stand(seen, 0), reason: 'no-picture' }
  if (wishes.voiceOnly) return { ...stand(seen, 0), reason: 'chosen' }
  const highest = highestFor(wishes)
  if (seen.rung > highest) return stand(seen, highest)
  if (isOnTrial(seen)) return seen
  if (mustPause(seen, reading)) return fall(seen, 0)
  const fits = fitting(seen.budget, wishes)
  if (fits >= seen.rung) return rise({ ...seen, tight: 0 }, reading, { highest, fits })
  const tight = seen.tight + reading.seconds
  return tight < TIGHT_FOR ? { ...seen, tight } : fall(seen, fits)
}

/**
 * @param {State} state - as it was
 * @param {Reading} reading - what the line did since
 * @param {Wishes} wishes - of the person
 * @returns {State} with what was heard of the line, on the same rung
 */
function listen(state, reading, { busy, held }) {
  const { seconds, estimate, trip } = reading
  const empty = Math.min(state.empty, trip)
  const late = trip > LATE.trip || trip > empty + LATE.beyondEmpty
  const voice = pack(state.voice, reading, { late: trip > empty + QUEUE, far: empty > FAR })
  return {
    ...state,
    voice,
    empty,
    pace: nextPace(state.pace, reading, { empty, busy }),
    budget: SHARE_OF_REST * (estimate - costOf(voice)),
    age: state.age + seconds,
    since: held ? 0 : state.since + seconds,
    late: late ? state.late + seconds : 0
  }
}

/**
 * @param {State} seen - what was heard of the line
 * @param {Reading} reading - the latest
 */
function mustPause({ rung, late }, { estimate }) {
  return rung > 0 && (late >= LATE.pauseAfter || estimate < PAUSE_BELOW)
}

/**
 * What a picture has room for shows only while there is one, so the first seconds of it are judged by the queue alone.
 *
 * @param {State} seen - what was heard of the line
 */
function isOnTrial({ rung, since, late }) {
  return rung === 1 && since < FIRST.seconds && late < LATE.pauseAfter
}

/**
 * @param {State} state - on a rung that the line does not carry
 * @param {number} rung - a lower one
 * @returns {State} there; with more patience when an attempt failed soon
 */
function fall(state, rung) {
  const hasty = state.since < PATIENCE.forgiven
  const longer = Math.max(PATIENCE.first, state.patience * PATIENCE.factor)
  const patience = hasty ? Math.min(PATIENCE.most, longer) : PATIENCE.first
  return { ...stand(state, rung), patience, reason: 'line' }
}

/**
 * @param {State} seen - what was heard of the line
 * @param {Reading} reading - the latest
 * @param {{highest: number, fits: number}} limits - of the source and of the line
 * @returns {State} a rung higher when there has been room for long enough
 */
function rise(seen, reading, { highest, fits }) {
  if (seen.rung === highest) return { ...seen, reason: 'free', ample: 0 }
  const room = seen.rung ? isRoomAbove(seen, fits) : mayResume(seen, reading, fits)
  const ample = room ? seen.ample + reading.seconds : 0
  if (!room || ample < waitOf(seen)) return { ...seen, ample, reason: reasonToWait(seen) }
  const forgiven = seen.rung > 0 && seen.since >= PATIENCE.forgiven
  return { ...stand(seen, seen.rung + 1), patience: forgiven ? 0 : seen.patience, reason: 'line' }
}

/** @param {State} seen - what was heard of the line */
function reasonToWait({ reason, age }) {
  return reason === 'starting' && age < STARTS_FOR ? 'starting' : 'line'
}

/**
 * @param {State} seen - with a picture
 * @param {number} fits - the rung for which there is room
 */
function isRoomAbove({ rung, budget }, fits) {
  return fits > rung && budget >= (RUNGS[rung + 1]?.least ?? Infinity) * MARGIN
}

/**
 * @param {State} seen - with the voice alone
 * @param {Reading} reading - the latest
 * @param {number} fits - the rung for which there is room
 */
function mayResume({ voice, late, patience, empty }, { estimate, trip, loss }, fits) {
  if (voice.narrow || late || loss > HEAVY_LOSS) return false
  if (estimate > enoughToBegin(empty, patience)) return fits > 0 || patience === 0
  // Voice alone raises no estimate much: only an attempt tells whether the line has healed.
  return patience > 0 && estimate >= costOf(voice) * 1.3 && trip < empty + 0.2
}

/**
 * @param {State} state - of the moment
 * @returns {number} seconds of sound to keep before it is played: to learn that by itself costs a browser many words
 */
export function cushionOf({ empty }) {
  return CUSHIONS.find(({ trip }) => empty < trip)?.cushion ?? 0
}

/**
 * @param {number} empty - the shortest round trip seen
 * @param {number} patience - 0 when no attempt has failed
 */
function enoughToBegin(empty, patience) {
  // A short way is mostly a broad one, and while nobody speaks no estimate rises.
  if (empty < NEAR && patience === 0) return UNPROBED
  return empty > FAR ? FOUND_FAR : RESUME_ABOVE
}

/** @param {State} seen - what was heard of the line */
function waitOf({ rung, patience, empty }) {
  if (rung) return Math.max(patience, PATIENCE.least)
  return patience || (FIRST_WAITS.find(({ trip }) => empty < trip)?.wait ?? 0)
}

/**
 * @param {State} state - as it was
 * @param {number} rung - where it is to be
 * @returns {State} there
 */
function stand(state, rung) {
  return state.rung === rung ? state : { ...state, rung, since: 0, ample: 0, tight: 0 }
}
