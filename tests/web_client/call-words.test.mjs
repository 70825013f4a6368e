/** What is said of a call: which sentence belongs to what is sent, and to each of the others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { levelCode } from '../../web_client/js/call/call-view.js'
import { stateOf } from '../../web_client/js/call/people-view.js'

const SHOWN = {
  picture: true,
  microphone: true,
  resting: false,
  auscultation: false,
  plain: false,
  state: 'connected'
}

test('the level is said in words of its own where the picture is to be sharp', () => {
  const table = [
    ['360p', 'line', false, 'level-360p'],
    ['voice', 'line', false, 'level-line'],
    ['voice', 'chosen', false, 'level-chosen'],
    ['160p', 'line', true, 'level-detail'],
    ['720p', 'free', true, 'level-detail'],
    ['voice', 'line', true, 'level-line-detail'],
    ['voice', 'starting', true, 'level-starting'],
    ['voice', 'chosen', true, 'level-chosen']
  ]
  for (const [rung, reason, detail, code] of table) {
    assert.equal(levelCode({ rung, reason, detail }), code)
  }
})

test('of somebody is said what keeps one from seeing, from hearing, or from speaking', () => {
  const table = [
    [{}, []],
    [{ state: 'new', microphone: false }, ['person-connecting']],
    [{ state: 'lost', auscultation: true }, ['person-lost']],
    [{ picture: false, microphone: false }, ['person-voice', 'person-muted']],
    [{ resting: true, plain: true }, ['person-line']],
    [{ auscultation: true }, ['person-auscultation']],
    [{ auscultation: true, plain: true }, ['person-auscultation-plain']],
    [{ auscultation: true, microphone: false }, ['person-muted']]
  ]
  for (const [news, codes] of table) assert.deepEqual(stateOf({ ...SHOWN, ...news }), codes)
})
