/** The quality ladder: which rung, when, and why, second by second. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { climb, start } from '../../web_client/js/call/ladder.js'
import { pictureOf, RUNGS } from '../../web_client/js/call/rungs.js'
import { costOf, isPlain, voiceOf } from '../../web_client/js/call/voice.js'
import { cushionOf, firstEstimate } from '../../web_client/js/call/way.js'

const FACE = { voiceOnly: false, detail: false, height: 720, busy: false, hurried: false, held: false, repeats: true }
const USUAL = { rate: 24, packet: 20, redundant: false, again: false, auscultation: false }
const TWICE = { ...USUAL, rate: 12, packet: 40, redundant: true }
const LINES = {
  good: { estimate: 4000, trip: 0.04, loss: 0 },
  weak4G: { estimate: 400, trip: 0.15, loss: 0.01 },
  threeG: { estimate: 170, trip: 0.25, loss: 0.03 },
  edge: { estimate: 40, trip: 0.45, loss: 0.05 },
  lastMile: { estimate: 10, trip: 0.7, loss: 0.1 },
  narrow: { estimate: 5, trip: 1.1, loss: 0.1 }
}

/** Gives the state after so many seconds of the same line. */
function after(seconds, line, state = start(), wishes = FACE) {
  for (let second = 0; second < seconds; second += 1) {
    // Nothing tells what a line carries before there is a picture.
    const estimate = state.rung ? line.estimate : null
    state = climb(state, { seconds: 1, missed: 0, ...line, estimate }, wishes)
  }
  return state
}

/** A line that even the voice fills: the way is short while it is empty. */
function crowded(state = start()) {
  return after(30, LINES.narrow, after(1, { ...LINES.narrow, trip: 0.4 }, state))
}

/** Gives the rung of each second. */
function path(seconds, line, state = start(), wishes = FACE) {
  return Array.from({ length: seconds }, () => {
    state = after(1, line, state, wishes)
    return state.rung
  })
}

const name = ({ rung }) => RUNGS[rung].name

test('a line ends on the rung that it carries', () => {
  const table = [
    ['good', '720p', 'free'],
    ['weak4G', '360p', 'line'],
    ['threeG', '270p', 'line'],
    ['edge', 'voice', 'line'],
    ['lastMile', 'voice', 'line'],
    ['narrow', 'voice', 'line']
  ]
  for (const [line, rung, reason] of table) {
    const state = after(59, LINES[line])
    assert.deepEqual([line, name(state), state.reason], [line, rung, reason])
  }
})

test('from every rung every line leads to the same place', () => {
  for (const [line, reading] of Object.entries(LINES)) {
    const wanted = name(after(59, reading))
    for (const former of Object.values(LINES)) {
      const state = after(300, { ...reading, trip: 0.2 + reading.trip }, after(60, former))
      const calm = after(700, reading, state)
      assert.equal(name(calm), wanted, line)
    }
  }
})

test('the voice has a line of unknown width to itself for longer the longer the way is', () => {
  const firstPicture = (trip) => path(120, { estimate: 300, trip, loss: 0 }).findIndex(Boolean)
  assert.deepEqual([0.04, 0.2, 0.4, 0.65].map(firstPicture), [0, 1, 59, 59])
})

test('a picture stops within a second of an estimate that leaves the voice no room', () => {
  const high = after(60, LINES.good)
  assert.equal(name(climb(high, { seconds: 1, missed: 0, estimate: 40, trip: 0.2, loss: 0 }, FACE)), 'voice')
})

test('a late line stops the picture after two seconds, a late second does not', () => {
  const high = after(60, LINES.weak4G)
  const late = { ...LINES.weak4G, trip: 1.2 }
  assert.ok(after(1, late, high).rung > 0)
  assert.equal(after(2, late, high).rung, 0)
})

test('a dip of one second costs no rung, a dip of two does', () => {
  const high = after(60, LINES.weak4G)
  const dip = { ...LINES.weak4G, estimate: 160 }
  assert.equal(name(after(1, dip, high)), '360p')
  assert.equal(name(after(2, dip, high)), '270p')
})

test('attempts that fail become rarer, and rarer still', () => {
  const waitsOn = (line) => {
    const waits = []
    let state = start()
    for (let attempt = 0; attempt < 5; attempt += 1) {
      let waited = 0
      while (state.rung === 0) {
        state = after(1, line, state)
        waited += 1
      }
      waits.push(waited)
      while (state.rung > 0) state = after(1, line, state)
    }
    return waits
  }
  assert.deepEqual(waitsOn({ estimate: 10, trip: 0.05, loss: 0 }), [1, 8, 32, 128, 300])
  assert.deepEqual(waitsOn(LINES.lastMile), [60, 240, 300, 300, 300])
})

test('a line that heals gets its picture back without anybody doing anything', () => {
  const dark = after(60, LINES.lastMile, after(30, LINES.good))
  assert.equal(dark.rung, 0)
  assert.equal(name(after(120, LINES.good, dark)), '720p')
})

test('no line, however it swings, changes the rung more often than every two seconds', () => {
  let state = start()
  let changes = 0
  for (let second = 0; second < 600; second += 1) {
    const before = state.rung
    state = climb(state, { seconds: 1, missed: 0, ...(second % 2 ? LINES.good : LINES.threeG) }, FACE)
    changes += Number(state.rung !== before)
  }
  assert.ok(changes < 40, `${changes} changes in ten minutes`)
})

test('who wants the voice alone gets it at once and on any line, and the picture back after', () => {
  const high = after(60, LINES.good)
  const alone = climb(high, { seconds: 1, missed: 0, ...LINES.good }, { ...FACE, voiceOnly: true })
  assert.deepEqual([name(alone), alone.reason], ['voice', 'chosen'])
  assert.ok(after(20, LINES.good, alone).rung > 0)
})

test('without a camera there is no picture, and the reason says so', () => {
  const state = after(5, LINES.good, start(), { ...FACE, height: 0 })
  assert.deepEqual([name(state), state.reason], ['voice', 'no-picture'])
})

test('no picture is larger than its source, and none is made smaller than the line asks for', () => {
  for (const [height, rung] of [
    [120, '160p'],
    [360, '360p'],
    [480, '540p'],
    [720, '720p'],
    [1080, '720p']
  ]) {
    const state = after(90, LINES.good, start(), { ...FACE, height })
    assert.equal(name(state), rung)
    assert.ok(pictureOf(state, { ...FACE, height }).height <= height)
  }
})

test('a wound is shown sharp from 384 on, and not at all below', () => {
  const wound = { ...FACE, detail: true }
  const seen = (estimate) => {
    const state = after(60, { estimate, trip: 0.1, loss: 0 }, start(), wound)
    return pictureOf(state, wound)
  }
  assert.equal(seen(500), null)
  const { height, frames, rate } = seen(700)
  assert.deepEqual([height, frames], [720, 10])
  assert.ok(rate >= 384)
})

test('what a sharp picture has failed at keeps no other picture waiting, nor the other way', () => {
  const line = { estimate: 300, trip: 0.12, loss: 0 }
  const wound = { ...FACE, detail: true }
  const failed = after(120, line, start(), wound)
  assert.deepEqual([failed.rung, failed.reason, failed.patience > 60], [0, 'line', true])
  assert.equal(name(after(30, line, failed, FACE)), '360p')
  const crowd = after(60, LINES.weak4G, after(60, { ...LINES.weak4G, estimate: 40 }))
  assert.ok(crowd.patience > 0)
  assert.equal(after(1, LINES.weak4G, crowd, wound).patience, 0)
})

test('a picture that is to be sharp from now on has some seconds to show that the line carries it', () => {
  const line = { estimate: 490, trip: 0.12, loss: 0 }
  const wound = { ...FACE, detail: true }
  const face = after(60, line, start(), { ...FACE, height: 360 })
  const turned = after(3, line, face, wound)
  assert.ok(pictureOf(turned, wound).rate >= 384)
  assert.ok(after(30, { ...line, estimate: 700 }, turned, wound).rung > 0)
  assert.deepEqual(path(8, line, face, wound).map(Boolean), [...Array(4).fill(true), ...Array(4).fill(false)])
  assert.equal(after(2, { ...line, trip: 1.2 }, face, wound).rung, 0)
})

test('a picture is scaled from what the camera gives at the moment', () => {
  const state = after(20, { ...LINES.weak4G, estimate: 300 })
  const heights = [720, 360, 180].map((height) => pictureOf(state, { ...FACE, height }).height)
  assert.deepEqual([name(state), heights], ['360p', [360, 360, 180]])
  const sharp = after(20, LINES.good, start(), { ...FACE, detail: true })
  for (const height of [360, 720, 1080]) {
    assert.equal(pictureOf(sharp, { ...FACE, detail: true, height }).height, height)
  }
})

test('heart and lungs get more bits than speech, unless the line is narrow or the way long', () => {
  const heard = (line, state = after(30, LINES[line])) => {
    const { rate, redundant, auscultation } = voiceOf(state.voice, { auscultation: true })
    return [rate, redundant, auscultation]
  }
  const table = [
    ['good', [48, false, true]],
    ['weak4G', [48, false, true]],
    ['threeG', [24, true, true]],
    ['edge', [12, true, false]],
    ['lastMile', [12, true, false]]
  ]
  for (const [line, wanted] of table) assert.deepEqual([line, heard(line)], [line, wanted])
  assert.deepEqual(heard('narrow', crowded()), [12, false, false])
  // A line that was full for a while, and has room again.
  const full = after(5, { ...LINES.weak4G, trip: 1.2 }, after(60, LINES.weak4G))
  assert.deepEqual(heard('full', full), [12, false, false])
  const free = after(25, LINES.weak4G, full)
  assert.deepEqual([heard('free', free), voiceOf(free.voice).packet], [[48, false, true], 40])
  for (const line of ['good', 'threeG', 'edge']) {
    const { voice: packing } = after(30, LINES[line])
    assert.equal(isPlain(packing), !voiceOf(packing, { auscultation: true }).auscultation)
  }
})

test('on a long way a picture never takes all that the line has for it', () => {
  for (let estimate = 10; estimate < 5000; estimate += 10) {
    const state = after(300, { estimate, trip: 0.12, loss: 0 })
    const picture = pictureOf(state, FACE)
    if (picture) assert.ok(picture.rate <= Math.max(40, 0.75 * estimate), `${estimate}`)
  }
})

test('the first seconds of a picture are cautious on a long way', () => {
  const rates = [0.05, 0.12].map((trip) => {
    const state = after(1, { estimate: 900, trip, loss: 0 })
    return pictureOf(state, FACE).rate
  })
  assert.deepEqual(rates, [100, 40])
})

test('the estimate begins low on a long way, since what is sent too much there is heard', () => {
  const estimates = [0.05, 0.15, 0.25, 0.7].map((trip) => firstEstimate({ trip }))
  assert.deepEqual([...estimates, firstEstimate(start())], [600, 150, 60, 60, 60])
})

test('on a short way a still picture, which needs little, may try all that its rung makes use of', () => {
  const rates = [0.05, 0.12].map((trip) => {
    const state = after(10, { estimate: 70, trip, loss: 0 })
    return [name(state), Math.round(pictureOf(state, FACE).rate)]
  })
  assert.deepEqual(rates, [
    ['160p', 100],
    ['160p', 53]
  ])
})

test('a picture that needs less than it is given climbs, whatever the estimate says, and stays there', () => {
  const still = { estimate: 70, trip: 0.12, loss: 0, spare: true }
  const [high, late, lossy] = [{}, { trip: 1 }, { loss: 0.2 }].map((line) =>
    after(60, { ...still, ...line }, after(1, still))
  )
  assert.deepEqual([name(high), high.reason], ['720p', 'free'])
  assert.ok(pictureOf(high, FACE).rate <= 70)
  assert.ok(late.rung < 1 && lossy.rung < 2)
  assert.ok(after(3, { ...still, spare: false }, high).rung < high.rung)
})

test('a short way is climbed in ten seconds, one that fills up is short no more', () => {
  const climbed = path(10, LINES.good)
  assert.equal(RUNGS[climbed.at(-1)].name, '720p')
  const full = after(1, { ...LINES.good, estimate: 1000, trip: 0.2 }, after(60, LINES.good))
  assert.equal(pictureOf(full, FACE).rate, 750)
})

test('the voice is packed for the line', () => {
  const table = [
    ['good', USUAL],
    ['threeG', { ...USUAL, redundant: true }],
    ['edge', TWICE],
    ['lastMile', TWICE]
  ]
  const packed = Object.fromEntries(
    table.map(([line]) => [line, voiceOf(after(30, LINES[line]).voice)])
  )
  assert.deepEqual(packed, Object.fromEntries(table))
  const narrow = { ...USUAL, rate: 12, packet: 40 }
  assert.deepEqual(voiceOf(crowded().voice), narrow)
})

test('a long way, and loss, are no reason to pack the voice narrowly', () => {
  assert.equal(after(60, { estimate: 30, trip: 1.1, loss: 0.1 }).voice.narrow, false)
})

test('redundancy comes after some seconds of loss and goes after a minute without', () => {
  const calm = { estimate: 500, trip: 0.25, loss: 0, missed: 0 }
  const redundant = (state) => state.voice.redundant
  assert.equal(redundant(after(2, { ...calm, loss: 0.05 })), false)
  assert.equal(redundant(after(1, { ...calm, loss: 0.2 })), true)
  for (const direction of ['loss', 'missed']) {
    const on = after(5, { ...calm, [direction]: 0.05 })
    assert.equal(redundant(on), true, direction)
    assert.equal(redundant(after(55, calm, on)), true)
    assert.equal(redundant(after(75, calm, on)), false)
  }
  assert.equal(redundant(after(60, { ...calm, loss: 0.01 })), false)
})

test('a packet of thirty that is lost now and then is no loss', () => {
  let state = start()
  for (let second = 0; second < 600; second += 1) {
    const missed = second % 6 ? 0 : 0.03
    state = after(1, { estimate: 500, trip: 0.1, loss: 0.005, missed }, state)
    assert.equal(state.voice.redundant, false)
  }
})

test('a long way has the voice twice from the start, in no more of the line, and once after a clean minute', () => {
  const clean = { estimate: 100, trip: 0.4, loss: 0, missed: 0 }
  const begun = after(1, clean)
  assert.deepEqual(voiceOf(begun.voice), TWICE)
  assert.ok(costOf(begun.voice) <= costOf({ ...begun.voice, redundant: false }))
  assert.deepEqual(voiceOf(after(80, clean, begun).voice), { ...USUAL, packet: 40 })
})

test('whoever takes no packets that repeat gets the usual voice in long ones', () => {
  const line = { estimate: 100, trip: 0.4, loss: 0.08, missed: 0.08 }
  const state = after(10, line, start(), { ...FACE, repeats: false })
  assert.deepEqual(voiceOf(state.voice), { ...USUAL, packet: 40 })
})

test('a file that somebody waits for takes the place of the picture on a long way only', () => {
  const still = { ...FACE, busy: true }
  const photo = { ...still, hurried: true }
  const table = [
    [0.2, photo, true],
    [0.4, photo, false],
    [0.4, still, true]
  ]
  for (const [trip, wishes, stays] of table) {
    const line = { estimate: 300, trip, loss: 0 }
    const { rung } = after(5, line, after(70, line), wishes)
    assert.equal(rung > 0, stays, `${trip} ${wishes.hurried}`)
  }
})

test('stills do not put the picture off that they stand for', () => {
  const line = { estimate: 300, trip: 0.4, loss: 0 }
  const still = { ...FACE, busy: true }
  const turn = (state) => after(4, line, after(6, line, state, still))
  let state = start()
  for (let turns = 0; turns < 7; turns += 1) state = turn(state)
  assert.ok(state.rung > 0)
})

test('a lost packet is asked for again where it would come in time, and the sound waits for it', () => {
  const table = [
    [0.04, true, 0.3],
    [0.15, true, 0.3],
    [0.25, false, 0.1],
    [0.45, false, 0.12]
  ]
  for (const [trip, again, cushion] of table) {
    const state = after(10, { estimate: 500, trip, loss: 0.08, missed: 0.08 })
    assert.deepEqual([state.voice.again, cushionOf(state)], [again, cushion], `${trip}`)
  }
})

test('a narrow voice that comes through is widened to try, more rarely each time', () => {
  const through = { estimate: 40, trip: 0.3, loss: 0 }
  let state = crowded()
  const waits = []
  for (let attempt = 0; attempt < 3; attempt += 1) {
    let waited = 0
    while (state.voice.narrow) {
      state = after(1, through, state)
      waited += 1
    }
    waits.push(waited)
    state = crowded(state)
  }
  assert.deepEqual(waits, [20, 80, 300])
})

test('what a picture has room for shows only while there is one: the first seconds of it are not judged by the estimate', () => {
  const unprobed = { estimate: 60, trip: 0.04, loss: 0 }
  const begun = after(1, unprobed)
  assert.equal(name(begun), '160p')
  assert.equal(name(after(1, unprobed, begun)), '160p')
  assert.equal(name(after(5, { ...unprobed, estimate: 45 }, begun)), 'voice')
})

test('while it rings a picture is prepared where the way is short, and not given up for lack of a better estimate', () => {
  const quiet = { estimate: 60, trip: 0.04, loss: 0 }
  assert.equal(name(after(30, quiet, start(), { ...FACE, held: true })), '160p')
})

test('a browser is told to keep more sound before it is played the longer the way is', () => {
  const cushions = [0.04, 0.2, 0.4, 0.65].map((trip) =>
    cushionOf(after(1, { estimate: 100, trip, loss: 0 }))
  )
  assert.deepEqual(cushions, [0, 0.1, 0.12, 0.24])
  assert.equal(cushionOf(start()), 0)
})
