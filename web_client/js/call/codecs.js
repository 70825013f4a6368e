/** Offers only what is used: a browser's whole list is two thirds of an offer, and an offer is half a second of a slow line. */

const VOICE = ['audio/opus', 'audio/red']
/** VP8 costs an old PC least; H.264 is for a browser that lacks it. */
const PICTURE = ['video/vp8', 'video/h264', 'video/rtx']
const BASELINE = /profile-level-id=42e01f/i
const PLAIN = /packetization-mode=1/i
/** What a packet must tell beside its content (RFC 8285): which part it belongs to, a picture's number for the estimate, and how the camera is held. The rest costs every packet of the voice eight bytes. */
const EXTENSIONS = /:mid$|transport-wide-cc|video-orientation/i
/** Which layer of a picture a packet belongs to. */
const LAYER = /rtp-stream-id$/i

/** @param {RTCRtpTransceiver} transceiver - whose codecs are chosen before it is offered */
export function chooseCodecs(transceiver) {
  const kind = transceiver.receiver.track.kind
  const known = RTCRtpReceiver.getCapabilities?.(kind)?.codecs ?? []
  const wanted = kind === 'audio' ? VOICE : PICTURE
  const chosen = known
    .filter((codec) => wanted.includes(codec.mimeType.toLowerCase()) && isPlain(codec))
    .sort((one, other) => rank(wanted, one) - rank(wanted, other))
  // Without a browser's say the offer is longer, and no worse.
  if (chosen.length) transceiver.setCodecPreferences?.(chosen)
}

/** @param {RTCRtpTransceiver} transceiver - whose headers are made short before it is offered, where the browser can */
export function chooseExtensions(transceiver) {
  const chooser = /** @type {any} */ (transceiver)
  const known = chooser.getHeaderExtensionsToNegotiate?.()
  if (!known) return
  const isLayered = transceiver.sender.getParameters().encodings.length > 1
  chooser.setHeaderExtensionsToNegotiate(
    known.map((/** @type {{uri: string, direction: string}} */ one) =>
      EXTENSIONS.test(one.uri) || (isLayered && LAYER.test(one.uri))
        ? one
        : { ...one, direction: 'stopped' }
    )
  )
}

/** @param {RTCRtpCodec} codec - of which H.264 has a dozen */
function isPlain({ mimeType, sdpFmtpLine = '' }) {
  if (mimeType.toLowerCase() !== 'video/h264') return true
  return BASELINE.test(sdpFmtpLine) && PLAIN.test(sdpFmtpLine)
}

/**
 * @param {string[]} wanted - in the order of preference
 * @param {RTCRtpCodec} codec - one of them
 */
function rank(wanted, { mimeType }) {
  return wanted.indexOf(mimeType.toLowerCase())
}
