/** Talks to the pages' server about calls: JSON in, JSON out, each command once. */

const TRIES = 3
const PAUSE_MS = 700

/** A refusal of the server, with its stable code and its sentence. */
export class Refused extends Error {
  /**
   * @param {string} code - stable
   * @param {string} sentence - for people
   */
  constructor(code, sentence) {
    super(sentence)
    this.code = code
  }
}

/**
 * Sends one command; on a bad line it is repeated under the same key, so it is done once.
 *
 * @param {string} path - below /api/v1
 * @param {object} [body] - what to say
 * @param {RequestInit} [how] - it is sent, where that matters
 * @returns {Promise<any>} the answer; throws Refused, or TypeError when the line stays down
 */
export async function command(path, body = {}, how = {}) {
  const key = crypto.randomUUID()
  for (let left = TRIES; ; left -= 1) {
    try {
      return await send(path, { key, body, how })
    } catch (error) {
      if (left <= 1 || isFinal(error, how)) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

/**
 * @param {unknown} error - of a command
 * @param {RequestInit} how - it was sent
 */
function isFinal(error, { signal }) {
  return error instanceof Refused || Boolean(signal?.aborted)
}

/**
 * @param {string} call - id
 * @param {AbortSignal} signal - ends the patience
 * @returns {Promise<{url: string, ticket: string} | null>} a pass into its room; null when it is over
 */
export async function pass(call, signal) {
  try {
    return await command(`/calls/${call}/pass`, {}, { signal })
  } catch (error) {
    if (error instanceof Refused && error.code !== 'signaling_unavailable') return null
    throw error
  }
}

/**
 * @param {string} path - below /api/v1
 * @returns {Promise<any>} what is there; throws Refused, or TypeError when the line is down
 */
export async function ask(path) {
  return await answered(path, { method: 'GET' })
}

/**
 * @param {string} path - below /api/v1
 * @param {{key: string, body: object, how: RequestInit}} said - of this command
 */
async function send(path, { key, body, how }) {
  return await answered(path, {
    ...how,
    headers: { 'Content-Type': 'application/json', ...headers(key) },
    body: JSON.stringify(body)
  })
}

/**
 * Keeps a file with a case.
 *
 * @param {string} path - of the case's documents, below /api/v1
 * @param {Blob} blob - its content
 * @param {{name: string, key: string}} about - its name, and the key under which it is kept once
 */
export async function keep(path, blob, { name, key }) {
  const body = new FormData()
  body.append('file', blob, name)
  await answered(path, { headers: headers(key), body })
}

/** @param {string} key - of a command */
function headers(key) {
  const token = document.querySelector('input[name="csrf_token"]')
  return {
    'Idempotency-Key': key,
    'X-CSRF-Token': token instanceof HTMLInputElement ? token.value : ''
  }
}

/**
 * @param {string} path - below /api/v1
 * @param {RequestInit} request - what to say
 * @returns {Promise<any>} the answer; throws Refused, or TypeError when the line is down
 */
async function answered(path, request) {
  const answer = await fetch(`/api/v1${path}`, { method: 'POST', ...request })
  if (answer.status === 204) return null
  const said = await answer.json()
  if (!answer.ok) throw new Refused(said.code ?? 'failed', said.detail ?? '')
  return said
}
