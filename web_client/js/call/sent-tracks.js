import { chooseCodecs, chooseExtensions } from './codecs.js'

/**
 * A place for sound or picture that is negotiated before there is any: what comes later takes it without another negotiation.
 *
 * @typedef {{name: string, kind: 'audio' | 'video', layers?: readonly RTCRtpEncodingParameters[]}} Place - with layers, the same picture goes in several sizes, the least first
 */

/** What this page sends, by name, over whichever connection there is at the moment. */
export class SentTracks {
  #places
  #stream
  #held
  /** @type {Map<string, {track: MediaStreamTrack, stream: MediaStream}>} */
  #tracks = new Map()
  /** @type {Map<string, RTCRtpSender>} */
  #senders = new Map()

  /** @param {{places: Place[], stream: MediaStream, held: boolean}} options - places, the stream that keeps them in step, and whether nothing is sent from them yet */
  constructor({ places, stream, held }) {
    this.#places = places
    this.#stream = stream
    this.#held = held
  }

  /**
   * Sends a track, in place of the one that was sent under the same name.
   *
   * @param {RTCPeerConnection} connection - of the moment
   * @param {string} name - such as 'microphone', 'camera', 'screen'
   * @param {MediaStreamTrack} track - what to send
   * @param {MediaStream} stream - keeps sound and picture in step
   */
  async add(connection, name, track, stream) {
    this.#tracks.set(name, { track, stream })
    const sender = this.#senders.get(name)
    if (!sender) this.#senders.set(name, await this.#seat(connection, track, stream))
    else {
      this.#turn(connection, name, 'sendrecv')
      if (!this.#holds(name)) await sender.replaceTrack(track)
    }
  }

  /**
   * Gives a track a part of the description that has fallen idle: a new one for each time would outgrow the longest message.
   *
   * @param {RTCPeerConnection} connection - of the moment
   * @param {MediaStreamTrack} track - what to send
   * @param {MediaStream} stream - keeps sound and picture in step
   * @returns {Promise<RTCRtpSender>} that sends it
   */
  async #seat(connection, track, stream) {
    const taken = new Set(this.#senders.values())
    const idle = connection
      .getTransceivers()
      .find((one) => isIdle(one, track.kind) && !taken.has(one.sender))
    if (!idle) return connection.addTrack(track, stream)
    idle.sender.setStreams(stream)
    idle.direction = 'sendrecv'
    await idle.sender.replaceTrack(track)
    return idle.sender
  }

  /**
   * @param {RTCPeerConnection} connection - of the moment
   * @param {string} name - of the track that is no longer sent
   */
  async remove(connection, name) {
    const sender = this.#senders.get(name)
    this.#tracks.delete(name)
    if (sender && this.#isPlace(name)) {
      await sender.replaceTrack(null)
      this.#turn(connection, name, 'recvonly')
    } else if (sender) {
      this.#senders.delete(name)
      connection.removeTrack(sender)
    }
  }

  /** @param {RTCPeerConnection} connection - a new one, which is to send the same */
  moveTo(connection) {
    this.#senders.clear()
    for (const place of this.#places) this.#lay(connection, place)
    for (const [name, { track, stream }] of this.#tracks) {
      if (!this.#isPlace(name)) this.#senders.set(name, connection.addTrack(track, stream))
    }
    for (const transceiver of connection.getTransceivers()) {
      chooseCodecs(transceiver)
      chooseExtensions(transceiver)
    }
  }

  /**
   * @param {RTCPeerConnection} connection - a new one
   * @param {Place} place - to be negotiated on it
   */
  #lay(connection, { name, kind, layers }) {
    const track = this.#tracks.get(name)?.track ?? null
    const sender = layers
      ? layered(connection, layers, this.#stream)
      : connection.addTrack(emptyTrack(kind), this.#stream)
    this.#senders.set(name, sender)
    // A connection may be given up as soon as it is built.
    sender.replaceTrack(this.#held ? null : track).catch(() => {})
    if (kind === 'video' && !track) this.#turn(connection, name, 'recvonly')
  }

  /**
   * A picture that rests must not be promised either: Chromium would probe the line for it every few seconds, at the voice's cost. A media server that
   * has heard of layers once loses them where the direction changes.
   *
   * @param {RTCPeerConnection} connection - of the moment
   * @param {string} name - of a place
   * @param {RTCRtpTransceiverDirection} direction - from now on; both sides talk a change over
   */
  #turn(connection, name, direction) {
    const sender = this.#senders.get(name)
    const place = connection.getTransceivers().find((one) => one.sender === sender)
    const isLayered = this.#places.some((one) => one.name === name && one.layers)
    if (place && !isLayered && place.direction !== direction) place.direction = direction
  }

  /** @param {boolean} held - whether nothing is sent from the places from now on; what was negotiated stays */
  async hold(held) {
    this.#held = held
    for (const { name } of this.#places) {
      const track = held ? undefined : this.#tracks.get(name)?.track
      await this.#senders.get(name)?.replaceTrack(track ?? null)
    }
  }

  /** @param {string} name - of a track */
  #isPlace(name) {
    return this.#places.some((place) => place.name === name)
  }

  /** @param {string} name - of a track */
  #holds(name) {
    return this.#held && this.#isPlace(name)
  }
}

/**
 * @param {RTCRtpTransceiver} transceiver - of a connection
 * @param {string} kind - of what is to be sent
 */
function isIdle({ mid, currentDirection, sender, receiver }, kind) {
  return (
    mid !== null && currentDirection !== 'stopped' && !sender.track && receiver.track.kind === kind
  )
}

/**
 * @param {RTCPeerConnection} connection - a new one, of which this side makes the first offer
 * @param {readonly RTCRtpEncodingParameters[]} layers - of the picture
 * @param {MediaStream} stream - keeps sound and picture in step
 * @returns {RTCRtpSender} of the place
 */
function layered(connection, layers, stream) {
  return connection.addTransceiver('video', {
    direction: 'sendonly',
    streams: [stream],
    sendEncodings: layers.map((layer) => ({ ...layer }))
  }).sender
}

/**
 * Only a sender that began with a track is matched with what the other side offers (RFC 8829, section 5.10).
 *
 * @param {'audio' | 'video'} kind - of what will be sent
 * @returns {MediaStreamTrack} one that carries nothing
 */
function emptyTrack(kind) {
  const nowhere = new RTCPeerConnection()
  const { track } = nowhere.addTransceiver(kind).receiver
  nowhere.close()
  return track
}
