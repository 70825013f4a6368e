/** Single pictures of a camera: small ones in place of a picture that pauses, a sharp one when somebody asks. */

const STILL = { height: 180, quality: 0.45 }
const PHOTO = { height: Infinity, quality: 0.9 }

/**
 * @param {MediaStreamTrack} track - of a camera or a screen
 * @returns {Promise<Blob>} a picture of a few kilobytes
 */
export async function still(track) {
  return await frameOf(track, STILL)
}

/**
 * @param {MediaStreamTrack} track - of a camera
 * @returns {Promise<Blob>} a picture as sharp as the camera takes it
 */
export async function photograph(track) {
  const { ImageCapture } = /** @type {any} */ (globalThis)
  try {
    if (ImageCapture) return await new ImageCapture(track).takePhoto()
  } catch {
    // A camera that takes films only; a frame of one will do.
  }
  return await frameOf(track, PHOTO)
}

/**
 * @param {MediaStreamTrack} track - of a camera or a screen
 * @param {{height: number, quality: number}} wanted - of the picture, at most
 * @returns {Promise<Blob>} the frame of the moment
 */
async function frameOf(track, { height, quality }) {
  const video = document.createElement('video')
  video.muted = true
  video.srcObject = new MediaStream([track])
  await video.play()
  const scale = Math.min(1, height / video.videoHeight)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(video.videoWidth * scale)
  canvas.height = Math.round(video.videoHeight * scale)
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height)
  video.srcObject = null
  return await encoded(canvas, quality)
}

/**
 * @param {HTMLCanvasElement} canvas - the picture
 * @param {number} quality - from 0 to 1
 * @returns {Promise<Blob>} as JPEG, which every browser writes and the server takes
 */
function encoded(canvas, quality) {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('no picture'))),
      'image/jpeg',
      quality
    )
  })
}
