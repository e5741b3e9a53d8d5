/** The versions of a large atlas on the map: from tiles, drawn on canvas, found by click and name. */

import { byId, element, say } from "../dom.js";
import { focusRoute } from "../panel.js";
import { distanceTo, pathsMeet } from "../pixels.js";
import { EXTENT } from "./mvt.js";
import { RouteTiles } from "./tiles.js";

const L = window.L;
/** What a list beside the map can hold and still be read. */
const MOST_LISTED = 50;
/** So near a click has to be, in pixels. */
const REACH = 9;
const OVER_THE_MAP = ".leaflet-control, .leaflet-popup, .leaflet-marker-icon";

export class TiledRoutes {
  /**
   * @param {object} map  @param {object} state  @param {(row: object) => Node} popup
   * @param {{settings: object, came: () => void}} page  `came` is called when more is there to draw
   */
  constructor(map, state, popup, { settings, came }) {
    Object.assign(this, { map, popup, base: settings.base, words: settings.words.tiled });
    const pane = map.createPane("tiles");
    pane.style.zIndex = "250";
    this.tiles = new RouteTiles(settings.tiles, "tiles");
    this.note = noteOn(map);
    const soon = onceAFrame(came);
    this.tiles.on("came", soon);
    map.on("moveend", () => (this.#retry(), soon()));
    map.on("zoomend", () => this.tiles.emphasise(null));
    this.#listen(map.getContainer());
  }

  /** Draw a day, and say in `moment` what of it is in view, the nearest to its middle first. */
  show(moment, layers) {
    // Not before the map stands where it opens: it would ask for the tiles of another place.
    this.tiles.addTo(this.map);
    this.tiles.show(moment.window, layers.has("routes"));
    moment.routes = this.#seen();
    moment.listed = MOST_LISTED;
    this.note(this.#told(layers));
    if (!this.tiles.isLoading()) document.documentElement.dataset.tiles = "all";
  }

  emphasise(id) {
    this.wanted = id;
    this.emphasiseSoon ??= onceAFrame(() => this.tiles.emphasise(this.wanted));
    this.emphasiseSoon();
  }

  /** Open what is known of a version, in the middle of what is seen of it. */
  open(id) {
    for (const { tile, box } of this.tiles.inView()) {
      const version = this.tiles.drawn(tile).find(({ row }) => row.id === id);
      if (!version) continue;
      const points = version.lines.flat();
      const visible = points.filter(([x, y]) => isIn(box, x, y) && x >= 0 && y >= 0 && x <= EXTENT && y <= EXTENT);
      const among = visible.length ? visible : points;
      this.#open(version.row, this.tiles.placeOf(tile, among[Math.floor(among.length / 2)]));
      return;
    }
  }

  /** Lines are too many to keep names off them. */
  paths() {
    return [];
  }

  #seen() {
    const found = new Map();
    for (const { tile, box } of this.tiles.inView()) {
      const [midX, midY] = [box.x + box.w / 2, box.y + box.h / 2];
      for (const version of this.tiles.drawn(tile)) {
        if (!pathsMeet(version.lines, box)) continue;
        const { row, mark, isLighter, box: own } = version;
        const far = Math.hypot(own.x + own.w / 2 - midX, own.y + own.h / 2 - midY);
        const before = found.get(row.id);
        if (!before || before.far > far) found.set(row.id, { row, mark, isLighter, far });
      }
    }
    return [...found.values()].sort((a, b) => a.far - b.far);
  }

  /** That not all is drawn, or not yet: an empty place is not a statement about the world. */
  #told(layers) {
    const tiles = this.tiles.inView().map(({ tile }) => tile);
    if (!layers.has("routes")) return "";
    if (tiles.some(({ failed }) => failed)) return this.words.failed;
    const percent = Math.round(100 * this.tiles.share());
    if (percent < 1) return this.words.thinned_least;
    if (percent < 100) return say(this.words.thinned, { share: percent });
    if (this.tiles.isLoading()) return this.words.loading;
    return this.tiles.isCrowd ? this.words.crowded : "";
  }

  #retry() {
    if (this.tiles.inView().some(({ tile }) => tile.failed)) this.tiles.redraw();
  }

  /** Clicks are caught before they reach the ground below, which has popups of its own. */
  #listen(container) {
    container.addEventListener("click", (event) => {
      if (event.target.closest(OVER_THE_MAP) || this.map.dragging.moved()) return;
      const place = this.map.mouseEventToLatLng(event);
      const version = this.#at(place);
      if (!version) return;
      event.stopPropagation();
      this.#open(version.row, place);
    }, true);
    let last = null;
    const look = onceAFrame(() => {
      const isOver = Boolean(this.#at(this.map.mouseEventToLatLng(last)));
      container.classList.toggle("over-route", isOver);
    });
    container.addEventListener("mousemove", (event) => ((last = event), look()));
  }

  /** The version that is drawn at a place, if any: the nearest. */
  #at(place) {
    let [nearest, reach] = [null, (REACH * EXTENT) / 512];
    for (const { tile } of this.tiles.inView()) {
      const point = this.tiles.pointOn(tile, place);
      if (!point.every((one) => one >= 0 && one <= EXTENT)) continue;
      for (const version of this.tiles.drawn(tile)) {
        const far = distanceTo(version.lines, version.box, point, reach);
        if (far < reach) [nearest, reach] = [version, far];
      }
    }
    return nearest;
  }

  /** First what the tile knows, then what the record says. */
  async #open(row, place) {
    const popup = L.popup({ maxWidth: 300, minWidth: 220 }).setLatLng(place);
    const wasListed = byId("panel")?.contains(document.activeElement);
    popup.setContent(this.popup(row)).openOn(this.map);
    // The map has moved to show the popup, and the list with it: the button is another one now.
    if (wasListed) popup.once("remove", () => focusRoute(byId("panel"), row.id));
    const path = `${this.base}/collections/routes/items/${encodeURIComponent(row.id)}?f=json`;
    const answer = await fetch(path).catch(() => null);
    if (!answer?.ok || !popup.isOpen()) return;
    const { properties } = await answer.json();
    popup.setContent(this.popup({ ...properties, bounds: row.bounds }));
  }
}

/** A line of words on the map; nothing hides it. @returns {(text: string) => void} */
function noteOn(map) {
  const node = element("p.tiles-note", { role: "status", hidden: true });
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => node;
  control.addTo(map);
  return (text) => {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = text === "";
  };
}

function onceAFrame(work) {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      work();
    });
  };
}

function isIn({ x, y, w, h }, px, py) {
  return px >= x && py >= y && px <= x + w && py <= y + h;
}
