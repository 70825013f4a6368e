/** What is changed in a description: how sound is packed, how far the line is probed, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FIRST_TERMS, followed, soundAlike } from '../../web_client/js/call/sdp.js'

const lines = (...all) => all.map((line) => `${line}\r\n`).join('')
const HEAD = lines('v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=fingerprint:sha-256 AA')
const AUDIO = lines(
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111'
)
const VIDEO = lines(
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=rtpmap:96 VP8/90000'
)
const DATA = lines('m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=sctp-port:5000')
const WHOLE = HEAD + AUDIO + VIDEO + DATA

const terms = (packet, more) => ({ ...FIRST_TERMS, packet, ...more })
const section = (sdp, kind) => sdp.split(/(?=^m=)/m).find((one) => one.startsWith(`m=${kind}`))

test('packets get the length that is asked for, speech its band, and silence is not sent', () => {
  const audio = section(followed(WHOLE, terms(40)), 'audio')
  assert.match(audio, /^a=ptime:40\r\n/m)
  const [, parameters] = /^a=fmtp:111 (.*)\r\n/m.exec(audio)
  assert.deepEqual(parameters.split(';'), [
    'minptime=10',
    'useinbandfec=1',
    'maxplaybackrate=16000',
    'maxaveragebitrate=24000',
    'usedtx=1'
  ])
  assert.match(audio, /^a=fmtp:63 111\/111\r\n/m)
})

test('heart and lungs go with more bits, in two channels, without pauses and without repairs meant for speech', () => {
  const heart = terms(20, { auscultation: true })
  const [, parameters] = /^a=fmtp:111 (.*)\r\n/m.exec(followed(WHOLE, heart))
  assert.deepEqual(parameters.split(';'), [
    'minptime=10',
    'useinbandfec=0',
    'maxplaybackrate=16000',
    'maxaveragebitrate=48000',
    'stereo=1'
  ])
  assert.equal(followed(followed(WHOLE, heart), heart), followed(WHOLE, heart))
  assert.equal(followed(followed(WHOLE, heart), terms(20)), followed(WHOLE, terms(20)))
})

test('what the other side says of its own sending stays', () => {
  const theirs = WHOLE.replace('minptime=10', 'minptime=10; sprop-stereo=1;stereo=1')
  const [, parameters] = /^a=fmtp:111 (.*)\r\n/m.exec(followed(theirs, terms(20)))
  assert.deepEqual(parameters.split(';').slice(0, 3), ['minptime=10', 'sprop-stereo=1', 'useinbandfec=1'])
})

test('only what is done to the sound is talked over', () => {
  const table = [
    [{}, true],
    [{ estimate: 600 }, true],
    [{ packet: 40 }, false],
    [{ redundant: true }, false],
    [{ again: true }, false],
    [{ auscultation: true }, false]
  ]
  for (const [more, alike] of table) assert.equal(soundAlike(terms(20), terms(20, more)), alike)
})

test('the sound is not counted for the estimate, so nothing is probed while no picture is sent', () => {
  const counted =
    'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n'
  const changed = followed(HEAD + AUDIO + counted + VIDEO + counted, terms(20))
  assert.ok(!section(changed, 'audio').includes('transport-wide-cc'))
  assert.ok(section(changed, 'video').includes(counted))
})

test('the line is probed gently when a picture begins', () => {
  const video = section(followed(WHOLE, terms(20)), 'video')
  assert.match(video, /^a=fmtp:96 x-google-start-bitrate=60\r\n/m)
})

test('each packet repeats the one before when the sound of both stands first', () => {
  const [twice, once] = [true, false].map((redundant) =>
    section(followed(WHOLE, terms(20, { redundant })), 'audio').split('\r\n')
  )
  assert.equal(twice[0], 'm=audio 9 UDP/TLS/RTP/SAVPF 63 111')
  assert.equal(once[0], 'm=audio 9 UDP/TLS/RTP/SAVPF 111 63')
  const back = followed(followed(WHOLE, terms(20, { redundant: true })), terms(20))
  assert.equal(back, followed(WHOLE, terms(20)))
  const without = lines('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2')
  assert.match(followed(HEAD + without, terms(20, { redundant: true })), /SAVPF 111\r/)
})

test('long packets that are sent twice are short of bits: the encoder repairs nothing itself', () => {
  const repairs = (packet, redundant) =>
    /useinbandfec=1/.test(followed(WHOLE, terms(packet, { redundant })))
  assert.deepEqual(
    [repairs(20, false), repairs(20, true), repairs(40, false), repairs(40, true)],
    [true, true, true, false]
  )
})

test('a lost packet is asked for once more where that is agreed', () => {
  const asks = followed(WHOLE, terms(20, { again: true }))
  assert.match(section(asks, 'audio'), /^a=rtcp-fb:111 nack\r\n/m)
  assert.equal(followed(asks, terms(20, { again: true })), asks)
  assert.equal(followed(asks, terms(20)), followed(WHOLE, terms(20)))
})

test('head and files stay as they are', () => {
  const changed = followed(WHOLE, terms(20))
  assert.ok(changed.startsWith(HEAD))
  assert.ok(changed.endsWith(DATA))
})

test('to change it twice is to change it once', () => {
  const once = followed(WHOLE, terms(20))
  assert.equal(followed(followed(WHOLE, terms(40)), terms(20)), once)
  assert.equal(followed(once, terms(20)), once)
})

test('opus without parameters gets them, another codec is left alone', () => {
  const bare = lines('m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2')
  assert.match(followed(HEAD + bare, terms(20)), /^a=fmtp:111 useinbandfec=1;max/m)
  const other = lines('m=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000')
  assert.equal(followed(HEAD + other, terms(20)), HEAD + other)
})
