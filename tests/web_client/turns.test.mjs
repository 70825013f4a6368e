/** Who offers: the impolite side, unless the polite one cannot wait. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'

import { Turns } from '../../web_client/js/call/turns.js'

const fresh = { remoteDescription: null, getTransceivers: () => [{ mid: null }] }
const running = { remoteDescription: {}, getTransceivers: () => [{ mid: '0' }] }
const grown = { remoteDescription: {}, getTransceivers: () => [{ mid: '0' }, { mid: null }] }

/** Gives a side, and what it did. */
function side(polite) {
  const did = []
  const turns = new Turns(polite, () => did.push('ask'))
  const waits = (connection) => turns.waits(connection, () => did.push('offer'))
  return { turns, did, waits }
}

test('the impolite side offers whenever it likes', () => {
  const { waits, did } = side(false)
  for (const connection of [fresh, running, grown]) assert.equal(waits(connection), false)
  assert.deepEqual(did, [])
})

test('the polite side waits for the first offer without asking, and asks for the next ones', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const { turns, waits, did } = side(true)
  assert.equal(waits(fresh), true)
  assert.deepEqual(did, [])
  turns.heard()
  assert.equal(waits(running), true)
  assert.equal(waits(running), true)
  assert.deepEqual(did, ['ask'])
  turns.heard()
  mock.timers.tick(10_000)
  assert.deepEqual(did, ['ask'])
  mock.timers.reset()
})

test('an offer that does not come is made, once', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  for (const [connection, patience] of [
    [fresh, 1500],
    [running, 4000]
  ]) {
    const { waits, did } = side(true)
    waits(connection)
    mock.timers.tick(patience - 1)
    assert.ok(!did.includes('offer'))
    mock.timers.tick(1)
    assert.equal(did.filter((deed) => deed === 'offer').length, 1)
    assert.equal(waits(connection), false)
    assert.equal(waits(connection), true)
  }
  mock.timers.reset()
})

test('a lost line, and something that the other side has no part for, wait for nobody', () => {
  const { turns, waits } = side(true)
  turns.hurry()
  assert.equal(waits(running), false)
  assert.equal(waits(grown), false)
})
