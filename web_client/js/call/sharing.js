/** Pictures and files of a call: stills while the picture rests, photos and files that are kept with the case. */

/** @import { CallView } from './call-view.js' */
/** @import { CallRoom, Level } from './room.js' */
/** @import { Announcement } from './transfer.js' */
import { UploadRow } from '../components/upload-row.js'
import { keep } from './server.js'
import { photograph, still } from './stills.js'

const LOOK_EVERY_MS = 1000
const STILL_PAUSE_MS = 4000

/** What two pages of a call show each other beside the running picture. */
export class Sharing {
  #view
  #address
  #keeps
  #guest
  /** @type {CallRoom | null} */
  #room = null
  /** @type {Map<string, Level>} */
  #levels = new Map()
  #lastStill = 0
  /** @type {Map<number, {row: UploadRow, blob: Blob | null}>} */
  #files = new Map()
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer

  /**
   * @param {CallView} view - of the page
   * @param {{address: string, keeps: boolean, guest: boolean}} documents - of the case; the side with the better line keeps what comes and what goes, a guest nothing
   */
  constructor(view, { address, keeps, guest }) {
    this.#view = view
    this.#address = address
    this.#keeps = keeps
    this.#guest = guest
    const input = /** @type {HTMLInputElement} */ (view.part('file'))
    input.addEventListener('change', () => {
      for (const file of input.files ?? []) void this.#send(file, file.name, 'file')
      input.value = ''
    })
  }

  /** @param {CallRoom} room - just entered */
  follow(room) {
    this.#room = room
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      room.beside.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
    on('open', ({ peer }) => this.#tellLevel(peer))
    on('said', ({ peer, message }) => this.#told(peer, message))
    on('progress', (progress) => this.#progress(progress))
    on('delivered', ({ announcement }) => this.#delivered(announcement))
    on('received', (file) => this.#received(file))
    room.addEventListener('sent', (event) => {
      const { peer, ...level } = /** @type {CustomEvent} */ (event).detail
      this.#climbed(peer, level)
    })
    room.addEventListener('gone', (event) =>
      this.#levels.delete(/** @type {CustomEvent} */ (event).detail.peer)
    )
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS)
  }

  /** Keeps by itself what the other side has not said to have kept. */
  end() {
    clearInterval(this.#timer)
    for (const [number, { blob }] of this.#files) if (blob) void this.#keep(number, blob)
    this.#room = null
    this.#levels.clear()
  }

  /** Takes a photo here, or asks the other side for one: the station, or whom it talks with where it has no camera itself. */
  async photo() {
    const room = this.#room
    const asks = this.#keeps || this.#guest
    const track = asks ? null : room?.picture
    if (track) return this.#takePhoto(track)
    room?.beside.say({ type: 'photo-please' }, room.idOf(asks ? 'station' : 'specialist'))
  }

  /** Lets the person choose files. */
  chooseFiles() {
    this.#view.part('file').click()
  }

  /** @param {MediaStreamTrack} track - of the camera */
  async #takePhoto(track) {
    const taken = this.#view.text('photo-name')
    await this.#send(
      await photograph(track),
      `${taken} ${new Date().toLocaleTimeString('vi')}.jpg`,
      'photo'
    )
  }

  /**
   * @param {Blob} blob - a picture or a file
   * @param {string} name - of it
   * @param {'photo' | 'file'} purpose - what it is for
   */
  async #send(blob, name, purpose) {
    const room = this.#room
    if (!room) return
    const number = await room.beside.send(blob, { name, purpose })
    this.#files.set(number, { row: this.#row(name), blob })
    if (this.#keeps) await this.#keep(number, blob)
  }

  /**
   * @param {string} name - of a file
   * @returns {UploadRow} shown in the list
   */
  #row(name) {
    const row = new UploadRow(name)
    this.#view.part('files').append(row.element)
    row.progress(0)
    return row
  }

  /**
   * @param {string} peer - id of somebody
   * @param {Level} level - of the ladder to them
   */
  #climbed(peer, level) {
    const former = this.#levels.get(peer)
    this.#levels.set(peer, level)
    const keeps = (/** @type {keyof Level} */ name) => former?.[name] === level[name]
    if (!keeps('rung') || !keeps('reason') || !keeps('plain')) this.#tellLevel(peer)
  }

  /** @param {string} peer - id of somebody, who learns what is sent to them */
  #tellLevel(peer) {
    const level = this.#levels.get(peer)
    if (level) this.#room?.beside.say({ type: 'level', ...level }, peer)
  }

  /**
   * @param {string} peer - id of somebody
   * @param {any} message - of theirs
   */
  #told(peer, message) {
    if (message.type === 'level') {
      this.#view.people.tell(peer, {
        resting: message.rung === 'voice' && message.reason === 'line',
        plain: message.plain === true
      })
      if (message.rung !== 'voice') this.#view.people.still(peer, null)
    } else if (message.type === 'kept') this.#kept(message.number)
    else if (message.type === 'photo-please') void this.#photoPlease()
  }

  async #photoPlease() {
    const track = this.#room?.picture
    if (!track) return
    this.#view.say('photo-asked')
    await this.#takePhoto(track)
    this.#view.say('')
  }

  async #look() {
    const picture = this.#room?.picture
    const to = this.#resting
    if (!picture || !to.length || Date.now() - this.#lastStill < STILL_PAUSE_MS) return
    this.#lastStill = Date.now()
    const about = { name: 'still', purpose: /** @type {const} */ ('still'), to }
    await this.#room?.beside.send(await still(picture), about)
  }

  /** Whose picture pauses for the sake of the voice, as long as nothing else is on its way. */
  get #resting() {
    const beside = this.#room?.beside
    if (!beside?.isOpen || beside.isBusy) return []
    const resting = [...this.#levels].filter(
      ([, { rung, reason }]) => rung === 'voice' && reason === 'line'
    )
    return resting.map(([peer]) => peer)
  }

  /** @param {{announcement: Announcement, done: number}} progress - of a file, either way */
  #progress({ announcement, done }) {
    const { number, name, size, purpose } = announcement
    if (purpose === 'still') return
    const file = this.#files.get(number) ?? { row: this.#row(name), blob: null }
    this.#files.set(number, file)
    file.row.progress(done / size)
  }

  /** @param {Announcement} announcement - of a file that the other side has whole */
  #delivered({ number, purpose }) {
    this.#lastStill = Date.now()
    if (purpose !== 'still') this.#files.get(number)?.row.done(this.#view.text('file-there'))
  }

  /** @param {{peer: string, announcement: Announcement, blob: Blob}} file - that has come */
  #received({ peer, announcement: { number, purpose }, blob }) {
    if (purpose === 'still') this.#view.people.still(peer, blob)
    else if (this.#keeps) void this.#keep(number, blob)
    else this.#files.get(number)?.row.done(this.#view.text('file-here'))
  }

  /**
   * @param {number} number - of a file
   * @param {Blob} blob - its content
   */
  async #keep(number, blob) {
    const file = this.#files.get(number)
    if (!file) return
    try {
      await keep(this.#address, blob, { name: file.row.name, key: `call-file-${number}` })
      this.#kept(number)
      this.#room?.beside.say({ type: 'kept', number })
    } catch {
      file.row.failed(this.#view.text('file-not-kept'))
      file.row.offerRetry(this.#view.text('file-retry'), () => void this.#keep(number, blob))
    }
  }

  /** @param {number} number - of a file that is kept with the case */
  #kept(number) {
    const file = this.#files.get(number)
    file?.row.done(this.#view.text('file-kept'))
    if (file) file.blob = null
  }
}
