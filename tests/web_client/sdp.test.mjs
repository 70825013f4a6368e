/** What is changed in a description: the length of packets and the silence between words, nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { withVoice } from '../../web_client/js/call/sdp.js'

const lines = (...all) => all.map((line) => `${line}\r\n`).join('')
const HEAD = lines('v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=fingerprint:sha-256 AA')
const AUDIO = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111'
]
const VIDEO = lines('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:1', 'a=rtpmap:96 VP8/90000')

test('packets get the length that is asked for and silence is not sent', () => {
  const changed = withVoice(HEAD + lines(...AUDIO) + VIDEO, 60)
  const audio = changed.slice(changed.indexOf('m=audio'), changed.indexOf('m=video'))
  assert.match(audio, /^a=ptime:60\r\n/m)
  assert.match(audio, /^a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n/m)
  assert.match(audio, /^a=fmtp:63 111\/111\r\n/m)
})

test('head and picture stay as they are', () => {
  const changed = withVoice(HEAD + lines(...AUDIO) + VIDEO, 20)
  assert.ok(changed.startsWith(HEAD))
  assert.ok(changed.endsWith(VIDEO))
})

test('to change it twice is to change it once', () => {
  const once = withVoice(HEAD + lines(...AUDIO) + VIDEO, 20)
  assert.equal(withVoice(withVoice(HEAD + lines(...AUDIO) + VIDEO, 60), 20), once)
  assert.equal(withVoice(once, 20), once)
})

test('opus without parameters gets them, another codec is left alone', () => {
  const bare = lines('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2')
  assert.match(withVoice(HEAD + bare, 20), /^a=fmtp:111 useinbandfec=1;usedtx=1\r\n/m)
  const other = lines('m=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000')
  assert.equal(withVoice(HEAD + other, 60), HEAD + other)
})
