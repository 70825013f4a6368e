/** What the counters of a test call say of a line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { kilobits, rateOf, readVoice } from '../../web_client/js/line-check/reading.js'
import { waysOf } from '../../web_client/js/line-check/reach.js'

/** Gives a report of rows. */
const report = (...rows) => new Map(rows.map((one, at) => [String(at), one]))
const at = (timestamp, values) => (type) => ({ type, timestamp, ...values })

const BEFORE = report(
  at(1000, { packetsSent: 50, bytesSent: 3500, headerBytesSent: 600 })('outbound-rtp'),
  at(1000, { packetsLost: 2, totalRoundTripTime: 0.1, roundTripTimeMeasurements: 1 })(
    'remote-inbound-rtp'
  ),
  at(1000, { packetsLost: 1, packetsReceived: 40, jitter: 0.2 })('inbound-rtp')
)
const AFTER = report(
  at(9000, { packetsSent: 450, bytesSent: 31_500, headerBytesSent: 5400 })('outbound-rtp'),
  at(9000, {
    packetsLost: 42,
    totalRoundTripTime: 2.1,
    roundTripTimeMeasurements: 5,
    jitter: 0.03
  })('remote-inbound-rtp'),
  at(9000, { packetsLost: 21, packetsReceived: 400, jitter: 0.012 })('inbound-rtp')
)

test('voice is read between two moments, with its headers', () => {
  const voice = readVoice(BEFORE, AFTER)
  assert.equal(voice.rate, 48)
  assert.equal(voice.rtt, 500)
  assert.equal(voice.jitter, 30)
  assert.equal(voice.lossUp, 0.1)
  assert.ok(Math.abs(voice.lossDown - 20 / 380) < 1e-9)
})

test('a browser that tells nothing leaves nothing to say', () => {
  assert.deepEqual(readVoice(report(), report()), {
    rate: null,
    rtt: null,
    jitter: null,
    lossUp: null,
    lossDown: null
  })
})

test('where the other end does not report, the path tells the round trip', () => {
  const pair = at(1, { nominated: true, currentRoundTripTime: 0.25 })('candidate-pair')
  assert.equal(readVoice(report(), report(pair)).rtt, 250)
})

for (const [bulk, voice, loss, expected] of [
  [400, 50, 0.01, 400],
  [20, 50, 0.1, 50],
  [20, 50, 0.3, 20],
  [null, 50, 0.1, 50],
  [null, 50, 0.3, null],
  [null, null, null, null],
  [30, 50, null, 30]
]) {
  test(`a way with bulk ${bulk}, voice ${voice} and loss ${loss} carries ${expected}`, () => {
    assert.equal(rateOf(bulk, voice, loss), expected)
  })
}

test('a rate needs two messages', () => {
  assert.equal(kilobits(0, 0), 0)
  assert.equal(kilobits(125_000, 2), 500)
})

test('relays are sorted by how they are reached, each address alone', () => {
  const lent = { username: 'u', credential: 'c' }
  const ways = waysOf([
    {
      ...lent,
      urls: ['turn:a:3478', 'turn:a:3478?transport=tcp', 'turns:a:443?transport=tcp', 'turn:b:3478']
    }
  ])
  assert.deepEqual(
    ways.get('relay_udp').map((one) => one.urls),
    [['turn:a:3478'], ['turn:b:3478']]
  )
  assert.deepEqual(ways.get('relay_tcp')[0], { ...lent, urls: ['turn:a:3478?transport=tcp'] })
  assert.deepEqual(ways.get('relay_tls')[0].urls, ['turns:a:443?transport=tcp'])
})
