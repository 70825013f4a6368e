/** What is longer travels deflated: a third of the time on a weak line. */
export const DEFLATE_OVER = 1024
const MOST = 64 * 1024

/** Whether this browser can; where it cannot, text does. */
export const canDeflate = (() => {
  try {
    new CompressionStream('deflate-raw')
    new DecompressionStream('deflate-raw')
    return true
  } catch {
    return false
  }
})()

/**
 * @param {string} text - one message
 * @returns {Promise<ArrayBuffer>} raw deflate of it
 */
export function deflate(text) {
  const compressed = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return new Response(compressed).arrayBuffer()
}

/**
 * @param {ArrayBuffer} buffer - raw deflate of one message
 * @returns {Promise<string>} the message; rejects what does not inflate, or to more than a message may be
 */
export async function inflate(buffer) {
  const inflated = new Blob([buffer]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const reader = inflated.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    length += value.length
    if (length > MOST) {
      void reader.cancel()
      throw new RangeError('too_big')
    }
    text += decoder.decode(value, { stream: true })
  }
}
