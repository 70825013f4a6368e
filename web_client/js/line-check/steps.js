import { command, Refused } from '../call/server.js'
import { EchoCall } from './echo-call.js'
import { enterAlone, reachesOne, waysOf } from './reach.js'

/** @import { Carried, MadeVoice } from './echo-call.js' */
/** @import { Way } from './reach.js' */

/**
 * What a check has found of the line itself, as the server keeps it.
 *
 * @typedef {{signaling: boolean, reached: boolean} & Partial<Carried> & Partial<Record<Way, boolean>>} LineFound
 * @typedef {'signaling' | 'clock' | Way | 'call'} LineStep
 * @typedef {(step: LineStep, state: 'running' | 'good' | 'bad' | 'skipped', why?: string) => void} Tell
 */

/** @type {Way[]} */
const WAYS = ['relay_udp', 'relay_tcp', 'relay_tls']
const MOST_CLOCK_MS = 120_000
/** Of the server: refusals that say when to come back rather than what is wrong. */
const BUSY = 'line_check_busy'

/**
 * Checks the line without any device: signaling, the clock, each relay, and a call with the echo.
 *
 * @param {{scheduled: boolean, voice: MadeVoice, tell?: Tell, signal?: AbortSignal}} how - it is done; aborted, it throws
 * @returns {Promise<LineFound>} what was found; throws Refused when the server says not now
 */
export async function checkLine({ scheduled, voice, tell = () => {}, signal }) {
  tell('signaling', 'running')
  const begun = await command('/line-checks/begin', { scheduled })
  const servers = begun.url ? await enterAlone(begun) : null
  tell('signaling', servers ? 'good' : 'bad', 'signaling-unreached')
  tellClock(begun.now, tell)
  /** @type {LineFound} */
  const found = { signaling: Boolean(servers), reached: false }
  if (servers) await tryRelays(servers, found, tell)
  Object.assign(found, await tryCall(new EchoCall(voice.track, servers ?? []), tell, signal))
  signal?.throwIfAborted()
  return found
}

/**
 * @param {string} now - by the server
 * @param {Tell} tell - the page
 */
function tellClock(now, tell) {
  const off = Math.abs(Date.now() - Date.parse(now))
  tell('clock', off > MOST_CLOCK_MS ? 'bad' : 'good', 'clock-wrong')
}

/**
 * @param {RTCIceServer[]} servers - as a call would be lent
 * @param {LineFound} found - what is added to
 * @param {Tell} tell - the page
 */
async function tryRelays(servers, found, tell) {
  const ways = waysOf(servers)
  for (const way of WAYS) {
    const ones = ways.get(way)
    if (!ones) {
      tell(way, 'skipped', 'relay-none')
      continue
    }
    tell(way, 'running')
    found[way] = await reachesOne(ones)
    tell(way, found[way] ? 'good' : 'bad', way.replace('_', '-'))
  }
}

/**
 * @param {EchoCall} call - that is made
 * @param {Tell} tell - the page
 * @param {AbortSignal} [signal] - ends it at once
 * @returns {Promise<{reached: boolean} & Partial<Carried>>} what the line carried
 */
async function tryCall(call, tell, signal) {
  tell('call', 'running')
  signal?.addEventListener('abort', () => call.close())
  try {
    signal?.throwIfAborted()
    const reached = await call.connect()
    if (!reached) {
      tell('call', 'bad', 'call-blocked')
      return { reached }
    }
    const carried = await call.measure()
    tell('call', 'good')
    return { reached, ...carried }
  } catch (error) {
    const busy = error instanceof Refused && error.code === BUSY
    tell('call', 'bad', busy ? 'call-busy' : 'call-failed')
    if (busy) throw error
    return { reached: false }
  } finally {
    call.close()
  }
}
