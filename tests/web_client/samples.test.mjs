/** What is measured of a call reaches the server: seldom, whole, and after an outage too. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { SampleLog } from '../../web_client/js/call/samples.js'
import { Refused } from '../../web_client/js/call/server.js'

const GOOD = {
  seconds: 5.0021,
  rtt: 81.4,
  jitter: 6.2,
  loss: 0.00123,
  concealed: 0.0021,
  frames: 14.8,
  frameHeight: 360,
  freezeSeconds: 0.12,
  received: 310.2,
  sent: 305.9,
  estimate: 900.4,
  relayed: false
}
const WEAK = { ...GOOD, estimate: 70, rtt: 700, received: 41 }
const CUT = { ...GOOD, received: 0, concealed: null }

/** A call with a clock of its own and a server that does as it is told. */
class Call {
  now = 1000
  sent = []
  answer = async () => null
  #room = new EventTarget()

  constructor() {
    this.log = new SampleLog(
      this.#room,
      async (body) => {
        await this.answer()
        this.sent.push(body)
      },
      () => this.now
    )
    this.say('state', 'talking')
  }

  say(type, detail) {
    this.#room.dispatchEvent(Object.assign(new Event(type), { detail }))
  }

  async goes(seconds, sample) {
    for (let passed = 0; passed < seconds; passed += 5) {
      this.now += 5
      this.say('sample', sample)
      await settled()
    }
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a sample is rounded to what matters, beside the level of its moment', async () => {
  const call = new Call()
  call.say('level', { rung: '360p', reason: 'line', budget: 12.3 })
  await call.goes(30, GOOD)
  const [{ clock, ...columns }] = call.sent
  const row = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[0]]))
  assert.equal(clock, 1030)
  assert.deepEqual(row, {
    number: 1005,
    seconds: 5,
    rtt: 81,
    jitter: 6,
    loss: 0.001,
    concealed: 0.002,
    frames: 15,
    height: 360,
    frozen: 0.1,
    received: 311,
    sent: 306,
    estimate: 900,
    relayed: false,
    rung: '360p',
    reason: 'line'
  })
})

test('a good line brings six samples every half minute, a weak one twelve a minute', async () => {
  const table = [
    [GOOD, [6, 6, 6, 6]],
    [WEAK, [12, 12]]
  ]
  for (const [sample, expected] of table) {
    const call = new Call()
    await call.goes(120, sample)
    assert.deepEqual(
      call.sent.map(({ number }) => number.length),
      expected
    )
  }
})

test('while nothing comes nothing is sent, and afterwards everything', async () => {
  const call = new Call()
  await call.goes(90, CUT)
  assert.equal(call.sent.length, 0)
  await call.goes(5, GOOD)
  assert.equal(call.sent[0].number.length, 19)
})

test('what did not come through is sent again, what was refused is not', async () => {
  const call = new Call()
  call.answer = async () => {
    throw new TypeError('the line is down')
  }
  await call.goes(30, GOOD)
  call.answer = async () => null
  await call.goes(30, GOOD)
  assert.equal(call.sent[0].number.length, 12)
  call.answer = async () => {
    throw new Refused('call_not_running', '')
  }
  await call.goes(30, GOOD)
  call.answer = async () => null
  await call.goes(30, GOOD)
  assert.equal(call.sent[1].number.length, 6)
})

test('the end of a call sends the rest and takes no more', async () => {
  const call = new Call()
  await call.goes(10, GOOD)
  call.log.end()
  await settled()
  await call.goes(60, GOOD)
  assert.deepEqual(
    call.sent.map(({ number }) => number.length),
    [2]
  )
})

test('an end without a line is tried again', async (test) => {
  test.mock.timers.enable({ apis: ['setTimeout'] })
  const call = new Call()
  await call.goes(10, GOOD)
  call.answer = async () => {
    throw new TypeError('the line is down')
  }
  call.log.end()
  await settled()
  call.answer = async () => null
  test.mock.timers.tick(12_000)
  await settled()
  assert.equal(call.sent[0].number.length, 2)
})

test('nothing of the time before the call is kept', async () => {
  const call = new Call()
  const silent = new EventTarget()
  const log = new SampleLog(silent, async (body) => call.sent.push(body))
  silent.dispatchEvent(Object.assign(new Event('sample'), { detail: GOOD }))
  log.end()
  await settled()
  assert.equal(call.sent.length, 0)
})

test('an outage of a whole afternoon leaves three hours, of which each request takes one', async () => {
  const call = new Call()
  await call.goes(4 * 3600, CUT)
  call.log.end()
  await settled()
  assert.deepEqual(
    call.sent.map(({ number }) => number.length),
    [720]
  )
  const bytes = JSON.stringify(call.sent[0]).length
  assert.ok(bytes < 64 * 1024, `${bytes} bytes are more than a page may leave behind`)
})
