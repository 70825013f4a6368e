/** The rungs of the ladder, and the picture that is sent from each. Rates are kilobits a second. */

/** @import { State } from './ladder.js' */
import { isShort } from './way.js'

/**
 * @typedef {object} Wishes
 * @property {boolean} voiceOnly - the person wants no picture sent
 * @property {boolean} detail - a wound, a film, a screen: sharpness before motion
 * @property {boolean} auscultation - heart and lungs: every sound as it is
 * @property {number} height - of the picture at its source; 0 when there is none
 * @property {boolean} busy - whether anything is on its way beside voice and picture
 * @property {boolean} hurried - whether somebody waits for it: a photo, a file; not the stills of a picture that rests
 * @property {boolean} held - whether nothing is sent yet, since nobody has answered
 * @property {boolean} repeats - whether the other side takes packets of sound that repeat the one before (RFC 2198)
 */

/** @typedef {{rate: number, height: number, frames: number}} Picture */

/** The picture at each rung: its height, the rate it needs, and the most it makes use of, with which there is room for the next. */
export const RUNGS = /** @type {const} */ ([
  { name: 'voice', height: 0, least: 0, most: 0, frames: 0 },
  { name: '160p', height: 160, least: 30, most: 100, frames: 10 },
  { name: '270p', height: 270, least: 80, most: 190, frames: 15 },
  { name: '360p', height: 360, least: 160, most: 490, frames: 15 },
  { name: '540p', height: 540, least: 420, most: 1040, frames: 20 },
  { name: '720p', height: 720, least: 900, most: 1500, frames: 25 }
])
export const TOP = RUNGS.length - 1
/** A moving ultrasound picture below this misleads; a still is better. */
const DETAIL = { least: 384, most: 1500, frames: 10 }
/** What the small layer takes of the rate of a picture in two. */
const SMALL_SHARE = 0.25
/** A picture is tried at this rate first, for seconds. */
const FIRST = { rate: 40, seconds: 4 }
/** What a browser may try out on a short way: a still picture needs little, and tells nothing of a line that could carry more. */
const FIRST_ON_SHORT = { rate: RUNGS[1].most, seconds: 1 }
/**
 * @param {Wishes} wishes - of the person
 * @returns {number} the highest rung that makes sense for the source
 */
export function highestFor({ height, detail }) {
  if (detail) return TOP
  const enough = RUNGS.findIndex((rung) => rung.height >= height)
  return enough < 0 ? TOP : Math.max(1, enough)
}

/**
 * @param {number} budget - for the picture
 * @param {Wishes} wishes - of the person
 * @returns {number} the highest rung that has what it needs
 */
export function fitting(budget, wishes) {
  if (wishes.detail) return budget >= DETAIL.least ? TOP : 0
  const above = RUNGS.findIndex((rung) => rung.least > budget)
  const fits = above < 0 ? TOP : above - 1
  return Math.max(0, Math.min(highestFor(wishes), fits))
}

/**
 * @param {{trip: number}} state - of the ladder
 * @returns {{rate: number, seconds: number}} how a picture is tried first
 */
export function firstOn(state) {
  return isShort(state) ? FIRST_ON_SHORT : FIRST
}

/**
 * @param {State} state - of the ladder
 * @param {Wishes} wishes - of the person
 * @returns {Picture | null} what to send; null is none
 */
export function pictureOf(state, { voiceOnly, detail, height }) {
  const { most, frames, ...at } = RUNGS[state.rung] ?? RUNGS[0]
  if (!state.rung || voiceOnly) return null
  // On a short way the browser's own estimate sees to it.
  const budget = isShort(state) ? Infinity : state.budget
  const small = { height: Math.min(at.height, height), frames }
  const first = firstOn(state)
  if (state.rung === 1 && state.since < first.seconds) return { ...small, rate: first.rate }
  if (!detail) return { ...small, rate: between(FIRST.rate, budget, most) }
  return { rate: between(DETAIL.least, budget, DETAIL.most), height, frames: DETAIL.frames }
}

/**
 * A station's own line is the narrowest of all: only a picture of some size goes in two layers, so that who has less room gets the small one. What must be
 * sharp goes whole or not at all.
 *
 * @param {Picture} picture - to send
 * @param {number} layers - that the connection has
 * @param {boolean} detail - whether it must be sharp
 * @returns {(Picture | null)[]} what to send in each layer, the least first
 */
export function layersOf(picture, layers, detail) {
  if (layers < 2) return [picture]
  if (detail || picture.height <= RUNGS[2].height) return [picture, null]
  const { height, most, frames } = RUNGS[1]
  const rate = Math.min(most, picture.rate * SMALL_SHARE)
  return [
    { height, rate, frames },
    { ...picture, rate: picture.rate - rate }
  ]
}

/**
 * @param {number} least - that it may be
 * @param {number} value - that is wanted
 * @param {number} most - that it may be
 */
function between(least, value, most) {
  return Math.min(most, Math.max(least, value))
}
