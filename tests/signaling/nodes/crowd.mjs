// The people of many rooms, each with the client's own module and a socket. A browser would slow down sockets of one page that fail together.
// Every line on standard input is a question, answered by one line of JSON.
import { createInterface } from 'node:readline'
import { SignalingConnection } from '../../../web_client/js/call/signaling.js'

const [origin, ...rooms] = process.argv.slice(2)
const Direct = globalThis.WebSocket
globalThis.WebSocket = class extends Direct {
  constructor(url) {
    super(url, { headers: { origin } })
    // What every browser does, and Node 20 forgets when nobody listens at the other end.
    this.addEventListener('error', () => this.dispatchEvent(Object.assign(new Event('close'), { code: 1006 })))
  }
}
globalThis.addEventListener ??= () => {}
globalThis.removeEventListener ??= () => {}

function person(room, who) {
  const signaling = new SignalingConnection(async () => {
    const answer = await fetch(`${origin}/pass?room=${room}&who=${who}`)
    if (!answer.ok) throw new Error('no_pass')
    return answer.json()
  })
  const one = { room, signaling, open: false, away: 0, drops: 0, others: new Set(), closed: null }
  let since = performance.now()
  const on = (type, take) => signaling.addEventListener(type, ({ detail }) => take(detail))
  on('state', (state) => {
    if (one.open && state !== 'open') {
      one.drops += 1
      one.others.clear()
      since = performance.now()
    }
    one.open = state === 'open'
    if (one.open) one.away = performance.now() - since
  })
  on('welcome', ({ peers }) => peers.forEach((peer) => one.others.add(peer.id)))
  on('peer_joined', ({ peer }) => one.others.add(peer.id))
  on('closed', ({ code }) => { one.closed = code })
  signaling.connect()
  return one
}

const crowd = rooms.flatMap((room) => [person(room, 'binh'), person(room, 'minh')])
const answers = {
  together: () => crowd.every((one) => one.open && one.others.size === 1),
  seen: () => crowd.map(({ room, away, drops, closed }) => ({ room, away, drops, closed })),
  leave: () => crowd.forEach((one) => one.signaling.leave()) ?? null
}
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answers[line]()))
}
process.exit()
