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

test('a line that is down is tried as often as a socket on it takes to open', () => {
  for (const [opening, patience] of [
    [50, 400],
    [600, 1800],
    [9000, 8000]
  ]) {
    assert.deepEqual(
      first(3, { silent: true, opening }).map((one) => [one.pause, one.patience, one.asks]),
      [
        [50, patience, false],
        [50, patience, false],
        [50, patience, false]
      ]
    )
  }
})

test('now and then the server is asked all the same: the node may have gone while the line was down', () => {
  const asked = first(12, { silent: true, opening: 100 }).map(({ asks }) => asks)
  assert.equal(asked.filter(Boolean).length, 3)
})

test('after some sockets in vain the way is felt for by requests, which no browser holds back', () => {
  const felt = first(20, { silent: true, opening: 100 }).map(({ feels }) => feels)
  assert.equal(felt.indexOf(true), 6)
  assert.ok(!first(50, { silent: false, opening: 100 }).some(({ feels }) => feels))
})

test('a line that never was, or has been down for minutes, is not hurried', () => {
  assert.ok(attempt(5, { silent: true, opening: 0 }, middle).pause > 1000)
  assert.ok(attempt(500, { silent: true, opening: 100 }, middle).pause > 1000)
})

test('a sign of life may take as long as the line is slow', () => {
  assert.equal(signOfLife(100), 1000)
  assert.equal(signOfLife(2000), 6000)
})
