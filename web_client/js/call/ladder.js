/**
 * What a line carries, second by second: from readings of the connection to a rung of the ladder.
 *
 * Pure: `climb` returns the next state and keeps nothing. Rates are kilobits a second, times are seconds, losses shares.
 */

/** @import { Wishes } from './rungs.js' */
/** @import { Packing } from './voice.js' */
import { FIRST_PACE, nextPace } from './pace.js'
import { firstOn, fitting, highestFor, RUNGS } from './rungs.js'
import { pack, usualPacking } from './voice.js'
import { firstWait, isShort } from './way.js'

/**
 * @typedef {object} Reading
 * @property {number} seconds - that it covers
 * @property {number | null} estimate - of what a picture may take; null while none is sent, for nothing tells it then
 * @property {boolean} spare - whether the picture needs less than it is given: an estimate never goes far beyond what is sent, and says nothing then
 * @property {number} trip - there and back
 * @property {number} loss - of our sound, as the other side reports it
 * @property {number} missed - of the other side's sound, as this one sees it
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
 * @property {number} trip - there and back, at the latest
 * @property {number} empty - the shortest round trip seen: of the line without a queue
 * @property {number} age - of the connection
 * @property {number} since - the last change of rung
 * @property {number} late - for how long there has been a queue on the way
 * @property {number} tight - for how long the rung has had too little
 * @property {number} ample - for how long the next rung would have had enough
 * @property {number} patience - before the next attempt at a higher rung; 0 when none has failed
 * @property {boolean} detail - whether the picture was to be sharp
 */

/** The share of the estimate that the picture makes use of: the rest is for the estimate's own error. */
const SHARE_OF_ESTIMATE = 0.75
const PAUSE_BELOW = 50
const LATE = { trip: 0.9, beyondEmpty: 0.5, pauseAfter: 2 }
/** A queue of our own making, however long the way: then even the voice takes too much. */
const QUEUE = 0.4
/** A way as long as this is mostly narrow. */
const FAR = 0.3
const TIGHT_FOR = 2
/** Seconds more for a picture of another kind: an estimate follows what is sent. */
const TURNS_FOR = 3
const MARGIN = 1.15
const PATIENCE = { least: 4, leastOnShort: 2, first: 8, factor: 4, most: 300, forgiven: 60 }
const HEAVY_LOSS = 0.12
/** Seconds above the empty line's round trip within which nothing queues. */
const AT_EASE = 0.25
const STARTS_FOR = 5
/** @returns {State} of a connection that begins: voice alone, until the line is known */
export function start() {
  return {
    rung: 0,
    reason: 'starting',
    voice: usualPacking(),
    budget: 0,
    pace: FIRST_PACE,
    trip: Infinity,
    empty: Infinity,
    age: 0,
    since: 0,
    late: 0,
    tight: 0,
    ample: 0,
    patience: 0,
    detail: false
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
  const rests = restsFor(seen, wishes)
  if (rests) return { ...stand(seen, 0), reason: rests }
  const highest = highestFor(wishes)
  if (seen.rung > highest) return stand(seen, highest)
  if (isOnTrial(seen)) return seen
  if (mustPause(seen, reading)) return fall(seen, 0)
  const limits = { highest, fits: fitting(seen.budget, wishes) }
  const bears = limits.fits >= seen.rung || reading.spare
  return bears ? rise({ ...seen, tight: 0 }, reading, limits) : tighten(seen, reading, limits)
}

/**
 * @param {State} seen - what was heard of the line
 * @param {Wishes} wishes - of the person
 * @returns {Reason | null} why there is to be no picture, however good the line: on a long way a file that somebody waits for takes its place
 */
function restsFor({ empty }, { height, voiceOnly, hurried }) {
  if (!height) return 'no-picture'
  if (voiceOnly) return 'chosen'
  return hurried && empty > FAR ? 'line' : null
}

/**
 * @param {State} seen - on a rung that has too little
 * @param {Reading} reading - the latest
 * @param {{fits: number}} limits - of the line
 * @returns {State} lower when that has lasted
 */
function tighten(seen, { seconds }, { fits }) {
  const tight = seen.tight + seconds
  return tight < TIGHT_FOR ? { ...seen, tight } : fall(seen, fits)
}

/**
 * @param {State} state - as it was
 * @param {Reading} reading - what the line did since
 * @param {Wishes} wishes - of the person
 * @returns {State} with what was heard of the line, on the same rung
 */
function listen(state, reading, { busy, held, repeats, detail }) {
  const { seconds, estimate, trip } = reading
  const empty = Math.min(state.empty, trip)
  const late = trip > LATE.trip || trip > empty + LATE.beyondEmpty
  const way = { late: trip > empty + QUEUE, far: empty > FAR, repeats }
  const voice = pack(state.voice, reading, way)
  const turned = detail !== state.detail
  return {
    ...state,
    voice,
    trip,
    empty,
    pace: nextPace(state.pace, reading, { empty, busy }),
    budget: estimate === null ? state.budget : SHARE_OF_ESTIMATE * estimate,
    age: state.age + seconds,
    since: held ? 0 : state.since + seconds,
    late: late ? state.late + seconds : 0,
    // What one kind of picture has failed at says nothing of the other.
    patience: turned ? 0 : state.patience,
    tight: turned ? -TURNS_FOR : state.tight,
    detail
  }
}

/**
 * @param {State} seen - what was heard of the line
 * @param {Reading} reading - the latest
 */
function mustPause({ rung, late }, { estimate }) {
  return rung > 0 && (late >= LATE.pauseAfter || (estimate ?? Infinity) < PAUSE_BELOW)
}

/**
 * What a picture has room for shows only while there is one, so the first seconds of it are judged by the queue alone.
 *
 * @param {State} seen - what was heard of the line
 */
function isOnTrial(seen) {
  return seen.rung === 1 && seen.since < firstOn(seen).seconds && seen.late < LATE.pauseAfter
}

/**
 * @param {State} state - on a rung that the line does not carry
 * @param {number} rung - a lower one
 * @returns {State} there; with more patience when an attempt failed soon
 */
function fall(state, rung) {
  const hasty = state.since < PATIENCE.forgiven
  const longer = Math.max(PATIENCE.first, waitOf(stand(state, 0)) * PATIENCE.factor)
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
  const room = seen.rung ? isRoomAbove(seen, reading, fits) : mayResume(seen, reading)
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
 * @param {Reading} reading - the latest
 * @param {number} fits - the rung for which there is room
 */
function isRoomAbove({ rung, budget, late }, { spare, loss }, fits) {
  if (spare) return !late && loss <= HEAVY_LOSS
  return fits > rung && budget >= (RUNGS[rung + 1]?.least ?? Infinity) * MARGIN
}

/**
 * Voice alone tells nothing of what a line could carry: only an attempt does.
 *
 * @param {State} seen - with the voice alone
 * @param {Reading} reading - the latest
 */
function mayResume({ voice, late, empty }, { trip, loss }) {
  return !voice.narrow && !late && loss <= HEAVY_LOSS && trip < empty + AT_EASE
}

/** @param {State} seen - what was heard of the line */
function waitOf(seen) {
  const { rung, patience } = seen
  if (rung) return Math.max(patience, isShort(seen) ? PATIENCE.leastOnShort : PATIENCE.least)
  return patience || firstWait(seen)
}

/**
 * @param {State} state - as it was
 * @param {number} rung - where it is to be
 * @returns {State} there
 */
function stand(state, rung) {
  return state.rung === rung ? state : { ...state, rung, since: 0, ample: 0, tight: 0 }
}
