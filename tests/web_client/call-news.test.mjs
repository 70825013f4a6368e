/** What an event of the server means to a page, wherever the page stands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { meaningOf } from '../../web_client/js/call/call-news.js'
import { stateOf } from '../../web_client/js/call/people-view.js'
import { whyOver } from '../../web_client/js/call/why-over.js'

const PAGE = {
  meeting: 'm',
  attempt: 'c',
  guest: false,
  outgoing: false,
  inside: false,
  accepting: false,
  state: 'idle'
}
const GUEST = { ...PAGE, guest: true }
const rings = { state: 'ringing-in' }
const OTHER = { attempt: 'other' }

const TABLE = [
  ['ringing', {}, {}, 'rings'],
  ['ringing', { inside: true }, {}, ''],
  ['ringing', {}, { subject: 'another meeting' }, ''],
  ['ringing', { ...GUEST, attempt: '' }, {}, 'rings'],
  ['reached', { state: 'ringing-out' }, {}, 'reached'],
  ['reached', { state: 'talking' }, {}, ''],
  ['accepted', { outgoing: true }, {}, 'answered'],
  ['accepted', rings, {}, 'elsewhere'],
  ['accepted', { ...rings, accepting: true }, {}, ''],
  ['accepted', { state: 'talking' }, {}, ''],
  ['accepted', {}, OTHER, ''],
  ['accepted', GUEST, OTHER, 'outside'],
  ['joined', { ...GUEST, ...rings }, {}, 'outside'],
  ['joined', { ...GUEST, ...rings, accepting: true }, {}, ''],
  ['joined', { state: 'talking' }, {}, ''],
  ['joined', rings, {}, ''],
  ['invited', { state: 'talking' }, {}, ''],
  ['withdrawn', {}, {}, 'withdrawn'],
  ['withdrawn', GUEST, OTHER, 'withdrawn'],
  ['ended', { inside: true }, {}, 'ended'],
  ['ended', {}, OTHER, ''],
  ['noted', {}, {}, '']
]

for (const [kind, standing, news, expected] of TABLE) {
  const page = { ...PAGE, ...standing }
  test(`${kind} ${JSON.stringify({ ...standing, ...news })}: ${expected || 'nothing'}`, () => {
    const event = { kind: `call.${kind}`, subject: 'm', attempt: 'c', ...news }
    assert.equal(meaningOf(event, page), expected)
  })
}

const CAN = { canCall: true, hears: true }
for (const [state, device, expected] of [
  ['ringing-out', { canCall: false, hears: false }, 'hung_up'],
  ['talking', CAN, 'hung_up'],
  ['talking', { ...CAN, canCall: false }, 'browser_unsupported'],
  ['joining', { ...CAN, hears: false }, 'media_refused'],
  ['joining', CAN, 'line_lost'],
  ['reconnecting', CAN, 'line_lost']
]) {
  test(`whoever hangs up while ${state} (${JSON.stringify(device)}) says ${expected}`, () => {
    assert.equal(whyOver(state, device), expected)
  })
}

const WELL = { picture: true, microphone: true, resting: false, state: 'connected' }
for (const [news, expected] of [
  [{}, []],
  [{ state: 'new', microphone: false }, ['person-connecting']],
  [{ state: 'lost' }, ['person-lost']],
  [{ resting: true }, ['person-line']],
  [{ picture: false, resting: true }, ['person-voice']],
  [{ picture: false, microphone: false }, ['person-voice', 'person-muted']]
]) {
  test(`of a person with ${JSON.stringify(news)} is said ${expected.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(stateOf({ ...WELL, ...news }), expected)
  })
}
