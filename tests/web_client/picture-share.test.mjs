/** One line that carries the picture to one, or to several. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { bySide, SEVERAL, whoSees } from '../../web_client/js/call/picture-share.js'

const others = (...estimates) =>
  estimates.map((estimate, index) => ({ id: 'abc'[index], estimate }))
const free = (...estimates) => others(...estimates).map((one) => ({ ...one, free: true }))

const TABLE = [
  ['nobody is there', others(), [], []],
  ['one other is sent it whatever the line carries', others(60), [], ['a']],
  ['one other whose line nobody knows yet', others(null), [], ['a']],
  ['of two the first, while nobody knows the line', others(null, null), ['a'], ['a']],
  ['a weak line carries one picture', others(380, 380), ['a'], ['a']],
  ['what a connection without a picture promises does not count', others(380, 2000), ['a'], ['a']],
  ['a line between the two limits stays with one', others(450, 90), ['a'], ['a']],
  ['a good line carries two', others(SEVERAL.from, 90), ['a'], ['a', 'b']],
  ['two that share a good line keep theirs', others(300, 300), ['a', 'b'], ['a', 'b']],
  ['two stay above the lower limit', others(220, 190), ['a', 'b'], ['a', 'b']],
  ['two that share a weak line come down to the first', others(200, 190), ['a', 'b'], ['a']],
  ['who takes the first place is sent it at once', others(90, 250), ['b'], ['a']],
  ['who stays alone is sent it', others(90), ['a', 'b'], ['a']],
  ['a still picture tells little of the line, but has all it needs', free(150, 90), ['a'], ['a', 'b']],
  ['three on a good line', others(900, 900, 900), ['a', 'b', 'c'], ['a', 'b', 'c']]
]

for (const [name, there, before, expected] of TABLE) {
  test(name, () => {
    assert.deepEqual([...whoSees(there, new Set(before))], expected)
  })
}

test('a line that swings around the limits does not make the picture come and go', () => {
  let seeing = new Set(['a'])
  let changes = 0
  for (const estimate of [450, 520, 480, 430, 410, 490, 450]) {
    const shared = seeing.size > 1 ? others(estimate / 2, estimate / 2) : others(estimate, 90)
    const next = whoSees(shared, seeing)
    if (next.size !== seeing.size) changes += 1
    seeing = next
  }
  assert.equal(changes, 1)
})

test('station and specialist come before whom they asked in', () => {
  const roles = ['guest', 'station', 'interpreter', 'specialist'].map((role) => ({ role }))
  const sorted = roles.sort(bySide).map(({ role }) => role)
  assert.deepEqual(sorted, ['station', 'specialist', 'guest', 'interpreter'])
})
