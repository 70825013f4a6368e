/** Which layer of everybody's picture a page asks the media server for: pure, second by second, from what arrives. */

/** The layers of a picture, the least first. */
export const LAYERS = /** @type {const} */ (['none', 'small', 'large'])

/**
 * @typedef {object} State
 * @property {number} layer - of LAYERS
 * @property {number} empty - the shortest round trip seen: of the line without a queue
 * @property {number} since - the last change, in seconds
 * @property {number} loss - in the mean of the last seconds
 * @property {number} drains - seconds for which the former layer is still on its way
 * @property {number} bad - for how long the line has carried too little
 * @property {number} calm - for how long it might have carried more
 * @property {number} patience - before the next attempt at more
 */

/**
 * @typedef {object} Arrival
 * @property {number} seconds - that it covers
 * @property {number} loss - share of all packets that did not come
 * @property {number} trip - there and back
 */

/** What a line loses by itself is the voice's affair, and less of the picture would not change it; a full one has a queue, or loses more. */
const BAD = { loss: 0.12, queue: 0.25, for: 1.5 }
const CALM = { loss: 0.08, queue: 0.15 }
/** Seconds over which losses are judged: of the packets of a single look one is many. */
const MEAN_OF = 3
const PATIENCE = { first: 8, afterFall: 24, factor: 3, most: 300, hasty: 60 }
/** Seconds until a queue on the way has gone: what comes meanwhile says nothing of the layer that was asked for. */
const DRAINS = 4

/** @returns {State} of a connection that begins: the small layer, until the line is known */
export function begin() {
  return {
    layer: 1,
    empty: Infinity,
    since: 0,
    loss: 0,
    drains: 0,
    bad: 0,
    calm: 0,
    patience: PATIENCE.first
  }
}

/**
 * @param {State} state - as it was
 * @param {Arrival} arrival - what came since
 * @returns {State} as it is now
 */
export function choose(state, arrival) {
  const seen = listen(state, arrival)
  if (seen.layer > 0 && seen.bad >= BAD.for) return fall(seen)
  const above = seen.layer < LAYERS.length - 1
  return above && seen.calm >= seen.patience ? move(seen, seen.layer + 1) : seen
}

/**
 * @param {State} state - as it was
 * @param {Arrival} arrival - what came since
 * @returns {State} with what was heard of the line, and the same layer
 */
function listen(state, arrival) {
  const { seconds, trip } = arrival
  const empty = Math.min(state.empty, trip)
  const loss = state.loss + Math.min(1, seconds / MEAN_OF) * (arrival.loss - state.loss)
  const drains = Math.max(0, state.drains - seconds)
  const isQueued = trip > empty + BAD.queue
  const isBad = !drains && (isQueued || loss > BAD.loss)
  const isCalm = loss <= CALM.loss && trip <= empty + CALM.queue
  return {
    ...state,
    empty,
    since: state.since + seconds,
    loss,
    drains,
    bad: isBad ? state.bad + seconds : 0,
    calm: isCalm ? state.calm + seconds : 0
  }
}

/**
 * @param {State} state - with more than the line carries
 * @returns {State} with less; the more patient, the sooner that came
 */
function fall(state) {
  const longer = Math.max(PATIENCE.afterFall, state.patience * PATIENCE.factor)
  const patience = state.since < PATIENCE.hasty ? longer : PATIENCE.afterFall
  const lower = move(state, state.layer - 1)
  return { ...lower, drains: DRAINS, patience: Math.min(PATIENCE.most, patience) }
}

/**
 * @param {State} state - as it was
 * @param {number} layer - from now on
 * @returns {State} with it
 */
function move(state, layer) {
  return { ...state, layer, since: 0, bad: 0, calm: 0 }
}
