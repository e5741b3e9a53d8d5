/** On a page that stays at its edition: whether a newer one exists, and the way there. */

import { byId, say } from "./dom.js";

/**
 * @param {object} settings  @param {object} state  @param {() => string} query
 * The page itself never changes, so it has to ask; where that fails it says nothing. A page that is
 * a file asks nobody.
 */
export async function tellOfNewer(settings, state, query) {
  if (!settings.pinned || settings.file) return;
  const answer = await fetch(`${settings.root}/?f=json`).catch(() => null);
  if (!answer?.ok) return;
  const { edition } = await answer.json();
  if (!(edition > state.edition)) return;
  const link = byId("newer-link");
  link.textContent = say(settings.words.page.newer, { number: edition });
  const lead = () => (link.href = `${settings.root}/map?${query()}`);
  lead();
  link.addEventListener("pointerdown", lead);
  link.addEventListener("focus", lead);
  byId("newer").hidden = false;
}
