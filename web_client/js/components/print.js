/** Shows a print button where printing is possible. */

/** @param {HTMLElement} root - A button that is hidden until the script arrives */
export function printButton(root) {
  root.hidden = false
  root.addEventListener('click', () => globalThis.print())
}
