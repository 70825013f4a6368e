/** Coming back: every state with every event, and the paths that calls have taken. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { joining, next } from '../../web_client/js/call/recovery-plan.js'

const EVENTS = [
  'connected',
  'disconnected',
  'failed',
  'silent',
  'moved',
  'reached',
  'checked',
  'due'
]
const LEADER = { reachable: true, asked: false, stands: false, leads: true }
const FOLLOWER = { ...LEADER, leads: false }
const CUT_OFF = { ...LEADER, reachable: false }

/** Writes a step as a person would: state, deed, pause. */
function written({ state, deed, pause }) {
  return [state.name, deed ?? '–', Number.isNaN(pause) ? 'runs on' : (pause ?? 'none')].join(' ')
}

/** The row of a state: what each event leads to. */
function row(name, circumstances) {
  return EVENTS.map((event) => written(next({ name, tries: 0, looks: 0 }, event, circumstances)))
}

const WELL = 'well – none'
const MEND = 'mending restart 2000'

test('every event in every state, on the side that mends first', () => {
  const stay = (name) => `${name} – runs on`
  assert.deepEqual(row('joining', LEADER), [
    WELL,
    stay('joining'),
    MEND,
    stay('joining'),
    MEND,
    stay('joining'),
    MEND,
    MEND
  ])
  assert.deepEqual(row('well', LEADER), [
    WELL,
    'doubtful – 2000',
    MEND,
    MEND,
    MEND,
    stay('well'),
    MEND,
    stay('well')
  ])
  assert.deepEqual(row('doubtful', LEADER), [
    WELL,
    stay('doubtful'),
    MEND,
    MEND,
    MEND,
    stay('doubtful'),
    MEND,
    MEND
  ])
  assert.deepEqual(row('waiting', LEADER), [
    WELL,
    stay('waiting'),
    stay('waiting'),
    stay('waiting'),
    MEND,
    MEND,
    MEND,
    MEND
  ])
  assert.deepEqual(row('adrift', LEADER), [
    WELL,
    stay('adrift'),
    stay('adrift'),
    stay('adrift'),
    MEND,
    MEND,
    MEND,
    stay('adrift')
  ])
  assert.deepEqual(row('mending', LEADER), [
    WELL,
    stay('mending'),
    stay('mending'),
    stay('mending'),
    MEND,
    stay('mending'),
    MEND,
    MEND
  ])
})

test('the other side gives the first three seconds, then mends too', () => {
  for (const [name, event] of [
    ['well', 'failed'],
    ['well', 'silent'],
    ['doubtful', 'due'],
    ['waiting', 'reached']
  ]) {
    assert.equal(written(next({ name, tries: 0, looks: 0 }, event, FOLLOWER)), 'waiting – 3000')
  }
  assert.equal(written(next({ name: 'waiting', tries: 0, looks: 0 }, 'due', FOLLOWER)), MEND)
  // Its own network changed: nobody else can know.
  assert.equal(written(next({ name: 'well', tries: 0, looks: 0 }, 'moved', FOLLOWER)), MEND)
})

test('while the pages cannot speak nothing is tried, whatever happens', () => {
  for (const name of ['joining', 'well', 'doubtful', 'waiting', 'adrift', 'mending']) {
    for (const event of EVENTS) {
      const { deed } = next({ name, tries: 0, looks: 0 }, event, CUT_OFF)
      assert.equal(deed, null, `${name} ${event}`)
    }
  }
  const cut = next({ name: 'doubtful', tries: 0, looks: 0 }, 'due', CUT_OFF)
  assert.equal(written(cut), 'waiting – none')
  assert.equal(written(next(cut.state, 'reached', LEADER)), MEND)
})

test('an offer that waits for its answer is not made a second time', () => {
  const asked = { ...LEADER, asked: true }
  assert.equal(
    written(next({ name: 'mending', tries: 1, looks: 0 }, 'due', asked)),
    'mending – 1000'
  )
})

test('after two restarts that did not help the connection is built anew, more rarely each time', () => {
  let state = { name: 'well', tries: 0, looks: 0 }
  const steps = []
  for (const event of ['failed', 'due', 'due', 'due']) {
    const step = next(state, event, LEADER)
    steps.push(`${step.deed} ${step.pause}`)
    state = step.state
  }
  assert.deepEqual(steps, ['restart 2000', 'restart 4000', 'rebuild 8000', 'rebuild 8000'])
})

test('a restart that helped is found out, because nothing announces it', () => {
  const step = next({ name: 'mending', tries: 1, looks: 0 }, 'due', { ...LEADER, stands: true })
  assert.equal(written(step), 'well – none')
})

test('whoever changes the network mends as soon as there is one, on either side', () => {
  const cut = next({ name: 'well', tries: 0, looks: 0 }, 'moved', { ...FOLLOWER, reachable: false })
  assert.equal(written(cut), 'adrift – none')
  assert.equal(written(next(cut.state, 'reached', FOLLOWER)), MEND)
})

test('a connection that heals forgets its tries', () => {
  const { state } = next({ name: 'mending', tries: 3, looks: 0 }, 'connected', LEADER)
  assert.deepEqual(state, { name: 'well', tries: 0, looks: 0 })
})

test('whatever happens in whatever order, a deed is done only where it can be heard', () => {
  let seed = 7
  const roll = (most) => (seed = (seed * 1103515245 + 12345) % 2147483648) % most
  let state = joining()
  for (let turn = 0; turn < 20_000; turn += 1) {
    const circumstances = {
      reachable: roll(2) === 1,
      asked: roll(2) === 1,
      stands: roll(2) === 1,
      leads: roll(2) === 1
    }
    const step = next(state, EVENTS[roll(EVENTS.length)], circumstances)
    if (step.deed) assert.ok(circumstances.reachable)
    if (circumstances.asked) assert.notEqual(step.deed, 'restart')
    // Nobody may be stuck: either it is well, or a clock runs, or the pages will meet again.
    if (step.state.name === 'mending' || step.state.name === 'doubtful') {
      assert.notEqual(step.pause, null)
    }
    state = step.state
  }
})
