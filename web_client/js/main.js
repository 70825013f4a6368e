/** Starts every enhancement that the page asks for by `data-module`. */
import { Button, Checkboxes, createAll, ErrorSummary, PasswordInput, Radios } from 'nhsuk-frontend'

import { autosave } from './components/autosave.js'
import { confirmLeave } from './components/confirm-leave.js'
import { deadlines } from './components/deadlines.js'
import { dialogOpener } from './components/dialog.js'
import { blockDoubleSubmit } from './components/double-submit.js'
import { events } from './components/events.js'
import { fetchFonts } from './components/fonts.js'
import { icdSearch } from './components/icd-search.js'
import { incomingCall } from './components/incoming-call.js'
import { liveRegion } from './components/live-region.js'
import { printButton } from './components/print.js'
import { upload } from './components/upload.js'
import { waitClock } from './components/wait-clock.js'

/**
 * What a page can ask for, and the function that is given the element that asks.
 *
 * @type {Record<string, (root: HTMLElement) => void>}
 */
const ENHANCEMENTS = {
  autosave,
  'confirm-leave': confirmLeave,
  deadlines,
  'dialog-opener': dialogOpener,
  'icd-search': icdSearch,
  'incoming-call': incomingCall,
  live: liveRegion,
  print: printButton,
  upload,
  'wait-clock': waitClock,
  // Last, so that everything that listens is there before the first event.
  events
}

/**
 * Begins one enhancement; its failure is reported and stays its own.
 *
 * @param {(root: HTMLElement) => void} enhance
 * @param {HTMLElement} root
 */
function begin(enhance, root) {
  try {
    enhance(root)
  } catch (error) {
    globalThis.reportError(error)
  }
}

/**
 * Enhances a whole page, or the part of it that has just arrived.
 *
 * @param {Document | HTMLElement} scope
 */
function start(scope) {
  for (const [name, enhance] of Object.entries(ENHANCEMENTS)) {
    for (const root of scope.querySelectorAll(`[data-module~="${name}"]`)) {
      if (root instanceof HTMLElement) begin(enhance, root)
    }
  }
  for (const library of [Button, Checkboxes, ErrorSummary, PasswordInput, Radios]) {
    createAll(library, undefined, scope)
  }
}

document.body.classList.add('js-enabled', 'nhsuk-frontend-supported')
blockDoubleSubmit(document)
start(document)
fetchFonts()
document.addEventListener('tramxa:added', (event) => {
  if (event.target instanceof HTMLElement) start(event.target)
})
