/** The quiet part of the map: land, states and the European Union as of the day. */

const L = window.L;

/** [lon, lat] to Leaflet's [lat, lon], at any depth. */
export function turned(coordinates) {
  return typeof coordinates[0] === "number"
    ? [coordinates[1], coordinates[0]]
    : coordinates.map(turned);
}

/** A pane of its own with an SVG renderer, at a place in the stack. */
export function rendererIn(map, name, zIndex) {
  const pane = map.createPane(name);
  pane.style.zIndex = String(zIndex);
  return L.svg({ pane: name, padding: 0.6 });
}

export class Basemap {
  /** @param {object} map  Leaflet's  @param {object} state  @param {(row: object) => Node} popup */
  constructor(map, state, popup) {
    this.map = map;
    this.land = rendererIn(map, "land", 210);
    this.union = rendererIn(map, "union", 230);
    this.shapes = new Map(
      state.boundaries.map((row) => [row.id, this.#shape(row, state.outlines, popup)]),
    );
    this.borders = new Map(
      state.borders.map((row) => [row.id, this.#line(row, this.union, "eu-border")]),
    );
    this.disputed = new Map(
      state.disputed.map((row) => [row.id, this.#line(row, this.land, "disputed-border")]),
    );
    this.order = state.boundaries.map((row) => row.id);
  }

  /** @param {object} moment  @param {Set<string>} layers */
  show(moment, layers) {
    const held = new Map(moment.boundaries.map((row) => [row.id, row]));
    for (const [id, shape] of this.shapes) {
      const row = held.get(id);
      if (!row) shape.remove();
      else this.#dress(shape.addTo(this.map), row, moment.members, layers);
    }
    this.#raiseInner(moment);
    const disputed = new Set(moment.disputed.map((row) => row.id));
    for (const [id, line] of this.disputed) {
      if (disputed.has(id)) line.addTo(this.map).bringToFront();
      else line.remove();
    }
    for (const [id, border] of this.borders) {
      if (layers.has("eu") && moment.border?.id === id) border.addTo(this.map);
      else border.remove();
    }
  }

  #shape(row, outlines, popup) {
    const className = `ground ${row.kind}`;
    const shape = L.polygon(turned(outlines[row.outline]), {
      renderer: this.land,
      className,
      smoothFactor: 0.4,
    });
    return shape.bindPopup(() => popup(row), { maxWidth: 280, autoPan: false });
  }

  #line(row, renderer, className) {
    const options = { renderer, className, interactive: false, smoothFactor: 0.4 };
    return L.polyline(turned(row.lines), options);
  }

  #dress(shape, row, members, layers) {
    const isMember = layers.has("eu") && members.has(row.entity);
    shape.getElement().classList.toggle("member", isMember && row.kind === "state");
  }

  /** Territories and disputed parts lie over the states that they are part of. */
  #raiseInner(moment) {
    const rank = { backdrop: 0, state: 1, "administered-territory": 2, "disputed-part": 3 };
    const rows = [...moment.boundaries].sort((a, b) => rank[a.kind] - rank[b.kind]);
    for (const row of rows) if (rank[row.kind] > 1) this.shapes.get(row.id).bringToFront();
  }
}
