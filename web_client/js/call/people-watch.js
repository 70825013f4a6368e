/** @import { CallView } from './call-view.js' */
/** @import { CallRoom } from './room.js' */
import { ask } from './server.js'

/**
 * Keeps what is shown of a call in step with its room.
 *
 * @param {CallRoom} room - just entered
 * @param {CallView} view - of the page
 * @param {{call: string, guest: boolean}} about - the id of the call; a guest does not know from the page whom they meet
 */
export function watchPeople(room, view, { call, guest }) {
  const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
    room.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
  const { people } = view
  const name = async () => {
    // Two who have rung each other know who they are; a weak line need not carry it.
    if (!people.hasStrangers || (room.size < 2 && !guest)) return
    try {
      const found = (await ask(`/calls/${call}/people`)).people
      people.name(new Map(found.map((/** @type {any} */ one) => [one.participant, one.name])))
    } catch {
      // The cards do without; the next who comes in asks again.
    }
  }
  on('met', ({ peer }) => {
    people.meet(peer)
    void name()
  })
  on('gone', ({ peer }) => people.leave(peer))
  on('remote', ({ peer, stream }) => void people.play(peer, stream))
  on('person', ({ peer, state }) => people.tell(peer, { state }))
  on('media', ({ peer, microphone, camera, screen, auscultation }) =>
    people.tell(peer, { microphone, picture: camera || screen, auscultation })
  )
  on('sample', (sample) => view.showQuality(sample))
  on('level', (level) => view.showLevel(level))
}
