/** The dialog with a link and the code for other people's pages. */

import { byId, say } from "./dom.js";

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

  #fill() {
    const isPinned = this.dialog.querySelector("[name=edition]:checked").value === "pinned";
    const edition = isPinned ? `/editions/${this.state.edition}` : "";
    const base = location.origin + this.settings.root + edition;
    byId("link").value = `${base}/map?${this.query()}`;
    for (const form of ["png", "svg"]) byId(form).href = `${base}/picture.${form}?${this.query()}`;
    byId("code").value = embedCode(base, this.query(), this.state.atlas, this.settings.words);
  }

  async #copy(field) {
    const { buttons } = this.settings.words;
    field.select();
    const isCopied = await copied(field.value);
    byId("copied").textContent = isCopied ? buttons.copied : buttons.copy_by_hand;
  }
}

/** An iframe with a title, and in it a link for those who cannot show one. */
export function embedCode(base, query, atlas, words) {
  const title = escaped(`${atlas.title}. ${atlas.byline}`);
  const [embed, map] = ["embed", "map"].map((page) => escaped(`${base}/${page}?${query}`));
  const fallback = say(words.share.fallback, { title });
  return (
    `<iframe src="${embed}" title="${title}" width="100%" height="520" loading="lazy" ` +
    `style="border:0" sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox">` +
    `<a href="${map}">${fallback}</a></iframe>\n<p><a href="${map}">${fallback}</a></p>`
  );
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

function escaped(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]);
}
