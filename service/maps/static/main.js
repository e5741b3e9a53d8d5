/** Puts the page together: reads what it carries, draws the day, and listens. */

import { Basemap } from "./basemap.js";
import { Clock } from "./clock.js";
import { dayWriter, isoDay, parseDay } from "./dates.js";
import { byId, say } from "./dom.js";
import { focusPopup } from "./focus.js";
import { Labels } from "./labels.js";
import { momentOf, outlineOf } from "./moment.js";
import { tellOfNewer } from "./newer.js";
import { Panel, storyOf } from "./panel.js";
import { queryOf, remember } from "./permalink.js";
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
/** What the day is called in the address that a link leads to. */
const DAY_IN = { table: "date", compare: "to", download: "datetime" };

class Atlas {
  /**
   * @param {object} state  @param {object} settings
   * @param {{Routes: Function, Strip: Function}} parts  what draws the versions, and their times
   */
  constructor(state, settings, parts) {
    Object.assign(this, { state, settings, parts, words: settings.words });
    this.isEmbed = settings.mode === "embed";
    this.layers = new Set(settings.layers ?? (this.isEmbed ? FEW_LAYERS : ALL_LAYERS));
    this.writeDay = dayWriter(settings.lang);
    this.names = new Map(state.routes.map((route) => [route.id, route.name]));
    this.clock = new Clock(state, () => this.showDay(), (on) => this.showPlaying(on));
    this.map = startMap(settings, state);
    this.map.on("zoomend", () => this.#scale());
    this.#drawables();
    this.#listen();
    openView(this.map, state, settings);
    this.#scale();
    this.view = settings.zoom === null ? null : this.#viewNow();
    this.clock.goTo(parseDay(settings.date));
    this.map.on("moveend", () => this.#moved());
    document.fonts.ready.then(() => this.#remeasure());
    tellOfNewer(settings, state, () => this.query());
    document.documentElement.dataset.ready = "true";
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
      { chart: byId("chart"), slider: byId("slider") }, state, words, this.isEmbed,
    );
    const on = {
      open: (kind, id) => (kind === "routes" ? this.routes : this.places).open(id),
      emphasise: (id) => this.routes.emphasise(id),
    };
    this.panel = byId("panel") && new Panel(byId("panel"), state, words, on, this.writeDay);
    this.share = byId("dialog") && new ShareDialog(settings, state, () => this.query());
  }

  showDay() {
    const { at } = this.clock;
    this.moment = momentOf(this.state, at);
    const spoken = this.writeDay(at);
    byId("date").textContent = spoken;
    this.strip.show(at, spoken);
    this.basemap.show(this.moment, this.layers);
    this.routes.show(this.moment, this.layers);
    this.places.show(this.moment, this.layers);
    this.#notice();
    this.#label();
    this.#tell();
    this.#link();
  }

  /** On the map itself, that an empty map is not a statement about the world. */
  #notice() {
    const { year } = this.state.atlas.knowledge_ends;
    byId("notice").textContent = say(this.words.panel.notice, { year });
    byId("notice").hidden = !this.moment.isBeyond;
  }

  showPlaying(isOn) {
    byId("play").setAttribute("aria-pressed", String(isOn));
    byId("play-label").textContent = this.words.buttons[isOn ? "pause" : "play"];
    if (!isOn && this.moment) this.#announce();
  }

  /** The permalink's query for what is shown now. */
  query() {
    const { layers, settings, view } = this;
    return queryOf({ at: this.clock.at, view, layers, all: ALL_LAYERS, lang: settings.lang });
  }

  #label() {
    const taken = overlays(this.map);
    this.labels.show(this.moment, this.layers, { paths: this.routes.paths(), taken });
  }

  /** Rewrite the words only when they change: the panel keeps its focus and its scroll. */
  #tell() {
    const story = storyOf(this.moment, this);
    const told = JSON.stringify([outlineOf(this.moment), story, this.moment.events.map(({ row }) => row.id)]);
    if (told === this.told) return;
    this.told = told;
    this.panel?.show(this.moment);
    if (byId("told")) byId("told").textContent = story.title;
    if (!this.clock.isPlaying) this.#announce();
  }

  #announce() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const story = storyOf(this.moment, this);
      const { change } = this.words;
      const count = this.moment.routes.length;
      const drawn = count === 0 ? change.drawn_none : count === 1 ? change.drawn_one : change.drawn;
      const words = `${story.title}. ${say(drawn, { count })}`;
      byId("announcer").textContent = say(change.announce, { date: this.writeDay(this.clock.at), words });
    }, QUIET_MS);
  }

  #link() {
    const day = isoDay(this.clock.at);
    for (const id of ["table", "compare", "download", "full"]) {
      const link = byId(id);
      if (!link) continue;
      const address = new URL(link.href);
      if (id === "full") address.search = this.query();
      else address.searchParams.set(DAY_IN[id], day);
      link.href = address.href;
      if (link.download) link.download = `${this.state.atlas.id}-${day}.geojson`;
    }
    clearTimeout(this.remembering);
    // Browsers limit how often an address may be rewritten; play would exceed it.
    if (!this.isEmbed) this.remembering = setTimeout(() => remember(this.query()), QUIET_MS);
  }

  /** Seen from afar, lines and marks are drawn finer. */
  #scale() {
    const { classList } = this.map.getContainer();
    const wasFar = classList.contains("far");
    if (classList.toggle("far", this.map.getZoom() < NEAR_ZOOM) !== wasFar) this.labels.made.clear();
  }

  #moved() {
    if (this.wasTouched) this.view = this.#viewNow();
    this.#label();
    this.#link();
  }

  #viewNow() {
    const { lat, lng } = this.map.getCenter();
    return { lat, lon: lng, zoom: this.map.getZoom() };
  }

  /** The fonts have come: what was measured before is wrong. */
  #remeasure() {
    this.labels.made.clear();
    this.#label();
  }

  #listen() {
    const { clock, strip } = this;
    const slider = byId("slider");
    slider.addEventListener("input", () => (clock.stop(), clock.goTo(strip.sliderDay)));
    slider.addEventListener("keydown", (event) => clock.key(event) && event.preventDefault());
    byId("previous").addEventListener("click", () => clock.previous());
    byId("next").addEventListener("click", () => clock.next());
    byId("play").addEventListener("click", () => clock.toggle());
    document.addEventListener("keydown", (event) => this.#keyAnywhere(event));
    this.#listenToChart();
    this.#listenToLayers();
    byId("embed")?.addEventListener("click", () => this.share.open("code"));
    byId("share")?.addEventListener("click", () => this.share.open("link"));
    this.#listenToMap();
  }

  #keyAnywhere(event) {
    const isTyping = event.target.closest?.("input[type=text], textarea, dialog");
    if (isTyping || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") this.map.closePopup();
    if (event.key === "]") this.clock.next();
    if (event.key === "[") this.clock.previous();
  }

  #listenToChart() {
    const chart = byId("chart");
    const move = (event) => this.clock.goTo(this.strip.dayAt(event.clientX));
    chart.addEventListener("pointerdown", (event) => {
      this.clock.stop();
      chart.setPointerCapture(event.pointerId);
      move(event);
    });
    chart.addEventListener("pointermove", (event) => {
      if (chart.hasPointerCapture(event.pointerId)) move(event);
    });
  }

  #listenToLayers() {
    for (const box of document.querySelectorAll("#layers input")) {
      box.checked = this.layers.has(box.name);
      box.addEventListener("change", () => {
        if (box.checked) this.layers.add(box.name);
        else this.layers.delete(box.name);
        this.showDay();
      });
    }
  }

  #listenToMap() {
    const touched = () => (this.wasTouched = true);
    const container = this.map.getContainer();
    for (const name of ["pointerdown", "wheel", "keydown"])
      container.addEventListener(name, touched, { passive: true, capture: true });
    byId("legend").addEventListener("toggle", () => this.moment && this.#label());
    new ResizeObserver(() => {
      this.map.invalidateSize({ pan: false });
      if (!this.wasTouched && this.settings.zoom === null) openView(this.map, this.state, this.settings);
    }).observe(container);
    // Focus goes into a popup that a key has opened, and back when it closes.
    this.map.on("popupopen", ({ popup }) => focusPopup(popup));
  }
}

function startMap(settings, state) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = calm ? { zoomAnimation: false, fadeAnimation: false, inertia: false } : {};
  const map = L.map("map", { ...settings.leaflet, ...motion, maxBoundsViscosity: 1 });
  const { zoom_in: zoomInTitle, zoom_out: zoomOutTitle } = settings.words.buttons;
  // On small maps the routes from the east end where the buttons would be.
  const position = map.getSize().x < 700 ? "bottomleft" : "topright";
  L.control.zoom({ position, zoomInTitle, zoomOutTitle }).addTo(map);
  if (settings.mode === "embed" || !state.boundaries.length) return map;
  const note = L.control.attribution({ position: "bottomright", prefix: false });
  note.addAttribution(settings.words.page.attribution).addTo(map);
  return map;
}

/** Open at the address's place, or its box, or the atlas's view beside the legend. */
function openView(map, state, settings) {
  const { lat, lon, zoom } = settings;
  if (zoom !== null) {
    map.setView([lat, lon], zoom, { animate: false });
    return;
  }
  const [west, south, east, north] = settings.bbox ?? state.atlas.view;
  const legend = byId("legend");
  const isBeside = getComputedStyle(legend).position === "absolute" && legend.open;
  const room = isBeside && map.getSize().x > 700 ? legend.offsetWidth + 14 : 0;
  const box = [[south, west], [north, east]];
  map.fitBounds(box, { animate: false, paddingTopLeft: [room, 0] });
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

function carried(id) {
  return JSON.parse(byId(id).textContent);
}

/** Open the map that the page carries. @param {{Routes: Function, Strip: Function}} parts */
export function start(parts) {
  const legend = byId("legend");
  addEventListener("beforeprint", () => (legend.open = true));
  legend.open = matchMedia("(min-width: 1000px)").matches && document.documentElement.dataset.mode === "map";
  new Atlas(carried("routeshift-data"), carried("routeshift-view"), parts);
}
