/** The dialog with a link and the code for other people's pages. */

import { byId } from "./dom.js";

export class ShareDialog {
  /** @param {object} settings  @param {object} state  @param {() => string} query */
  constructor(settings, state, query) {
    Object.assign(this, { settings, state, query });
    this.dialog = byId("dialog");
    this.dialog.addEventListener("change", () => this.#fill());
    for (const button of this.dialog.querySelectorAll("[data-copy]"))
      button.addEventListener("click", () => this.#copy(byId(button.dataset.copy)));
  }

  /** @param {string} field  the field to stand in */
  open(field) {
    this.#fill();
    byId("copied").textContent = "";
    this.dialog.showModal();
    byId(field).focus();
    byId(field).select();
    byId(field).scrollTop = 0;
  }

  async #fill() {
    const { state, settings } = this;
    const isPinned = this.dialog.querySelector("[name=edition]:checked").value === "pinned";
    const edition = isPinned ? `/editions/${state.edition}` : "";
    byId("link").value = `${location.origin}${settings.root}${edition}/map?${this.query()}`;
    const asked = new URLSearchParams(this.query());
    if (isPinned) asked.set("edition", state.edition);
    const turn = (this.turn = {});
    const query = asked.toString().replaceAll("%2C", ",");
    byId("build").href = `${settings.root}/embed/builder?${query}`;
    // The service writes the code, here as for oEmbed and the page that makes it.
    const answer = await fetch(`${settings.root}/embed/builder?${query}&f=json`).catch(() => null);
    const made = answer?.ok ? await answer.json() : null;
    if (turn === this.turn) this.#show(made);
  }

  #show(made) {
    byId("code").value = made?.code ?? this.settings.words.share.code_failed;
    for (const form of ["png", "svg"]) if (made) byId(form).href = made[form];
    if (document.activeElement === byId("code")) byId("code").select();
    byId("code").scrollTop = 0;
  }

  async #copy(field) {
    const { buttons } = this.settings.words;
    field.select();
    const isCopied = await copied(field.value);
    byId("copied").textContent = isCopied ? buttons.copied : buttons.copy_by_hand;
  }
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without a secure context or permission: the field is selected, a key copies it.
    return false;
  }
}
