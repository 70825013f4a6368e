/** When the node is tried again: gently when it may be the node, hastily when it is the line that was cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { attempt, signOfLife } from '../../web_client/js/call/redial.js'

const middle = () => 0.5
const first = (count, line) => Array.from({ length: count }, (_, n) => attempt(n, line, middle))

test('a node that is gone is tried with growing pauses, and from the second time on the server is asked where the room is', () => {
  const all = first(6, { silent: false, opening: 100 })
  assert.deepEqual(
    all.map(({ pause }) => pause),
    [225, 450, 900, 1875, 3750, 3750]
  )
  assert.deepEqual(
    all.map(({ asks }) => asks),
    [false, true, true, true, true, true]
  )
})

test('not everybody comes back in the same instant', () => {
  const [soonest, latest] = [0, 1].map((dice) =>
    attempt(3, { silent: false, opening: 0 }, () => dice)
  )
  assert.ok(latest.pause >= 2 * soonest.pause)
})

test('a line that is down is knocked at every second or two, with longer waits once a browser holds sockets back', () => {
  const waits = first(20, { silent: true, opening: 50 })
  assert.ok(waits.every(({ pause }) => pause === 50))
  assert.deepEqual(
    waits.map(({ patience }) => patience),
    [...Array(8).fill(2000), ...Array(8).fill(4000), ...Array(4).fill(9000)]
  )
})

test('a socket is waited for as long as one takes on this line', () => {
  const patiences = [600, 1500, 9000].map(
    (opening) => attempt(0, { silent: true, opening }).patience
  )
  assert.deepEqual(patiences, [2000, 4500, 12_000])
})

test('now and then the server is asked all the same: the node may have gone while the line was down', () => {
  const asked = first(24, { silent: true, opening: 100 }).map(({ asks }) => asks)
  assert.deepEqual([asked.indexOf(true), asked.filter(Boolean).length], [11, 2])
})

test('a line that never was, or has been down for minutes, is not hurried', () => {
  assert.ok(attempt(5, { silent: true, opening: 0 }, middle).pause > 1000)
  assert.ok(attempt(500, { silent: true, opening: 100 }, middle).pause > 1000)
})

test('a sign of life may take as long as the line is slow', () => {
  assert.equal(signOfLife(100), 1000)
  assert.equal(signOfLife(2000), 6000)
})
