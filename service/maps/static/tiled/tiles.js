/** The tiles in view: fetched once, drawn again for each day without asking anybody. */

import { EXTENT } from "./mvt.js";
import { palette, Pens } from "./pens.js";
import { markAll, NOTHING, versionsOf } from "./versions.js";

const L = window.L;
/** Shown this large, a tile holds what four of 256 pixels do. */
const SIDE = 512;
const NEAR_ZOOM = 5.3;
/** Where more are drawn in view, bands and arrowheads would hide the lines, and take their time. */
const CROWD = 150;

/**
 * A layer of Leaflet's grid. Fires `came` when a tile has been read, or could not be.
 *
 * @typedef {{coords: {x: number, y: number, z: number}, held: import("./versions.js").Held,
 *   sheets: object, stop: AbortController, failed: boolean}} Tile
 */
export const RouteTiles = L.GridLayer.extend({
  initialize(address, pane) {
    L.GridLayer.prototype.initialize.call(this, {
      pane, tileSize: SIDE, noWrap: true, updateWhenIdle: true, updateWhenZooming: false, keepBuffer: 1,
    });
    Object.assign(this, { address, tiles: new Map(), window: null, isOn: true, emphasised: null });
    Object.assign(this, { rank: 0, isCrowd: false });
    this.on("tileunload", ({ tile }) => this.forget(tile));
  },

  createTile(coords, done) {
    const node = L.DomUtil.create("div", "route-tile");
    const sheets = {
      bands: L.DomUtil.create("canvas", "route-bands", node),
      lines: L.DomUtil.create("canvas", "route-lines", node),
    };
    const tile = { coords, sheets, held: NOTHING, stop: new AbortController(), failed: false };
    this.tiles.set(node, tile);
    this.load(tile).then(
      () => done(null, node),
      (error) => (done(error, node), (tile.failed = error.name !== "AbortError")),
    ).finally(() => this.fire("came"));
    return node;
  },

  async load(tile) {
    const { x, y, z } = tile.coords;
    const place = { x, y, z: z - Math.log2(SIDE / 256) };
    const answer = await fetch(L.Util.template(this.address, place), { signal: tile.stop.signal });
    if (!answer.ok) throw new Error(`${answer.status} for ${answer.url}`);
    if (answer.status === 204) return;
    tile.held = versionsOf(await answer.arrayBuffer());
  },

  forget(node) {
    this.tiles.get(node)?.stop.abort();
    this.tiles.delete(node);
  },

  /**
   * Show a day, or nothing. All tiles in view are thinned as the fullest of them is: else the map
   * would show more routes where there are fewer.
   */
  show(window, isOn) {
    Object.assign(this, { window, isOn });
    for (const tile of this.tiles.values()) markAll(tile.held, window);
    const seen = this.inView().map(({ tile }) => tile);
    this.rank = Math.max(0, ...seen.map(({ held }) => held.rank));
    this.isCrowd = seen.reduce((sum, tile) => sum + this.drawn(tile).length, 0) > CROWD;
    for (const tile of this.tiles.values()) this.paint(tile);
  },

  /** The versions of a tile that stand on the map now. */
  drawn({ held }) {
    if (!this.isOn) return [];
    return held.versions.filter(({ mark, row }) => mark !== null && row.rank >= this.rank);
  },

  /** How many of all versions in view, of any time, are on the map. */
  share() {
    const tiles = this.inView().map(({ tile }) => tile.held);
    const of = tiles.reduce((sum, held) => sum + held.of, 0);
    const shown = tiles.flatMap((held) => held.versions.filter(({ row }) => row.rank >= this.rank));
    return of ? shown.length / of : 1;
  },

  /** Draw one version alone as it is, the others faint; null draws all of them. */
  emphasise(id) {
    this.emphasised = id;
    for (const tile of this.tiles.values()) this.paint(tile);
  },

  paint(tile) {
    if (!this._map) return;
    const { coords, sheets } = tile;
    const ratio = window.devicePixelRatio || 1;
    const zoom = this._map.getZoom();
    const size = Math.ceil(SIDE * this._map.getZoomScale(zoom, coords.z) * ratio);
    this.colours ??= palette();
    const how = { size, ratio, isFar: zoom < NEAR_ZOOM, isCrowd: this.isCrowd, colours: this.colours };
    new Pens(sheets, how).draw(this.drawn(tile), this.emphasised);
  },

  /** The tiles that fill the view now, each with the view as a box on its grid. */
  inView() {
    if (!this._map) return [];
    const zoom = Math.round(this._map.getZoom());
    const view = this._map.getBounds();
    const northWest = this._map.project(view.getNorthWest(), zoom);
    const southEast = this._map.project(view.getSouthEast(), zoom);
    const step = EXTENT / SIDE;
    return [...this.tiles.values()]
      .filter(({ coords }) => coords.z === zoom)
      .map((tile) => {
        const corner = tile.coords.scaleBy(L.point(SIDE, SIDE));
        const from = northWest.subtract(corner).multiplyBy(step);
        const to = southEast.subtract(corner).multiplyBy(step);
        return { tile, box: { x: from.x, y: from.y, w: to.x - from.x, h: to.y - from.y } };
      })
      .filter(({ box }) => box.x < EXTENT && box.y < EXTENT && box.x + box.w > 0 && box.y + box.h > 0);
  },

  /** The place of a point on a tile's grid. */
  placeOf({ coords }, [x, y]) {
    const pixel = coords.scaleBy(L.point(SIDE, SIDE)).add(L.point(x, y).multiplyBy(SIDE / EXTENT));
    return this._map.unproject(pixel, coords.z);
  },

  /** A place on a tile's grid. @returns {[number, number]} */
  pointOn({ coords }, place) {
    const pixel = this._map.project(place, coords.z).subtract(coords.scaleBy(L.point(SIDE, SIDE)));
    return [(pixel.x * EXTENT) / SIDE, (pixel.y * EXTENT) / SIDE];
  },
});
