/** What a click or Enter on a feature says: when, how sure, on whose word, with what care. */

import { element, ownLanguage } from "./dom.js";
import { wordsFor } from "./ranged.js";
import { markOf } from "./time.js";

export class Popups {
  /** @param {object} state  @param {object} words  @param {string} base  @param {() => object} now */
  constructor(state, words, base, now) {
    Object.assign(this, { state, words, base, now, own: ownLanguage(state) });
  }

  /** @returns {HTMLElement} */
  route(row) {
    const { words, base } = this;
    return this.#card(row, words.mode[row.mode], [
      [words.popup.implied, row.implied, this.own],
    ], [
      [words.popup.history, `${base}/routes/${encodeURIComponent(row.route)}`],
      this.#geojson("routes", row),
    ]);
  }

  /** @param {"crossings" | "events"} collection */
  place(collection, row) {
    const { words } = this;
    const more = [[words.popup.also, row.also?.join(", ")]];
    const links = [this.#item(collection, row), this.#geojson(collection, row)];
    return this.#card(row, words.kind[row.kind] ?? "", more, links);
  }

  ground(row) {
    const { words } = this;
    // The notes of boundaries are ours, in English, whatever the atlas is in.
    const english = words.page.lang === "en" ? undefined : "en";
    const isMember = this.now().members.has(row.entity);
    const isDisputed = row.status === "disputed";
    return element(
      "article.card",
      {},
      element("h3", {}, row.name),
      element("p.kind", {}, row.kind === "backdrop" ? words.popup.backdrop : words.kind[row.kind]),
      row.kind !== "backdrop" && element("p.when", {}, row.when),
      isMember && element("p", {}, wordsFor(this.now(), words).popup.member),
      isDisputed && element("p", {}, words.popup.disputed),
      row.editor_note && element("p.care", { lang: english }, row.editor_note),
      row.caveat && element("p.care", { lang: english }, row.caveat),
      this.#linkList([this.#geojson("boundaries", row)]),
    );
  }

  #card(row, kind, more, links) {
    const { popup } = this.words;
    const facts = [
      [popup.when, row.when],
      [popup.sure, this.#howSure(row)],
      ...more,
      [popup.caveat, row.caveat, this.own],
      [popup.note, row.editor_note, this.own],
      [popup.source, this.#source(row), this.own],
    ];
    return element(
      "article.card",
      {},
      element("h3", { lang: this.own }, row.name),
      element("p.kind", {}, kind),
      row.description && element("p", { lang: this.own }, row.description),
      element("dl", {}, ...facts.flatMap(([term, text, lang]) => fact(term, text, lang))),
      this.#linkList(links),
    );
  }

  #howSure(row) {
    const now = this.now();
    const mark = markOf(row.bounds, row.end, now.window);
    const parts = [mark && wordsFor(now, this.words).mark[mark], this.words.precision[row.precision]];
    return parts.filter(Boolean).join(" · ");
  }

  #source(row) {
    const source = this.state.sources[row.source];
    return [source?.short ?? row.source, row.locator].filter(Boolean).join(", ");
  }

  /** A file that knows no service has nothing to link to. */
  #linkList(links) {
    return this.base !== null && linkList(links);
  }

  #item(collection, row) {
    const path = `/collections/${collection}/items/${encodeURIComponent(row.id)}`;
    return [this.words.popup.item, `${this.base}${path}?f=html`];
  }

  #geojson(collection, row) {
    const path = `/collections/${collection}/items/${encodeURIComponent(row.id)}`;
    return [this.words.popup.geojson, `${this.base}${path}?f=json`];
  }
}

function fact(term, text, lang) {
  return text ? [element("dt", {}, term), element("dd", { lang }, text)] : [];
}

/** Links open beside the map, and in an embed outside its frame. */
function linkList(links) {
  const items = links.map(([text, href]) =>
    element("a", { href, target: "_blank", rel: "noopener" }, text),
  );
  return element("p.links", {}, ...items.flatMap((item, index) => (index ? [" · ", item] : [item])));
}
