/** What this page sends, by name, over whichever connection there is at the moment. */
export class SentTracks {
  /** @type {Map<string, {track: MediaStreamTrack, stream: MediaStream}>} */
  #tracks = new Map()

  /**
   * Sends a track, in place of the one that was sent under the same name.
   *
   * @param {RTCPeerConnection} connection - of the moment
   * @param {string} name - such as 'microphone', 'camera', 'screen'
   * @param {MediaStreamTrack} track - what to send
   * @param {MediaStream} stream - keeps sound and picture in step
   */
  async add(connection, name, track, stream) {
    const sender = this.#senderOf(connection, name)
    const idle = sender ? undefined : idleOf(connection, track.kind)
    this.#tracks.set(name, { track, stream })
    if (idle) {
      idle.sender.setStreams(stream)
      idle.direction = 'sendrecv'
    }
    const taken = sender ?? idle?.sender
    if (taken) await taken.replaceTrack(track)
    else connection.addTrack(track, stream)
  }

  /**
   * @param {RTCPeerConnection} connection - of the moment
   * @param {string} name - of the track that is no longer sent
   */
  remove(connection, name) {
    const sender = this.#senderOf(connection, name)
    this.#tracks.delete(name)
    if (sender) connection.removeTrack(sender)
  }

  /** @param {RTCPeerConnection} connection - a new one, which is to send the same */
  moveTo(connection) {
    for (const { track, stream } of this.#tracks.values()) connection.addTrack(track, stream)
  }

  /**
   * @param {RTCPeerConnection} connection - of the moment
   * @param {string} name - of a track
   */
  #senderOf(connection, name) {
    const track = this.#tracks.get(name)?.track
    return connection.getSenders().find((sender) => track && sender.track === track)
  }
}

/**
 * Finds a part of the description that sends nothing: a new one for each time would outgrow the longest message.
 *
 * @param {RTCPeerConnection} connection - of the moment
 * @param {string} kind - of the track to be sent
 */
function idleOf(connection, kind) {
  return connection
    .getTransceivers()
    .find(
      ({ mid, currentDirection, sender, receiver }) =>
        mid !== null &&
        currentDirection !== 'stopped' &&
        !sender.track &&
        receiver.track.kind === kind
    )
}
