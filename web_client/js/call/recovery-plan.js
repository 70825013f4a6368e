/** When a media connection is restarted and when it is built anew: pure, from state and event to state, deed and pause. */

/**
 * `joining` before the first connection, `well` while it stands, `doubtful` while it may still heal by itself, `waiting` while the two pages cannot
 * speak to each other, `adrift` while they cannot because the network is another one, `mending` while a new way is sought.
 *
 * @typedef {'joining' | 'well' | 'doubtful' | 'waiting' | 'adrift' | 'mending'} Name
 */

/**
 * `silent`: nothing has come for three seconds. `moved`: another network. `reached`: the pages can speak again. `checked`: what was said may be
 * lost for good. `due`: the pause is over.
 *
 * @typedef {'connected' | 'disconnected' | 'failed' | 'silent' | 'moved' | 'reached' | 'checked' | 'due'} Event
 */

/**
 * @typedef {object} State
 * @property {Name} name - see above
 * @property {number} tries - to mend it so far
 * @property {number} looks - for an answer that has not come
 */

/**
 * @typedef {object} Circumstances
 * @property {boolean} reachable - whether both pages hear each other's words now
 * @property {boolean} asked - whether an offer of ours waits for its answer; words are not lost, so asking again is of no use
 * @property {boolean} stands - whether the connection carries after all: a restart that helps is not announced
 * @property {boolean} leads - whether this side mends first; the other one follows when nothing comes
 */

/**
 * @typedef {{state: State, deed: 'restart' | 'rebuild' | null, pause: number | null}} Step - milliseconds until `due`; null is never
 */

export const FIRST_CONNECT_MS = 8000
const DISCONNECTED_MS = 2000
const FOLLOWER_MS = 3000
const LOOK_AGAIN_MS = 1000
/** Looks after which an answer will not come: what asked for it, or the answer, is lost after all. */
const FULL_PATIENCE = 8
const LADDER_MS = [2000, 4000, 8000]
/** Some browsers never recover by an ICE restart once a connection has failed. */
const RESTARTS_BEFORE_REBUILD = 2
/** @type {State} */
const WELL = { name: 'well', tries: 0, looks: 0 }

/** @returns {State} of a connection that was just built for the first time */
export function joining() {
  return { name: 'joining', tries: 0, looks: FULL_PATIENCE }
}

/**
 * @param {State} state - as it was
 * @param {Event} event - what happened
 * @param {Circumstances} circumstances - of the moment
 * @returns {Step} what follows
 */
export function next(state, event, circumstances) {
  if (event === 'connected') return rest(WELL)
  if (event === 'moved' && !circumstances.reachable) return rest({ ...WELL, name: 'adrift' })
  if (event === 'moved' || event === 'checked') return act({ ...state, tries: 0 }, circumstances)
  return FOLLOWS[state.name](state, event, circumstances)
}

/** @type {Record<Name, (state: State, event: Event, circumstances: Circumstances) => Step>} */
const FOLLOWS = {
  joining: (state, event, circumstances) =>
    event === 'due' || event === 'failed' ? act(state, circumstances) : stay(state),
  well: (state, event, circumstances) => {
    if (event === 'failed' || event === 'silent') return actOrFollow(state, circumstances)
    if (event === 'disconnected') return wait('doubtful', state.tries, DISCONNECTED_MS)
    return stay(state)
  },
  doubtful: (state, event, circumstances) =>
    ['due', 'failed', 'silent'].includes(event) ? actOrFollow(state, circumstances) : stay(state),
  waiting: (state, event, circumstances) => {
    if (event === 'reached') return actOrFollow(state, circumstances)
    return lookAgain(state, event, circumstances)
  },
  adrift: (state, event, circumstances) =>
    event === 'reached' ? act(state, circumstances) : stay(state),
  mending: lookAgain
}

/**
 * @param {State} state - waiting or mending
 * @param {Event} event - what happened
 * @param {Circumstances} circumstances - of the moment
 * @returns {Step} the next try, unless somebody's last one helped
 */
function lookAgain(state, event, circumstances) {
  if (event !== 'due') return stay(state)
  return circumstances.stands ? rest(WELL) : act(state, circumstances)
}

/**
 * @param {State} state - of a connection that does not carry
 * @param {Circumstances} circumstances - of the moment
 * @returns {Step} to mend it, or to give the other side the time to do so
 */
function actOrFollow(state, circumstances) {
  if (circumstances.leads || !circumstances.reachable) return act(state, circumstances)
  return wait('waiting', state.tries, FOLLOWER_MS)
}

/**
 * @param {State} state - of a connection that does not carry
 * @param {Circumstances} circumstances - of the moment
 * @returns {Step} to mend it now, or as soon as it makes sense
 */
function act({ tries, looks }, { reachable, asked }) {
  if (!reachable) return rest({ name: 'waiting', tries, looks: 0 })
  if (asked && looks < FULL_PATIENCE) return wait('mending', tries, LOOK_AGAIN_MS, looks + 1)
  const deed = asked || tries >= RESTARTS_BEFORE_REBUILD ? 'rebuild' : 'restart'
  const pause = LADDER_MS[Math.min(tries, LADDER_MS.length - 1)] ?? null
  return { state: { name: 'mending', tries: tries + 1, looks: 0 }, deed, pause }
}

/**
 * @param {Name} name - of the next state
 * @param {number} tries - so far
 * @param {number} pause - milliseconds
 * @param {number} [looks] - for an answer
 * @returns {Step} nothing but time
 */
function wait(name, tries, pause, looks = 0) {
  return { state: { name, tries, looks }, deed: null, pause }
}

/**
 * @param {State} state - to rest in until something happens
 * @returns {Step} nothing, and no time either
 */
function rest(state) {
  return { state, deed: null, pause: null }
}

/**
 * @param {State} state - to stay in, with its pause running on
 * @returns {Step} nothing
 */
function stay(state) {
  return { state, deed: null, pause: NaN }
}
