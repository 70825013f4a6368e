/** The rungs of the ladder, and the picture that is sent from each. Rates are kilobits a second. */

/** @import { State } from './ladder.js' */

/**
 * @typedef {object} Wishes
 * @property {boolean} voiceOnly - the person wants no picture sent
 * @property {boolean} detail - a wound, a film, a screen: sharpness before motion
 * @property {number} height - of the picture at its source; 0 when there is none
 * @property {boolean} busy - whether a file is on its way
 * @property {boolean} held - whether nothing is sent yet, since nobody has answered
 */

/** @typedef {{rate: number, height: number, frames: number}} Picture */

/** The picture at each rung: its height, the rate it needs, and the most it makes use of. */
export const RUNGS = /** @type {const} */ ([
  { name: 'voice', height: 0, least: 0, most: 0, frames: 0 },
  { name: '160p', height: 160, least: 30, most: 90, frames: 10 },
  { name: '270p', height: 270, least: 80, most: 180, frames: 15 },
  { name: '360p', height: 360, least: 160, most: 350, frames: 15 },
  { name: '540p', height: 540, least: 420, most: 800, frames: 20 },
  { name: '720p', height: 720, least: 900, most: 1500, frames: 25 }
])
export const TOP = RUNGS.length - 1
/** A moving ultrasound picture below this misleads; a still is better. */
const DETAIL = { least: 384, most: 1500, frames: 10 }
/** A picture is tried at this rate first, for seconds. */
export const FIRST = { rate: 40, seconds: 4 }

/**
 * @param {Wishes} wishes - of the person
 * @returns {number} the highest rung that makes sense for the source
 */
export function highestFor({ height, detail }) {
  if (detail) return TOP
  const above = RUNGS.findIndex((rung) => rung.height > height)
  return above < 0 ? TOP : Math.max(1, above - 1)
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
 * @param {State} state - of the ladder
 * @param {Wishes} wishes - of the person
 * @returns {Picture | null} what to send; null is none
 */
export function pictureOf({ rung, since, budget }, { voiceOnly, detail, height }) {
  const { most, frames, ...at } = RUNGS[rung] ?? RUNGS[0]
  if (at.name === 'voice' || voiceOnly) return null
  const cautious = rung === 1 && since < FIRST.seconds
  if (detail && !cautious)
    return { rate: between(DETAIL.least, budget, DETAIL.most), height, frames: DETAIL.frames }
  const rate = cautious ? FIRST.rate : between(FIRST.rate, budget, most)
  return { rate, height: Math.min(at.height, height), frames }
}

/**
 * @param {number} least - that it may be
 * @param {number} value - that is wanted
 * @param {number} most - that it may be
 */
function between(least, value, most) {
  return Math.min(most, Math.max(least, value))
}
