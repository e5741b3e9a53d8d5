/** Puts a story together: as a section is reached, the map goes to its day and its view. */

import { carried, carriedState } from "../carried.js";
import { Pane } from "../compare/pane.js";
import { dayWriter, parseDay, within } from "../dates.js";
import { byId, element, say } from "../dom.js";
import { watch } from "./current.js";
import { preparePrinting } from "./paper.js";

/** Whoever scrolls past a section does not wait for its map. */
const QUIET_MS = 140;
const FADE_MS = 220;
const FLIGHT_S = 1.1;

class Story {
  constructor(state, settings, told) {
    Object.assign(this, { state, told, words: settings.words });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.writeDay = dayWriter(settings.words.calendar);
    this.layers = new Set();
    const motion = this.calm.matches ? undefined : {};
    this.pane = new Pane("story", state, { ...settings, motion }, this.layers, settings.base);
    this.map = this.pane.map;
    this.sections = told.map(({ id }) => byId(id));
    this.#show(0, { isFirst: true });
    this.#listen();
    preparePrinting();
    document.fonts.addEventListener("loadingdone", () => this.#remeasure());
    document.documentElement.dataset.ready = "true";
  }

  /** Go to the state of a section. */
  reach(index) {
    if (index === this.index) return;
    this.#mark(index);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#show(index, {}), QUIET_MS);
  }

  #mark(index) {
    this.index = index;
    this.sections.forEach((section, at) => section.classList.toggle("current", at === index));
    const last = this.told.length - 1;
    byId("place").textContent = `${index + 1} / ${this.told.length}`;
    byId("previous").href = `#${this.told[Math.max(0, index - 1)].id}`;
    byId("next").href = `#${this.told[Math.min(last, index + 1)].id}`;
  }

  #show(index, { isFirst = false }) {
    const one = this.told[index];
    this.#mark(index);
    this.#chooseDay(one);
    const draw = () => this.#draw(one, one.days.at(-1));
    if (isFirst || this.calm.matches) draw();
    else this.#fade(draw);
    this.#move(one, isFirst || this.calm.matches);
    this.#tell(one.days.at(-1), isFirst);
    document.documentElement.dataset.section = one.id;
  }

  /** What is no longer so fades, and what is so appears: nothing runs along a line. */
  #fade(draw) {
    const { classList } = this.map.getContainer();
    classList.add("changing");
    clearTimeout(this.fading);
    this.fading = setTimeout(() => {
      draw();
      classList.remove("changing");
    }, FADE_MS);
  }

  #draw(one, day) {
    this.layers.clear();
    for (const layer of one.layers) this.layers.add(layer);
    this.pane.show(within(parseDay(day), this.state.axis));
    const named = new Set(one.highlight);
    for (const { row, group } of this.pane.routes.routes.values())
      group.eachLayer((layer) => {
        const isNamed = named.has(row.id) || named.has(row.route);
        layer.getElement()?.classList.toggle("named", isNamed);
      });
  }

  #move(one, isStill) {
    const { lat, lon, zoom } = one;
    const duration = FLIGHT_S;
    this.map.stop();
    if (zoom !== null) {
      if (isStill) this.map.setView([lat, lon], zoom, { animate: false });
      else this.map.flyTo([lat, lon], zoom, { duration });
      return;
    }
    const [west, south, east, north] = one.bbox ?? this.state.atlas.view;
    const box = [[south, west], [north, east]];
    if (isStill) this.map.fitBounds(box, { animate: false });
    else this.map.flyToBounds(box, { duration });
  }

  /** Of two days the later one is shown, and the reader changes between them. */
  #chooseDay(one) {
    const words = one.days.map((day) => this.#spoken(day));
    byId("date").textContent = words.at(-1);
    byId("days").hidden = one.days.length < 2;
    const buttons = one.days.length < 2 ? [] : one.days.map((day, at) => {
      const button = element("button.button", { type: "button" }, words[at]);
      button.setAttribute("aria-pressed", String(at === one.days.length - 1));
      button.addEventListener("click", () => this.#choose(one, day, button));
      return button;
    });
    byId("days").replaceChildren(...buttons);
  }

  #choose(one, day, chosen) {
    for (const button of byId("days").children)
      button.setAttribute("aria-pressed", String(button === chosen));
    byId("date").textContent = this.#spoken(day);
    const draw = () => this.#draw(one, day);
    if (this.calm.matches) draw();
    else this.#fade(draw);
    this.#tell(day, false);
  }

  #spoken(day) {
    return this.writeDay(within(parseDay(day), this.state.axis));
  }

  #tell(day, isFirst) {
    if (isFirst) return;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      const { change, story } = this.words;
      const count = this.layers.has("routes") ? this.pane.moment.routes.length : 0;
      const drawn = count === 0 ? change.drawn_none : count === 1 ? change.drawn_one : change.drawn;
      const values = { date: this.#spoken(day), drawn: say(drawn, { count }) };
      byId("announcer").textContent = say(story.announce, values);
    }, 2 * FADE_MS);
  }

  #listen() {
    watch(this.sections, (index) => this.reach(index));
    this.sections.forEach((section, index) =>
      section.addEventListener("focusin", () => this.reach(index)),
    );
    addEventListener("hashchange", () => this.#follow());
    this.#follow();
    this.map.on("moveend", () => this.pane.label());
    new ResizeObserver(() => {
      this.map.invalidateSize({ pan: false });
      this.#move(this.told[this.index], true);
    }).observe(this.map.getContainer());
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.map.closePopup());
  }

  /** The address names a section: it is read, however little of the window it fills. */
  #follow() {
    const index = this.told.findIndex(({ id }) => `#${id}` === location.hash);
    if (index >= 0) this.reach(index);
  }

  /** Fonts have come, of those that were asked for so far: what was measured before is wrong. */
  #remeasure() {
    this.pane.labels.made.clear();
    this.pane.label();
  }
}

new Story(carriedState("routeshift-data"), carried("routeshift-view"), carried("routeshift-story"));
