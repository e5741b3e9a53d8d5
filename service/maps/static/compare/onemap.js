/** One map that tells ended, new and lasting routes apart: by line, by mark, and only then by colour. */

import { terminalEnds } from "../arrows.js";
import { Basemap, rendererIn, turned } from "../basemap.js";
import { byId, element, ownLanguage, say } from "../dom.js";
import { Labels } from "../labels.js";
import { lengthOf } from "../pixels.js";
import { Places } from "../places.js";
import { Popups } from "../popups.js";
import { FAMILY } from "./kinds.js";
import { overlays, scale, startMap } from "./start.js";

const L = window.L;
/** A course shorter than this on the screen, in pixels, is a dot, not an arrow. */
const SHORTEST_ARROW = 16;
/** Of what is drawn in the family "new" these were there before, elsewhere. */
const MOVED = "corrected";

export class OneMap {
  /** @param {object} state  @param {object} settings  @param {string} base  @param {Set<string>} layers */
  constructor(state, settings, base, layers) {
    Object.assign(this, { state, words: settings.words, layers, base });
    const map = startMap("map-one", settings, state);
    const popups = new Popups(state, settings.words, base, () => this.moment);
    this.basemap = new Basemap(map, state, (row) => popups.ground(row));
    this.band = rendererIn(map, "bands", 240);
    this.line = rendererIn(map, "lines", 250);
    this.hit = rendererIn(map, "hits", 260);
    this.places = new Places(map, state, (kind, row) => popups.place(kind, row));
    this.labels = new Labels(map, state, settings.words);
    this.group = L.layerGroup().addTo(map);
    this.map = map;
    map.on("zoomend", () => {
      scale(map, this.labels);
      this.#point();
    });
  }

  /** @param {object} moment  the later one  @param {object[]} compared  @param {string[]} names */
  show(moment, compared, names) {
    Object.assign(this, { moment, compared, names });
    this.basemap.show(moment, this.layers);
    this.places.show(this.#quiet(), this.layers);
    this.group.clearLayers();
    this.hits = new Map();
    this.heads = [];
    const order = { lasting: 0, unsaid: 1, ended: 2, new: 3 };
    const sorted = [...compared].sort((a, b) => order[FAMILY[a.kind]] - order[FAMILY[b.kind]]);
    for (const one of sorted) this.#draw(one);
    this.#point();
    this.label();
  }

  label() {
    if (!this.moment) return;
    const paths = this.compared.flatMap(({ row }) => row.lines.map((line) => line.map((at) => this.#pixel(at))));
    const note = this.map.getContainer().parentElement.querySelector(".ground-note");
    this.labels.show(this.#quiet(), this.layers, { paths, taken: overlays(this.map, [note]) });
  }

  /** Open what is known of a route. */
  open(id) {
    this.map.getContainer().scrollIntoView({ block: "nearest" });
    this.hits.get(id)?.openPopup();
  }

  /** The later moment with nothing beside its routes but where they cross. */
  #quiet() {
    return { ...this.moment, events: [], roles: [] };
  }

  #pixel([lon, lat]) {
    const { x, y } = this.map.latLngToContainerPoint([lat, lon]);
    return [x, y];
  }

  #draw(one) {
    const { row, kind, before } = one;
    const family = FAMILY[kind];
    if (kind === MOVED) this.#strokes(before.row.lines, "ended", "former");
    this.#line(row.lines, this.band, `band kind-${family}`).addTo(this.group);
    this.#strokes(row.lines, family, kind);
    const hit = this.#line(row.lines, this.hit, "hit", true).addTo(this.group);
    hit.bindPopup(() => this.#card(one), { maxWidth: 300, minWidth: 220 });
    this.hits.set(row.id, hit);
    if (family !== "lasting") this.#mark(one).addTo(this.group);
  }

  #strokes(lines, family, kind) {
    const ends = terminalEnds(lines);
    lines.forEach((line, index) => {
      const stroke = this.#line([line], this.line, `route kind-${family} is-${kind}`).addTo(this.group);
      this.heads.push({ path: stroke.getElement(), lines, head: ends[index] && `url(#arrow-kind-${family})` });
    });
  }

  /** Give arrowheads to the courses that are long enough on the screen to point anywhere. */
  #point() {
    for (const { path, lines, head } of this.heads ?? []) {
      const paths = lines.map((line) => line.map((at) => this.#pixel(at)));
      const isLong = paths.reduce((sum, one) => sum + lengthOf(one), 0) >= SHORTEST_ARROW;
      path.classList.toggle("dot", !isLong);
      if (head && isLong) path.setAttribute("marker-end", head);
      else path.removeAttribute("marker-end");
    }
  }

  #line(lines, renderer, className, interactive = false) {
    const options = { renderer, className, interactive, noClip: true, smoothFactor: 0.3 };
    return L.polyline(turned(lines), options);
  }

  /** What begins is marked at its start, what ends at its end. */
  #mark(one) {
    const { row, kind } = one;
    const family = FAMILY[kind];
    const last = row.lines[terminalEnds(row.lines).indexOf(true)] ?? row.lines[0];
    const [lon, lat] = family === "new" ? row.lines[0][0] : last.at(-1);
    const html = element("span", { "aria-hidden": "true" }, this.words.kind_mark[kind]);
    const icon = L.divIcon({ className: `kind-mark kind-${family}`, html, iconSize: [24, 24] });
    const title = `${row.name}: ${this.words.kind_of_change[kind]}`;
    const marker = L.marker([lat, lon], { icon, title, alt: title, zIndexOffset: 1000 });
    return marker.bindPopup(() => this.#card(one), { maxWidth: 300, minWidth: 220 });
  }

  #card({ row, kind, before, after }) {
    const { words } = this;
    const [first, second] = this.names;
    const how = (entry) => (entry ? words.mark[entry.mark] : words.compare.absent);
    const values = { first, second, before: how(before), after: how(after) };
    const history = `${this.base}/routes/${encodeURIComponent(row.route)}`;
    const source = this.state.sources[row.source]?.short ?? row.source;
    return element(
      "article.card",
      {},
      element("h3", { lang: ownLanguage(this.state) }, row.name),
      element("p.kind", {}, words.kind_of_change[kind]),
      element("p", {}, say(words.compare.card, values)),
      element("p.when", {}, row.when),
      row.caveat && element("p.care", { lang: ownLanguage(this.state) }, row.caveat),
      element("p.kind", {}, [source, row.locator].filter(Boolean).join(", ")),
      element("p.links", {}, element("a", { href: history }, words.popup.history)),
    );
  }
}

/**
 * The legend and the list in one: each kind that occurs, how it is drawn, and which routes are so.
 *
 * @param {object[]} compared  @param {string[]} kinds  in order  @param {object} words
 * @param {(id: string) => void} open
 */
export function list(compared, kinds, words, open) {
  const parts = kinds.flatMap((kind) => {
    const rows = compared.filter((one) => one.kind === kind);
    if (!rows.length) return [];
    const mark = words.kind_mark[kind];
    const sample = element(
      `span.kind-sample.kind-${FAMILY[kind]}.is-${kind}`,
      { "aria-hidden": "true" },
      element("i"),
      mark && element("b", {}, mark),
    );
    return element(
      "div",
      { "data-kind": kind },
      element("dt", {}, sample, words.kind_of_change[kind]),
      ...rows.map(({ row }) => element("dd", {}, button(row, open))),
    );
  });
  byId("kinds").replaceChildren(...(parts.length ? parts : [element("div", {}, element("dt", {}, words.compare.none))]));
}

function button(row, open) {
  const made = element("button.row-button", { type: "button" }, row.name);
  made.addEventListener("click", () => open(row.id));
  return made;
}
