/** Crossings as rings and soft areas, events as small diamonds: all reachable by keyboard. */

import { rendererIn, turned } from "./basemap.js";
import { bring, dismiss } from "./fade.js";

const L = window.L;

export class Places {
  /** @param {object} map  @param {object} state  @param {(kind: string, row: object) => Node} popup */
  constructor(map, state, popup) {
    this.map = map;
    this.areas = rendererIn(map, "areas", 235);
    this.crossings = new Map(
      state.crossings.map((row) => [row.id, this.#crossing(row, state, popup)]),
    );
    const points = new Set(state.crossings.map((row) => String(row.point)));
    this.events = new Map(
      state.events
        .filter((row) => row.point)
        .map((row) => [row.id, this.#event(row, points.has(String(row.point)), popup)]),
    );
  }

  /** @param {object} moment  @param {Set<string>} layers  @param {boolean} isSoft */
  show(moment, layers, isSoft = false) {
    this.#showAll(this.crossings, layers.has("crossings") ? moment.crossings : [], isSoft);
    this.#showAll(this.events, layers.has("events") ? moment.events : [], isSoft);
  }

  /** Open what is known of a crossing or an event. */
  open(id) {
    (this.events.get(id) ?? this.crossings.get(id))?.openPopup();
  }

  #showAll(layers, entries, isSoft) {
    const held = new Map(entries.map((entry) => [entry.row.id, entry]));
    for (const [id, layer] of layers) {
      const entry = held.get(id);
      if (!entry) {
        dismiss(layer, this.map, isSoft);
        continue;
      }
      bring(layer, this.map, isSoft);
      layer.getElement()?.classList.toggle("unsure", entry.mark !== "certain");
    }
  }

  #crossing(row, state, popup) {
    const layer = row.point
      ? mark(row, "ring", [18, 18], [9, 9])
      : L.polygon(turned(state.outlines[row.outline]), {
          renderer: this.areas,
          className: "area",
        });
    return layer.bindPopup(() => popup("crossings", row), { maxWidth: 300, minWidth: 220 });
  }

  /** A diamond beside its place where a ring stands there already. */
  #event(row, isTaken, popup) {
    const anchor = isTaken ? [-1, 20] : [9, 9];
    const layer = mark(row, row.undated ? "diamond undated" : "diamond", [18, 18], anchor);
    return layer.bindPopup(() => popup("events", row), { maxWidth: 300, minWidth: 220 });
  }
}

function mark(row, className, iconSize, iconAnchor) {
  const icon = L.divIcon({ className: `mark ${className}`, iconSize, iconAnchor });
  const [lon, lat] = row.point;
  return L.marker([lat, lon], { icon, title: row.name, riseOnHover: true });
}
