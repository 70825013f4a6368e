/** The meeting page: joins what the server knows of a call with what this browser does. */
import { onServerEvent } from '../components/events.js'
import { meaningOf } from './call-news.js'
import { CallView } from './call-view.js'
import { startInviting } from './inviting.js'
import { OwnMedia } from './own-media.js'
import { watchPeople } from './people-watch.js'
import { CallRoom } from './room.js'
import { SampleLog } from './samples.js'
import { command, pass, Refused } from './server.js'
import { Sharing } from './sharing.js'
import { whyOver } from './why-over.js'

/** One meeting on one page. */
class CallPage {
  #view
  #meeting
  /** Asked into a call that others have rung: goes in only after the own yes. */
  #guest
  #attempt = ''
  #outgoing = false
  #accepting = false
  #ringing = Promise.resolve()
  /** @type {CallRoom | null} */
  #room = null
  /** @type {SampleLog | null} */
  #samples = null
  #own
  #sharing

  /** @param {HTMLElement} root - the element with data-module="call" */
  constructor(root) {
    this.#view = new CallView(root)
    this.#own = new OwnMedia(this.#view)
    this.#guest = 'guest' in root.dataset
    this.#sharing = new Sharing(this.#view, {
      address: root.dataset.documents ?? '',
      keeps: 'keeps' in root.dataset,
      guest: this.#guest
    })
    this.#meeting = root.dataset.meeting ?? ''
    this.#attempt = root.dataset.attempt ?? ''
    this.#outgoing = root.dataset.side === 'caller'
    root.addEventListener('click', (event) => this.#clicked(event))
    onServerEvent((event) => void this.#ringing.then(() => this.#heard(event)))
    globalThis.addEventListener('pagehide', () => this.#own.stop())
    globalThis.addEventListener('pagehide', () => this.#samples?.hurry())
    startInviting(this.#meeting)
    void this.#begin(root.dataset.attemptState ?? '', 'answer' in root.dataset)
  }

  /**
   * @param {string} status - of the call that runs already, '' when none does
   * @param {boolean} answer - whether the person has said yes on another page
   */
  async #begin(status, answer) {
    this.#view.showState('idle')
    await this.#own.open(true)
    if (status === 'accepted') this.#enter('joining')
    else if (status === 'outside') this.#view.showState('outside')
    else if (status === 'ringing' && this.#outgoing) this.#enter('ringing-out')
    else if (status === 'ringing' && answer) await this.#run(() => this.#accept())
    else if (status === 'ringing') this.#enter('ringing-in')
  }

  /** @param {MouseEvent} event - on a button, perhaps */
  #clicked(event) {
    if (!(event.target instanceof Element)) return
    const button = event.target.closest('[data-action]')
    if (!(button instanceof HTMLElement)) return
    /** @type {Record<string, () => Promise<void>>} */
    const actions = {
      'call-video': () => this.#call('video'),
      'call-audio': () => this.#call('audio'),
      accept: () => this.#accept(),
      rejoin: async () => this.#enter('joining'),
      decline: async () => {
        await command(`/calls/${this.#attempt}/decline`)
        this.#ended('declined')
      },
      'hang-up': () => this.#hangUp(),
      ...this.#own.actions,
      photo: () => this.#sharing.photo(),
      'choose-file': async () => this.#sharing.chooseFiles()
    }
    const action = actions[button.dataset.action ?? '']
    if (action) void this.#run(action)
  }

  /** @param {() => Promise<void>} action - its refusal is shown, not thrown */
  async #run(action) {
    try {
      await action()
    } catch (error) {
      const sentence = error instanceof Refused ? error.message : this.#view.text('line-lost')
      this.#view.showTrouble([sentence])
      if (!this.#room) this.#view.showState('idle')
    }
  }

  /** @param {import('./call-news.js').News} event - of the server */
  #heard(event) {
    const meaning = meaningOf(event, {
      meeting: this.#meeting,
      attempt: this.#attempt,
      guest: this.#guest,
      outgoing: this.#outgoing,
      inside: Boolean(this.#room),
      accepting: this.#accepting,
      state: this.#view.state
    })
    if (meaning) this.#meanings[meaning](event)
  }

  /** @type {Record<Exclude<import('./call-news.js').Meaning, ''>, (event: import('./call-news.js').News) => void>} */
  #meanings = {
    rings: (event) => this.#rings(event),
    reached: () => this.#view.say('reached'),
    answered: () => void this.#room?.release(),
    elsewhere: () => {
      this.#leave()
      this.#view.say('answered-elsewhere')
    },
    outside: ({ attempt }) => this.#stayOutside(attempt),
    withdrawn: ({ reason }) => this.#withdrawn(reason ?? ''),
    ended: ({ reason }) => this.#ended(reason ?? '')
  }

  /** @param {import('./call-news.js').News} event - of the call that begins to ring here, perhaps for a guest */
  #rings({ attempt = '', guest }) {
    if (guest) this.#guest = true
    this.#attempt = attempt
    this.#outgoing = false
    this.#enter('ringing-in')
  }

  /** @param {string} reason - why an invitation into this meeting is over */
  #withdrawn(reason) {
    if (this.#guest) {
      this.#leave()
      this.#view.say('guest-withdrawn')
    } else this.#view.showTrouble([this.#view.text(`guest-${reason}`)].filter(Boolean))
  }

  /** @param {string} [attempt] - id of a call that runs without this page */
  #stayOutside(attempt = this.#attempt) {
    this.#leave()
    this.#attempt = attempt
    this.#view.showState('outside')
  }

  /** @param {'video' | 'audio'} channel - how to call */
  async #call(channel) {
    await this.#own.open(channel === 'video')
    const ringing = command(`/consultations/${this.#meeting}/calls`, { channel })
    // On a slow line what comes of a call is told before its id is.
    this.#ringing = ringing.catch(() => {})
    const attempt = await ringing
    this.#attempt = attempt.id
    this.#outgoing = true
    if (attempt.end_reason) this.#ended(attempt.end_reason)
    else this.#enter('ringing-out')
  }

  async #accept() {
    this.#accepting = true
    this.#view.showState('joining')
    await this.#room?.answer()
    try {
      await command(`/calls/${this.#attempt}/accept`)
      if (!this.#room) this.#enter('joining')
    } catch (error) {
      this.#leave()
      throw error
    } finally {
      this.#accepting = false
    }
  }

  async #hangUp() {
    const reason = whyOver(this.#view.state, this.#own.device)
    const attempt = this.#attempt
    const goesOn = this.#guest || (this.#room?.size ?? 0) > 1
    this.#room?.leave()
    await command(`/calls/${attempt}/hang-up`, { reason })
    if (!goesOn) this.#ended(reason)
    // Its end may have been told meanwhile.
    else if (this.#attempt === attempt) this.#stayOutside()
  }

  /** @param {'ringing-out' | 'ringing-in' | 'joining'} state - what to show until the other side is there; while it rings nothing is sent */
  #enter(state) {
    if (!this.#own.stream) return
    this.#view.showTrouble([])
    this.#view.showState(state)
    if (this.#guest && state === 'ringing-in') return
    const room = new CallRoom((signal) => pass(this.#attempt, signal), this.#own.stream, {
      held: state !== 'joining'
    })
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      room.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('state', (detail) => this.#roomIs(detail))
    on('closed', ({ code }) => {
      if (code === 'left') return
      this.#leave()
      this.#view.say(code)
    })
    this.#room = room
    watchPeople(room, this.#view, { call: this.#attempt, guest: this.#guest })
    const samples = `/calls/${this.#attempt}/samples`
    this.#samples = new SampleLog(room, (body) => command(samples, body, { keepalive: true }))
    this.#own.follow(room)
    this.#sharing.follow(room)
    room.enter()
  }

  /** @param {'alone' | 'connecting' | 'talking' | 'reconnecting'} state - of the room */
  #roomIs(state) {
    if (state === 'talking') {
      this.#view.showState('talking')
      this.#own.announce()
    } else if (state === 'reconnecting') this.#view.showState('reconnecting')
    else if (state === 'connecting') this.#view.showState('joining')
  }

  /** @param {string} reason - why the call is over */
  #ended(reason) {
    this.#leave()
    this.#attempt = ''
    this.#view.say(`ended-${reason}`)
  }

  #leave() {
    this.#samples?.end()
    this.#sharing.end()
    this.#own.follow(null)
    this.#room?.leave()
    this.#room = null
    this.#view.people.clear()
    this.#view.showLevel(null)
    this.#view.showState('idle')
  }
}

for (const root of document.querySelectorAll('[data-module="call"]')) {
  if (root instanceof HTMLElement) new CallPage(root)
}
