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

/** What of many rows is on the map. Each is made when it is first shown: most days need few. */
class Shown {
  /** @param {object} map  Leaflet's  @param {(row: object) => object} make  gives a layer of it */
  constructor(map, make) {
    Object.assign(this, { map, make, made: new Map(), on: new Set() });
  }

  get(id) {
    return this.made.get(id);
  }

  /** Put these rows on the map, and no others. @param {object[]} rows */
  show(rows) {
    const ids = new Set(rows.map((row) => row.id));
    for (const id of this.on) if (!ids.has(id)) this.made.get(id).remove();
    for (const row of rows) {
      if (!this.made.has(row.id)) this.made.set(row.id, this.make(row));
      this.made.get(row.id).addTo(this.map);
    }
    this.on = ids;
  }
}

export class Basemap {
  /** @param {object} map  Leaflet's  @param {object} state  @param {(row: object) => Node} popup */
  constructor(map, state, popup) {
    this.map = map;
    this.land = rendererIn(map, "land", 210);
    this.union = rendererIn(map, "union", 230);
    this.shapes = new Shown(map, (row) => this.#shape(row, state.outlines, popup));
    this.borders = new Shown(map, (row) => this.#line(row, this.union, "eu-border"));
    this.disputed = new Shown(map, (row) => this.#line(row, this.land, "disputed-border"));
  }

  /** @param {object} moment  @param {Set<string>} layers */
  show(moment, layers) {
    this.shapes.show(moment.boundaries);
    for (const row of moment.boundaries)
      this.#dress(this.shapes.get(row.id), row, moment.members, layers);
    this.#raiseInner(moment);
    this.disputed.show(moment.disputed);
    for (const { id } of moment.disputed) this.disputed.get(id).bringToFront();
    this.borders.show(layers.has("eu") && moment.border ? [moment.border] : []);
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
