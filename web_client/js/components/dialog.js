/** Opens a dialog in place of the page that its link leads to. */

/**
 * The link keeps working where dialogs are missing.
 *
 * @param {HTMLElement} root - Names the dialog's id in `data-dialog`
 */
export function dialogOpener(root) {
  const dialog = document.getElementById(root.dataset.dialog ?? '')
  if (!(dialog instanceof HTMLDialogElement)) return
  root.setAttribute('aria-haspopup', 'dialog')
  root.addEventListener('click', (event) => {
    event.preventDefault()
    dialog.showModal()
  })
  for (const closer of dialog.querySelectorAll('[data-close]')) {
    closer.addEventListener('click', () => dialog.close())
  }
}
