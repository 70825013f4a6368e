/** Credentials of the relay: good for as long as their name says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { runsOut } from '../../web_client/js/call/ice.js'

const NOW = 1_800_000_000_000
const lent = (seconds) => ({ urls: 'turn:relay', username: `${NOW / 1000 + seconds}:somebody` })

test('what was lent is good until a minute before it ends', () => {
  assert.equal(runsOut([lent(900)], NOW), false)
  assert.equal(runsOut([lent(61)], NOW), false)
  assert.equal(runsOut([lent(59)], NOW), true)
  assert.equal(runsOut([lent(-1)], NOW), true)
})

test('one of several is enough, and where nothing is lent nothing runs out', () => {
  assert.equal(runsOut([lent(900), lent(10)], NOW), true)
  assert.equal(runsOut([], NOW), false)
})

test('a server that needs no credentials never runs out', () => {
  assert.equal(runsOut([{ urls: 'stun:elsewhere' }], NOW), false)
})
