/** Files in pieces: whole after any cut, whatever comes twice or out of place. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  Incoming,
  isAnnouncement,
  Outgoing,
  PIECE,
  readPiece
} from '../../web_client/js/call/transfer.js'

const announce = (size, more = {}) => ({
  type: 'file',
  number: 7,
  name: 'a.jpg',
  mime: 'image/jpeg',
  size,
  purpose: 'photo',
  ...more
})
const bytesOf = (size) => Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) % 256)
const same = async (blob, bytes) =>
  assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), bytes)

/** A small generator, so that a failure can be repeated. */
function dice(seed) {
  return () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648
}

function deliver(outgoing, incoming) {
  const { offset, content } = readPiece(outgoing.take().buffer)
  incoming.add(offset, content)
}

for (const size of [1, PIECE - 1, PIECE, PIECE + 1, 10 * PIECE + 17]) {
  test(`a file of ${size} bytes arrives whole`, async () => {
    const bytes = bytesOf(size)
    const outgoing = new Outgoing(announce(size), bytes)
    const incoming = new Incoming(announce(size))
    outgoing.resume(incoming.done)
    while (outgoing.isReady) deliver(outgoing, incoming)
    assert.ok(incoming.isComplete)
    await same(incoming.blob(), bytes)
  })
}

test('nothing is sent before the other side has asked, nor after a cut until it asks again', () => {
  const outgoing = new Outgoing(announce(9000), bytesOf(9000))
  assert.equal(outgoing.isReady, false)
  outgoing.resume(0)
  assert.equal(outgoing.isReady, true)
  outgoing.pause()
  assert.equal(outgoing.isReady, false)
})

test('whatever is lost at a cut is sent again, and nothing else', async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const roll = dice(seed)
    const size = 1 + Math.floor(roll() * 60_000)
    const bytes = bytesOf(size)
    const outgoing = new Outgoing(announce(size), bytes)
    const incoming = new Incoming(announce(size))
    let sent = 0
    while (!incoming.isComplete) {
      outgoing.resume(incoming.done)
      let arrives = true
      while (outgoing.isReady && roll() > 0.1) {
        const { offset, content } = readPiece(outgoing.take().buffer)
        arrives &&= roll() > 0.1
        if (arrives) incoming.add(offset, content)
        sent += 1
      }
      outgoing.pause()
    }
    await same(incoming.blob(), bytes)
    assert.ok(sent >= Math.ceil(size / PIECE))
  }
})

test('a piece that comes twice, or that leaves a gap, changes nothing', async () => {
  const bytes = bytesOf(3 * PIECE)
  const incoming = new Incoming(announce(bytes.length))
  const part = (at) => bytes.subarray(at * PIECE, (at + 1) * PIECE)
  incoming.add(2 * PIECE, part(2))
  assert.equal(incoming.done, 0)
  for (const at of [0, 0, 1, 0, 1, 2, 2]) incoming.add(at * PIECE, part(at))
  assert.ok(incoming.isComplete)
  await same(incoming.blob(), bytes)
})

test('a piece beyond the end is cut to what was announced', () => {
  const incoming = new Incoming(announce(10))
  incoming.add(0, bytesOf(4000))
  assert.equal(incoming.done, 10)
})

test('an announcement that makes no sense is not one', () => {
  const wrong = [
    null,
    'file',
    {},
    announce(0),
    announce(-1),
    announce(1.5),
    announce('5'),
    announce(21 * 1024 * 1024),
    announce(65 * 1024, { purpose: 'still' }),
    announce(5, { purpose: 'virus' }),
    announce(5, { purpose: 'constructor' }),
    announce(5, { name: 3 }),
    announce(5, { name: 'x'.repeat(151) }),
    announce(5, { mime: null }),
    announce(5, { number: '7' })
  ]
  assert.deepEqual(wrong.filter(isAnnouncement), [])
  assert.ok(isAnnouncement(announce(5)))
})

test('what is no piece is none', () => {
  for (const size of [0, 8, 8 + PIECE + 1]) assert.equal(readPiece(new ArrayBuffer(size)), null)
})
