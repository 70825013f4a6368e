import assert from 'node:assert/strict'
import test from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { canDeflate, deflate, inflate } from '../../web_client/js/call/deflate.js'

const buffer = (bytes) => Uint8Array.from(bytes).buffer

test('what is deflated comes back whole', { skip: !canDeflate }, async () => {
  for (const text of ['', 'x'.repeat(1025), 'Trạm xá 𝕱 '.repeat(4000), 'a'.repeat(64 * 1024)]) {
    assert.equal(await inflate(await deflate(text)), text)
  }
})

const BAD = {
  'text in place of it': buffer(Buffer.from('{"type":"ping"}')),
  'a part of it': buffer(deflateRawSync('x'.repeat(5000)).subarray(0, -1)),
  'one byte more than a message may be': buffer(deflateRawSync('x'.repeat(64 * 1024 + 1))),
  'fifty megabytes in fifty kilobytes': buffer(deflateRawSync(Buffer.alloc(50_000_000))),
  'no text': buffer(deflateRawSync(Buffer.from([0xff, 0xfe]))),
}

for (const [what, frame] of Object.entries(BAD)) {
  test(`${what} is refused`, { skip: !canDeflate }, () => assert.rejects(inflate(frame)))
}
