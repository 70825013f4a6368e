/** The meeting page: joins what the server knows of a call with what this browser does. */
import { onServerEvent } from '../components/events.js'
import { CallView } from './call-view.js'
import { OwnMedia } from './own-media.js'
import { CallRoom } from './room.js'
import { SampleLog } from './samples.js'
import { command, Refused } from './server.js'
import { Sharing } from './sharing.js'

/** One meeting on one page. */
class CallPage {
  #view
  #meeting
  #attempt = ''
  #outgoing = false
  /** Our own answer is under way: the event about it may overtake the response. */
  #accepting = false
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
    this.#sharing = new Sharing(this.#view, {
      address: root.dataset.documents ?? '',
      keeps: 'keeps' in root.dataset
    })
    this.#meeting = root.dataset.meeting ?? ''
    this.#attempt = root.dataset.attempt ?? ''
    this.#outgoing = root.dataset.side === 'caller'
    root.addEventListener('click', (event) => this.#clicked(event))
    onServerEvent((event) => this.#heard(event))
    globalThis.addEventListener('pagehide', () => this.#own.stop())
    globalThis.addEventListener('pagehide', () => this.#samples?.hurry())
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
      decline: () => this.#decline(),
      'hang-up': () => this.#hangUp(),
      microphone: () => this.#own.toggle('microphone'),
      camera: () => this.#own.toggle('camera'),
      screen: () => this.#own.toggleScreen(),
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

  /** @param {import('../components/events.js').ServerEvent & {attempt?: string, reason?: string}} event */
  #heard(event) {
    if (event.subject !== this.#meeting) return
    if (event.kind === 'call.ringing') this.#rings(event.attempt ?? '')
    else if (event.attempt === this.#attempt) this.#moved(event.kind, event.reason ?? '')
  }

  /** @param {string} attempt - id of the call that begins to ring here */
  #rings(attempt) {
    if (this.#room) return
    this.#attempt = attempt
    this.#outgoing = false
    this.#enter('ringing-in')
  }

  /**
   * @param {string} kind - what happened to this call
   * @param {string} reason - why it ended, if it did
   */
  #moved(kind, reason) {
    if (kind === 'call.ended') this.#ended(reason)
    else if (kind === 'call.reached') this.#reached()
    else if (kind === 'call.accepted') this.#accepted()
  }

  /** Somebody has answered: the other side, this page, or a colleague. */
  #accepted() {
    if (this.#outgoing) void this.#room?.release()
    else if (!this.#accepting && this.#view.state === 'ringing-in') {
      this.#leave()
      this.#view.say('answered-elsewhere')
    }
  }

  /** @param {'video' | 'audio'} channel - how to call */
  async #call(channel) {
    await this.#own.open(channel === 'video')
    const attempt = await command(`/consultations/${this.#meeting}/calls`, { channel })
    this.#attempt = attempt.id
    this.#outgoing = true
    if (attempt.end_reason) this.#ended(attempt.end_reason)
    else this.#enter('ringing-out')
  }

  /** A device of the other side rings. */
  #reached() {
    if (this.#view.state === 'ringing-out') this.#view.say('reached')
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

  async #decline() {
    await command(`/calls/${this.#attempt}/decline`)
    this.#ended('declined')
  }

  async #hangUp() {
    const reason = this.#whyOver()
    this.#room?.leave()
    await command(`/calls/${this.#attempt}/hang-up`, { reason })
    this.#ended(reason)
  }

  /** @returns {string} why this side ends the call, of what this page can know */
  #whyOver() {
    const { state } = this.#view
    if (state === 'ringing-out') return 'hung_up'
    if (!('RTCPeerConnection' in globalThis)) return 'browser_unsupported'
    if (!this.#own.stream?.getAudioTracks().length) return 'media_refused'
    return state === 'joining' || state === 'reconnecting' ? 'line_lost' : 'hung_up'
  }

  /** @param {'ringing-out' | 'ringing-in' | 'joining'} state - what to show until the other side is there; while it rings nothing is sent */
  #enter(state) {
    if (!this.#own.stream) return
    this.#view.showTrouble([])
    this.#view.showState(state)
    const room = new CallRoom(() => this.#pass(), this.#own.stream, { held: state !== 'joining' })
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      room.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('state', (detail) => this.#roomIs(detail))
    on('remote', ({ stream }) => void this.#view.showRemote(stream))
    on('sample', (sample) => this.#view.showQuality(sample))
    on('level', (level) => this.#view.showLevel(level))
    on('closed', ({ code }) => code !== 'left' && this.#putOut(code))
    this.#room = room
    const samples = `/calls/${this.#attempt}/samples`
    this.#samples = new SampleLog(room, (body) => command(samples, body, { keepalive: true }))
    this.#own.follow(room)
    this.#sharing.follow(room)
    room.enter()
  }

  /** @returns {Promise<{url: string, ticket: string} | null>} null when the call is over */
  async #pass() {
    try {
      return await command(`/calls/${this.#attempt}/pass`)
    } catch (error) {
      if (error instanceof Refused && error.code !== 'signaling_unavailable') return null
      throw error
    }
  }

  /** @param {'alone' | 'connecting' | 'talking' | 'reconnecting'} state - of the room */
  #roomIs(state) {
    if (state === 'talking') {
      this.#view.showState('talking')
      this.#own.announce()
    } else if (state === 'reconnecting') this.#view.showState('reconnecting')
    else if (state === 'connecting') this.#view.showState('joining')
  }

  /** @param {string} code - why the node or the server shut the door */
  #putOut(code) {
    this.#leave()
    this.#view.say(code)
  }

  /** @param {string} reason - why the call is over */
  #ended(reason) {
    this.#leave()
    void this.#view.showRemote(null)
    this.#view.say(`ended-${reason}`)
  }

  #leave() {
    this.#samples?.end()
    this.#sharing.end()
    this.#own.follow(null)
    this.#room?.leave()
    this.#room = null
    this.#view.showLevel(null)
    this.#view.showState('idle')
  }
}

for (const root of document.querySelectorAll('[data-module="call"]')) {
  if (root instanceof HTMLElement) new CallPage(root)
}
