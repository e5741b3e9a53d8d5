/** Puts the page together: reads what it carries, and draws the day. */

import { Basemap } from "./basemap.js";
import { carried, carriedState } from "./carried.js";
import { Clock } from "./clock.js";
import { dayWriter, isoDay, parseDay } from "./dates.js";
import { byId, counted, element, ownLanguage, say } from "./dom.js";
import { DownloadMenu } from "./download.js";
import { tellHeight } from "./framed.js";
import { Labels } from "./labels.js";
import { listen } from "./listening.js";
import { momentOf, outlineOf } from "./moment.js";
import { tellOfNewer } from "./newer.js";
import { Panel, daysOf, storyOf } from "./panel.js";
import { queryOf, remember } from "./permalink.js";
import { wordsFor } from "./ranged.js";
import { Places } from "./places.js";
import { Popups } from "./popups.js";
import { ShareDialog } from "./share.js";

const L = window.L;
const ALL_LAYERS = ["routes", "crossings", "roles", "events", "eu"];
/** What a small frame has room for, unless its address asks for more. */
const FEW_LAYERS = ["routes", "crossings", "eu"];
/** From this zoom on there is room for full lines and marks. */
const NEAR_ZOOM = 5.3;
const QUIET_MS = 350;
/** A mark in the browser's timeline: the day is drawn, and the controls listen. */
const USABLE = "usable";
/** What the days are called in the address that a link leads to. */
const DAYS_IN = {
  table: (day, to) => ({ date: day, to }),
  compare: (day, to) => (to ? { from: day, to } : { from: null, to: day }),
};

class Atlas {
  /**
   * @param {object} state  @param {object} settings
   * @param {{Routes: Function, Strip: Function}} parts  what draws the versions, and their times
   */
  constructor(state, settings, parts) {
    Object.assign(this, { state, settings, parts, everyWord: settings.words, words: settings.words });
    this.isEmbed = settings.mode === "embed";
    colour(settings.accent);
    this.own = ownLanguage(state);
    this.layers = new Set(settings.layers ?? (this.isEmbed ? FEW_LAYERS : ALL_LAYERS));
    this.writeDay = dayWriter(settings.words.calendar);
    this.names = new Map(state.routes.map((route) => [route.id, route.name]));
    this.clock = new Clock(state, (isStep) => this.showDay(isStep), (on) => this.showPlaying(on));
    this.map = startMap(settings, state);
    // Before anything is on it: what is drawn in one place is drawn again in another.
    this.openView();
    this.map.on("zoomend", () => this.#scale());
    this.#drawables();
    listen(this);
    this.#scale();
    this.view = settings.zoom === null ? null : this.#viewNow();
    this.clock.goTo(parseDay(settings.date), settings.to && parseDay(settings.to));
    this.map.on("moveend", () => this.#moved());
    document.fonts.addEventListener("loadingdone", () => this.#remeasure());
    tellOfNewer(settings, state, () => this.query());
    if (this.isEmbed) tellHeight();
    performance.mark(USABLE);
    // The map moves already; its names and the words beside it take as long again on a phone.
    afterPaint(() => {
      this.isWorded = true;
      this.panel?.show(this.moment);
      this.label();
      document.documentElement.dataset.ready = "true";
    });
  }

  #drawables() {
    const { map, state, words, settings, parts } = this;
    const popups = new Popups(state, words, settings.base, () => this.moment);
    this.basemap = new Basemap(map, state, (row) => popups.ground(row));
    const came = () => this.moment && this.showDay();
    this.routes = new parts.Routes(map, state, (row) => popups.route(row), { settings, came });
    this.places = new Places(map, state, (kind, row) => popups.place(kind, row));
    this.labels = new Labels(map, state, words);
    this.strip = new parts.Strip(
      { chart: byId("chart"), slider: byId("slider"), sliderTo: byId("slider-to") },
      state,
      words,
      this.isEmbed,
    );
    const on = {
      open: (kind, id) => (kind === "routes" ? this.routes : this.places).open(id),
      emphasise: (id) => this.routes.emphasise(id),
    };
    this.panel = byId("panel") && new Panel(byId("panel"), state, words, on, this.writeDay);
    this.share = byId("dialog") && new ShareDialog(settings, state, () => this.query());
    this.downloads = byId("download") && new DownloadMenu(settings, state, this);
  }

  /** Open at the address's place, or its box, or the atlas's view beside the legend. */
  openView() {
    const { lat, lon, zoom, bbox } = this.settings;
    if (zoom !== null) {
      this.map.setView([lat, lon], zoom, { animate: false });
      return;
    }
    const [west, south, east, north] = bbox ?? this.state.atlas.view;
    const legend = byId("legend");
    const isBeside = getComputedStyle(legend).position === "absolute" && legend.open;
    const room = isBeside && this.map.getSize().x > 700 ? legend.offsetWidth + 14 : 0;
    const box = [[south, west], [north, east]];
    this.map.fitBounds(box, { animate: false, paddingTopLeft: [room, 0] });
  }

  /** @param {boolean} [isStep]  whether the old may fade out while the new fades in */
  showDay(isStep = false) {
    const { at, to } = this.clock;
    this.moment = momentOf(this.state, at, to);
    this.words = wordsFor(this.moment, this.everyWord);
    byId("date").textContent = daysOf(this.moment, this.words.range, this.writeDay);
    this.strip.show(at, to, this.writeDay);
    this.basemap.show(this.moment, this.layers);
    this.routes.show(this.moment, this.layers, isStep);
    this.places.show(this.moment, this.layers, isStep);
    this.#showRange();
    this.#notice();
    this.label();
    this.#tell();
    this.#link();
  }

  /** What the page says otherwise of a range than of a day. */
  #showRange() {
    const isRange = this.moment.to !== null;
    const { time } = document.documentElement.dataset;
    if (time === (isRange ? "range" : "day")) return;
    document.documentElement.dataset.time = isRange ? "range" : "day";
    for (const radio of document.querySelectorAll("[name=time]"))
      radio.checked = (radio.value === "range") === isRange;
    for (const node of document.querySelectorAll("[data-legend]"))
      node.textContent = this.words.legend[node.dataset.legend];
    byId("map").setAttribute("aria-label", this.words.page.map_label);
  }

  /** On the map itself, that an empty map is not a statement about the world. */
  #notice() {
    const { year } = this.state.atlas.knowledge_ends;
    byId("notice").textContent = say(this.words.panel.notice, { year });
    byId("notice").hidden = !this.moment.isBeyond;
  }

  showPlaying(isOn) {
    byId("play").setAttribute("aria-pressed", String(isOn));
    document.documentElement.dataset.playing = String(isOn);
    byId("play-label").textContent = this.words.buttons[isOn ? "pause" : "play"];
    if (!isOn && this.moment) this.#announce();
  }

  /** The permalink's query for what is shown now. */
  query(lang = this.settings.lang) {
    const { layers, settings, view } = this;
    const { at, to } = this.clock;
    const { scheme, accent } = settings;
    return queryOf({ at, to, view, layers, all: ALL_LAYERS, lang, scheme, accent });
  }

  /** What the map has in view: west, south, east, north in degrees. */
  box() {
    const bounds = this.map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  label() {
    if (!this.isWorded) return;
    const taken = overlays(this.map);
    this.labels.show(this.moment, this.layers, {
      paths: this.routes.paths(),
      sure: this.routes.paths((mark) => mark === "certain"),
      taken,
    });
  }

  /** Rewrite the words only when they change: the panel keeps its focus and its scroll. */
  #tell() {
    const story = storyOf(this.moment, this);
    const told = JSON.stringify([outlineOf(this.moment), story, this.moment.events.map(({ row }) => row.id)]);
    if (told === this.told) return;
    this.told = told;
    if (this.isWorded) this.panel?.show(this.moment);
    const text = story.short ?? story.title;
    byId("told")?.replaceChildren(element("span", { lang: story.isQuoted && this.own }, text));
    // Play rests on a shift for long enough to be heard.
    if (!this.clock.isPlaying || this.clock.isAtShift) this.#announce();
  }

  #announce() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const story = storyOf(this.moment, this);
      const { change } = this.words;
      const count = this.moment.routes.length;
      const drawn = count === 0 ? change.drawn_none : counted(change, "drawn", count, this.settings.lang);
      const what = story.short ?? `${story.title}.`;
      const date = daysOf(this.moment, this.words.range, this.writeDay);
      byId("announcer").textContent = say(change.announce, { date, words: `${what} ${drawn}` });
    }, QUIET_MS);
  }

  #link() {
    const [day, to] = [isoDay(this.clock.at), this.clock.to && isoDay(this.clock.to)];
    this.downloads?.show();
    for (const id of ["table", "compare", "full"]) {
      const link = byId(id);
      if (!link) continue;
      const address = new URL(link.href);
      if (id === "full") address.search = this.query();
      else setAll(address.searchParams, DAYS_IN[id](day, to));
      link.href = address.href;
    }
    for (const link of document.querySelectorAll("#languages a")) this.#linkLanguage(link);
    clearTimeout(this.remembering);
    // Browsers limit how often an address may be rewritten; play would exceed it.
    if (!this.isEmbed && !this.settings.file) this.remembering = setTimeout(() => remember(this.query()), QUIET_MS);
  }

  /** The same view in another language. */
  #linkLanguage(link) {
    const address = new URL(link.href);
    address.search = this.query(link.lang);
    link.href = address.href;
  }

  /** Seen from afar, lines and marks are drawn finer. */
  #scale() {
    const { classList } = this.map.getContainer();
    const wasFar = classList.contains("far");
    if (classList.toggle("far", this.map.getZoom() < NEAR_ZOOM) !== wasFar) this.labels.made.clear();
  }

  #moved() {
    if (this.wasTouched) this.view = this.#viewNow();
    this.label();
    this.#link();
  }

  #viewNow() {
    const { lat, lng } = this.map.getCenter();
    return { lat, lon: lng, zoom: this.map.getZoom() };
  }

  /** Fonts have come, of those that were asked for so far: what was measured before is wrong. */
  #remeasure() {
    this.labels.made.clear();
    this.label();
  }
}

/** Set the colour that the address asks for; a style by script is none that the policy forbids. */
function colour(accent) {
  if (!accent) return;
  for (const name of ["--water", "--accent"])
    document.documentElement.style.setProperty(name, `#${accent}`);
}

function startMap(settings, state) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = calm ? { zoomAnimation: false, fadeAnimation: false, inertia: false } : {};
  // Without its centre: where it opens is found out, and would be moved to from there.
  const { center: _, zoom: __, ...options } = settings.leaflet;
  const map = L.map("map", { ...options, ...motion, maxBoundsViscosity: 1 });
  const { zoom_in: zoomInTitle, zoom_out: zoomOutTitle } = settings.words.buttons;
  // On small maps the routes from the east end where the buttons would be.
  const position = map.getSize().x < 700 ? "bottomleft" : "topright";
  L.control.zoom({ position, zoomInTitle, zoomOutTitle }).addTo(map);
  if (settings.mode === "embed" || !state.boundaries.length) return map;
  const note = L.control.attribution({ position: "bottomright", prefix: false });
  note.addAttribution(settings.words.page.attribution).addTo(map);
  return map;
}

/** Once the browser has shown what is drawn; in a frame out of sight, once it is seen. */
function afterPaint(work) {
  requestAnimationFrame(() => setTimeout(work));
}

/** Controls that lie over the map, as boxes in its frame. */
function overlays(map) {
  const frame = map.getContainer().getBoundingClientRect();
  const nodes = document.querySelectorAll("#legend, #notice:not([hidden]), .leaflet-control");
  return [...nodes].map((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return { x: left - frame.left, y: top - frame.top, w: width, h: height };
  });
}

/** Set what has a value in a query, and take out what has none. */
function setAll(query, values) {
  for (const [name, value] of Object.entries(values))
    if (value) query.set(name, value);
    else query.delete(name);
}

/** Open the map that the page carries. @param {{Routes: Function, Strip: Function}} parts */
export function start(parts) {
  const legend = byId("legend");
  legend.open = matchMedia("(min-width: 1000px)").matches && document.documentElement.dataset.mode === "map";
  new Atlas(carriedState("routeshift-data"), carried("routeshift-view"), parts);
}
