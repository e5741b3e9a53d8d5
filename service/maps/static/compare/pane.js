/** One of the maps beside each other: the drawing of the large map, on one day of one edition. */

import { Basemap } from "../basemap.js";
import { byId, say } from "../dom.js";
import { Labels } from "../labels.js";
import { RouteLayers } from "../layers.js";
import { momentOf } from "../moment.js";
import { Places } from "../places.js";
import { Popups } from "../popups.js";
import { overlays, scale, startMap } from "./start.js";

export class Pane {
  /**
   * @param {string} side  "first" or "second"  @param {object} state  @param {object} settings
   * @param {Set<string>} layers  @param {string} base  the path before this edition's resources
   */
  constructor(side, state, settings, layers, base) {
    Object.assign(this, { side, state, layers, words: settings.words });
    const map = startMap(`map-${side}`, settings, state);
    const popups = new Popups(state, settings.words, base, () => this.moment);
    this.basemap = new Basemap(map, state, (row) => popups.ground(row));
    this.routes = new RouteLayers(map, state, (row) => popups.route(row));
    this.places = new Places(map, state, (kind, row) => popups.place(kind, row));
    this.labels = new Labels(map, state, settings.words);
    this.map = map;
    map.on("zoomend", () => scale(map, this.labels));
  }

  /** @param {number} at  the day's first second */
  show(at) {
    this.moment = momentOf(this.state, at);
    for (const part of [this.basemap, this.routes, this.places]) part.show(this.moment, this.layers);
    const notice = byId(`notice-${this.side}`);
    notice.textContent = say(this.words.panel.notice, this.state.atlas.knowledge_ends);
    notice.hidden = !this.moment.isBeyond;
    this.label();
  }

  label() {
    if (!this.moment) return;
    const taken = overlays(this.map, [byId(`notice-${this.side}`)]);
    this.labels.show(this.moment, this.layers, { paths: this.routes.paths(), taken });
  }
}
