/** What is shown, to take away: addresses of the service, or files made of what the page carries. */

import { isoDay } from "./dates.js";
import { byId, element, say } from "./dom.js";
import { daysOf } from "./panel.js";
import { csvOf, geojsonOf, shownOf } from "./records.js";

/** Each layer's collection, and what narrows that to what the map draws of it. */
const COLLECTIONS = {
  routes: { name: "routes" },
  crossings: { name: "crossings" },
  roles: { name: "roles" },
  events: { name: "events", ofYear: true },
  eu: { name: "borders", only: { membership: "eu" } },
};
const PICTURES = ["png", "svg", "pdf"];
const DEGREE_DECIMALS = 4;

export class DownloadMenu {
  /**
   * @param {object} settings  @param {object} state
   * @param {{moment: object, layers: Set<string>, query: () => string, box: () => number[],
   *   writeDay: (at: number) => string}} shown  what the map shows whenever it is asked
   */
  constructor(settings, state, shown) {
    Object.assign(this, { settings, state, shown, words: settings.words });
    this.menu = byId("download");
    this.inView = element("input", { type: "checkbox", checked: !settings.file });
    this.inView.addEventListener("change", () => this.show());
    this.menu.addEventListener("toggle", () => this.show());
    document.addEventListener("pointerdown", ({ target }) => this.menu.contains(target) || this.#close());
    this.menu.addEventListener("keydown", (event) => event.key === "Escape" && this.#close());
  }

  /** Bring the menu, while it is open, to what is shown now. */
  show() {
    if (!this.menu.open) return;
    const { words, shown, settings, inView } = this;
    const day = daysOf(shown.moment, words.range, shown.writeDay);
    const hadFocus = document.activeElement === inView;
    byId("downloads").replaceChildren(
      element("p.menu-title", {}, say(words.download.title, { date: day })),
      ...(settings.file ? this.#files() : this.#addresses()),
    );
    if (hadFocus) inView.focus();
  }

  #close() {
    if (!this.menu.open) return;
    const hadFocus = this.menu.contains(document.activeElement);
    this.menu.open = false;
    if (hadFocus) this.menu.querySelector("summary").focus();
  }

  /** The layers that are on and that the atlas has, in the order of the map's list. */
  #layers() {
    const { shown, state } = this;
    return Object.entries(COLLECTIONS).filter(([layer, { name }]) => shown.layers.has(layer) && state[name].length);
  }

  #addresses() {
    const { words, shown, settings, state, inView } = this;
    const base = `${settings.root}/editions/${state.edition}`;
    const rows = this.#layers().map(([layer, collection]) => {
      const query = this.#asked(collection);
      const address = (ending) => `${base}/downloads/${collection.name}.${ending}?${query}`;
      return row(words.layers[layer], ["GeoJSON", address("geojson")], ["CSV", address("csv")]);
    });
    const picture = (ending) => [ending.toUpperCase(), `${base}/picture.${ending}?${shown.query()}`];
    return [
      element("label.menu-choice", {}, inView, ` ${words.download.in_view}`),
      element("ul.menu-rows", {}, ...rows, row(words.download.picture, ...PICTURES.map(picture))),
      element("p", {}, element("a", { href: `${base}/collections` }, words.download.all)),
    ];
  }

  /** The events that are drawn are those of the year, or of the range; the rest is of the day or the range. */
  #asked({ ofYear, only }) {
    const { at, to } = this.shown.moment;
    const day = isoDay(at);
    const year = day.slice(0, 4);
    const ofDay = ofYear ? `${year}-01-01/${year}-12-31` : day;
    const query = new URLSearchParams({ datetime: to === null ? ofDay : `${day}/${isoDay(to)}`, ...only });
    if (this.inView.checked) query.set("bbox", this.shown.box().map((side) => side.toFixed(DEGREE_DECIMALS)).join(","));
    return query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  }

  #files() {
    const { words, shown, state } = this;
    const named = (name, ending) => `${state.atlas.id}-${name}-${spanOf(shown.moment)}-edition-${state.edition}.${ending}`;
    const rows = this.#layers().map(([layer, { name }]) => {
      const rows = shownOf(shown.moment, name, state);
      const made = [
        ["GeoJSON", named(name, "geojson"), "application/geo+json", () => geojsonOf(rows, state)],
        ["CSV", named(name, "csv"), "text/csv", () => csvOf(rows, state)],
      ];
      return item(words.layers[layer], made.map((file) => saving(...file)));
    });
    return [element("ul.menu-rows", {}, ...rows)];
  }
}

/** The day, or the range of days, in the name of a file. */
function spanOf({ at, to }) {
  return to === null ? isoDay(at) : `${isoDay(at)}-to-${isoDay(to)}`;
}

/** Files that the service names: it says in each what is in it. */
function row(name, ...links) {
  return item(name, links.map(([text, href]) => element("a.button", { href, download: true }, text)));
}

/** @param {string} name  @param {HTMLElement[]} controls  each said with what it is of */
function item(name, controls) {
  for (const control of controls) control.setAttribute("aria-label", `${name}: ${control.textContent}`);
  return element("li", {}, element("span", {}, name), ...controls);
}

function saving(text, fileName, type, content) {
  const button = element("button.button", { type: "button" }, text);
  button.addEventListener("click", () => {
    const href = URL.createObjectURL(new Blob([content()], { type }));
    element("a", { href, download: fileName }).click();
    // Not at once: some browsers begin to read only after the click.
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  });
  return button;
}
