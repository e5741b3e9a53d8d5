/** Puts a comparison together: two maps that move as one, or one map, and the words beside them. */

import { carried, carriedState } from "../carried.js";
import { dayWriter, isoDay, parseDay, within } from "../dates.js";
import { byId, say } from "../dom.js";
import { changeAfter, changeBefore, momentOf } from "../moment.js";
import { remember } from "../permalink.js";
import { DAY } from "../time.js";
import { queryOf } from "./address.js";
import { KINDS, ofDays, ofEditions } from "./kinds.js";
import { isShown, linked } from "./linked.js";
import { list, OneMap } from "./onemap.js";
import { Pane } from "./pane.js";
import { tell } from "./told.js";

/** What two maps beside each other have room for, unless the address asks for more. */
const FEW_LAYERS = ["routes", "crossings", "eu"];
const SIDES = ["first", "second"];
const QUIET_MS = 350;

class Comparison {
  constructor(states, settings, compared) {
    Object.assign(this, { states, settings, compared, words: settings.words });
    this.layers = new Set(settings.layers ?? FEW_LAYERS);
    this.writeDay = dayWriter(settings.words.calendar);
    this.days = compared.days.map((day, side) => within(parseDay(day), states[side].axis));
    this.panes = SIDES.map((side, at) => new Pane(side, states[at], settings, this.layers, this.#base(at)));
    this.one = new OneMap(states[1], settings, this.#base(1), this.layers);
    this.maps = [...this.panes, this.one].map((part) => part.map);
    this.link = linked(this.maps, () => this.#settled());
    this.#open();
    this.show();
    this.#listen();
    document.fonts.addEventListener("loadingdone", () => this.#remeasure());
    if (this.#iso().join() !== compared.days.join()) this.#tell();
    document.documentElement.dataset.ready = "true";
  }

  show() {
    this.panes.forEach((pane, side) => pane.show(this.days[side]));
    const [before, after] = this.days.map((at, side) => momentOf(this.states[side], at));
    const routes = (this.compared.editions ? ofEditions : ofDays)(before, after);
    this.one.show(after, routes, this.#names());
    list(routes, KINDS, this.words, (id) => this.one.open(id));
  }

  /** Move one of the days, if it stays on its side of the other. */
  move(side, at) {
    const days = [...this.days];
    days[side] = within(at, this.states[side].axis);
    const isOff = Number.isNaN(at) || Math.abs(days[side] - at) >= DAY;
    if (isOff) this.#refuse(this.#reach(side));
    else if (days[0] > days[1]) this.#refuse(this.words.compare.order);
    else {
      this.#refuse("");
      this.days = days;
      this.#write();
      this.show();
      this.#remember();
      this.#tell();
    }
  }

  step(side, find, fallback) {
    const { axis } = this.states[side];
    const change = find(this.states[side], this.days[side]);
    this.move(side, change && change.at >= axis.first ? change.at : fallback(axis));
  }

  #base(side) {
    const { settings, compared } = this;
    return compared.editions ? `${settings.root}/editions/${compared.editions[side]}` : settings.base;
  }

  #iso() {
    return this.days.map(isoDay);
  }

  #names() {
    const { editions } = this.compared;
    const name = (number) => say(this.words.compare.edition, { number });
    return editions ? editions.map(name) : this.days.map(this.writeDay);
  }

  #reach(side) {
    const { first, last } = this.states[side].axis;
    const values = { first: this.writeDay(first), last: this.writeDay(last - DAY) };
    return say(this.words.compare.beyond_axis, values);
  }

  #refuse(fault) {
    byId("fault").textContent = fault;
    byId("fault").hidden = !fault;
  }

  #write() {
    const names = this.#names();
    SIDES.forEach((side, at) => {
      byId(`name-${side}`).textContent = names[at];
      byId(`day-${side}`).value = isoDay(this.days[at]);
    });
    byId("ground-day").textContent = this.writeDay(this.days[1]);
    document.title = say(this.words.compare.title, { first: names[0], second: names[1] });
  }

  #tell() {
    clearTimeout(this.telling);
    this.telling = setTimeout(async () => {
      const [from, to] = this.#iso();
      const { base, lang } = this.settings;
      const query = new URLSearchParams(lang === "en" ? { from, to } : { from, to, lang });
      const address = `${base}/changes?${query}`;
      const words = await tell(address, this.words.compare.unread);
      if (words === null) return;
      const [first, second] = this.#names();
      byId("announcer").textContent = say(this.words.compare.announce, { first, second, words });
    }, QUIET_MS);
  }

  /** Open at the address's place, or its box, or the atlas's view. */
  #open() {
    const { lat, lon, zoom, bbox } = this.settings;
    const shown = this.maps.filter(isShown);
    if (zoom !== null) {
      this.link.all([lat, lon], zoom);
      this.view = this.#viewNow();
      return;
    }
    const [west, south, east, north] = bbox ?? this.states[1].atlas.view;
    const box = [[south, west], [north, east]];
    shown[0].fitBounds(box, { animate: false });
    // A map that is not displayed needs a view too, to be drawn in.
    for (const map of this.maps) if (!isShown(map)) map.setView(shown[0].getCenter(), shown[0].getZoom());
    this.link.all(shown[0].getCenter(), shown[0].getZoom());
  }

  #settled() {
    for (const part of [...this.panes, this.one]) if (isShown(part.map)) part.label();
    if (!this.wasTouched) return;
    this.view = this.#viewNow();
    this.#remember();
  }

  #viewNow() {
    const map = this.maps.find(isShown);
    const { lat, lng } = map.getCenter();
    return { lat, lon: lng, zoom: map.getZoom() };
  }

  #remeasure() {
    for (const part of [...this.panes, this.one]) {
      part.labels.made.clear();
      if (isShown(part.map)) part.label();
    }
  }

  #arrange(maps) {
    const { lat, lon, zoom } = this.#viewNow();
    byId("comparison").dataset.maps = maps;
    for (const map of this.maps.filter(isShown)) map.invalidateSize({ pan: false });
    if (this.view) this.link.all([lat, lon], zoom);
    else this.#open();
    this.show();
    this.#remember();
  }

  /** The address holds what is shown. */
  #remember() {
    const { compared, view, layers, settings } = this;
    const { maps } = byId("comparison").dataset;
    const query = queryOf({ days: this.#iso(), compared, maps, view, layers, settings });
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => remember(query), QUIET_MS);
  }

  #listen() {
    for (const radio of document.querySelectorAll("[name=maps]"))
      radio.addEventListener("change", () => this.#arrange(radio.value));
    if (!this.compared.editions) SIDES.forEach((side, at) => this.#listenTo(side, at));
    const touched = () => (this.wasTouched = true);
    for (const map of this.maps) {
      for (const name of ["pointerdown", "wheel", "keydown"])
        map.getContainer().addEventListener(name, touched, { passive: true, capture: true });
      new ResizeObserver(() => this.#resized(map)).observe(map.getContainer());
    }
    addEventListener("beforeprint", () => (byId("legend").open = true));
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.maps.forEach((map) => map.closePopup()));
  }

  #listenTo(side, at) {
    const field = byId(`day-${side}`);
    byId("asked").addEventListener("submit", (event) => event.preventDefault());
    field.addEventListener("change", () => field.value && this.move(at, parseDay(field.value)));
    byId(`previous-${side}`).addEventListener("click", () =>
      this.step(at, changeBefore, (axis) => axis.first),
    );
    byId(`next-${side}`).addEventListener("click", () =>
      this.step(at, changeAfter, (axis) => axis.last - DAY),
    );
  }

  #resized(map) {
    if (!isShown(map)) return;
    map.invalidateSize({ pan: false });
    if (this.view) this.#settled();
    else this.#open();
  }
}

const later = carriedState("routeshift-data");
const states = [carriedState("routeshift-before") ?? later, later];
new Comparison(states, carried("routeshift-view"), carried("routeshift-comparison"));
