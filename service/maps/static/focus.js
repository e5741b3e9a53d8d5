/** Where the keyboard goes when a popup opens, and when it closes. */

/** Focus goes into a popup that a key has opened, and back when it closes. @param {object} popup  Leaflet's */
export function focusPopup(popup) {
  const from = document.activeElement;
  const node = popup.getElement();
  node.setAttribute("role", "dialog");
  node.setAttribute("aria-label", node.querySelector("h3")?.textContent ?? "");
  node.querySelector(".leaflet-popup-close-button")?.focus({ preventScroll: true });
  popup.once?.("remove", () => from?.isConnected && from.focus({ preventScroll: true }));
}
