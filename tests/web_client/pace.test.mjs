/** Files beside the voice: slowly enough that it does not wait, fast enough that they arrive. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FIRST_PACE, nextPace } from '../../web_client/js/call/pace.js'

const LINE = { seconds: 1, estimate: null, trip: 0.4, loss: 0 }
const BUSY = { empty: 0.4, busy: true }

/** Gives the pace after so many seconds, and what has gone by then in kilobits. */
function run(seconds, reading) {
  let [pace, gone] = [FIRST_PACE, 0]
  for (let second = 0; second < seconds; second += 1) {
    pace = nextPace(pace, reading, BUSY)
    gone += pace
  }
  return { pace, gone }
}

test('a photo of 150 kB takes no more than half a minute of a line of 128', () => {
  assert.ok(run(32, LINE).gone > 150 * 8)
})

test('beside a picture it never takes more than about a third of the line', () => {
  for (const estimate of [60, 120, 300, 4000]) {
    const { pace } = run(120, { ...LINE, estimate })
    assert.ok(pace <= 0.36 * estimate + 0.001, `${estimate}: ${pace}`)
  }
})

test('a queue on the way halves it each second, and it creeps back', () => {
  const { pace } = run(60, LINE)
  const queued = nextPace(pace, { ...LINE, trip: 0.8 }, BUSY)
  assert.equal(queued, pace / 2)
  assert.ok(nextPace(queued, LINE, BUSY) > queued)
})

test('it never stops', () => {
  assert.equal(run(60, { ...LINE, trip: 3, estimate: 10 }).pace, 2)
})

test('the next file begins carefully again', () => {
  assert.equal(nextPace(900, LINE, { empty: 0.4, busy: false }), FIRST_PACE)
})

test('where nothing tells what the line carries, a long way is taken for a narrow one', () => {
  const paces = [0.04, 0.2, 0.4, 0.65].map((trip) => {
    let pace = FIRST_PACE
    for (let second = 0; second < 60; second += 1) {
      pace = nextPace(pace, { ...LINE, trip }, { empty: trip, busy: true })
    }
    return pace
  })
  assert.deepEqual(paces, [2000, 150, 46, 14])
})
