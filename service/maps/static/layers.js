/** The routes: a broad soft band for the schematic course, over it a line that says how sure. */

import { fadingParts, terminalEnds } from "./arrows.js";
import { rendererIn, turned } from "./basemap.js";
import { bring, dismiss } from "./fade.js";
import { lengthOf } from "./pixels.js";

const L = window.L;

const MARKS = ["certain", "possible", "ending", "fading"];
/** A course shorter than this on the screen, in pixels, is a dot, not an arrow. */
const SHORTEST_ARROW = 16;

export class RouteLayers {
  /** @param {object} map  @param {object} state  @param {(row: object) => Node} popup */
  constructor(map, state, popup) {
    this.map = map;
    this.renderers = {
      band: rendererIn(map, "bands", 240),
      line: rendererIn(map, "lines", 250),
      hit: rendererIn(map, "hits", 260),
    };
    this.routes = new Map(state.routes.map((row) => [row.id, this.#build(row, popup)]));
    this.drawn = [];
    map.on("zoomend", () => this.#point());
  }

  /** @param {object} moment  @param {Set<string>} layers  @param {boolean} isSoft */
  show(moment, layers, isSoft = false) {
    this.drawn = layers.has("routes") ? moment.routes : [];
    const marks = new Map(this.drawn.map((entry) => [entry.row.id, entry]));
    for (const [id, { group, firm }] of this.routes) {
      const entry = marks.get(id);
      if (!entry) {
        dismiss(group, this.map, isSoft);
        continue;
      }
      bring(group, this.map, isSoft);
      for (const line of firm) dress(line.getElement(), entry);
    }
    this.#point();
  }

  /** Lift one route out of the network; null lets all of them stand again. */
  emphasise(id) {
    for (const [key, { group }] of this.routes) {
      group.eachLayer((layer) => {
        layer.getElement()?.classList.toggle("faint", id !== null && key !== id);
      });
    }
  }

  /** Open what is known of a route, in the middle of what is seen of it. */
  open(id) {
    const { hit, row } = this.routes.get(id);
    const seen = this.map.getBounds().pad(-0.1);
    const points = turned(row.lines).flat();
    const visible = points.filter((point) => seen.contains(point));
    const among = visible.length ? visible : points;
    hit.openPopup(among[Math.floor(among.length / 2)]);
  }

  /** The drawn lines in pixels of the map's frame, for the labels. @param {(mark: string) => boolean} [is] */
  paths(is = () => true) {
    return this.drawn.filter(({ mark }) => is(mark)).flatMap(({ row }) => this.#pathsOf(row));
  }

  #pathsOf(row) {
    const pixel = ([lon, lat]) => {
      const { x, y } = this.map.latLngToContainerPoint([lat, lon]);
      return [x, y];
    };
    return row.lines.map((line) => line.map(pixel));
  }

  #lengthOf(row) {
    return this.#pathsOf(row).reduce((sum, path) => sum + lengthOf(path), 0);
  }

  #build(row, popup) {
    const water = row.mode === "land" ? "land" : "water";
    const ends = terminalEnds(row.lines);
    const band = this.#line(row.lines, "band", `band ${water}`, false);
    const hit = this.#line(row.lines, "hit", "hit", true);
    const firm = row.lines.flatMap((line, index) => this.#strokes(row, line, ends[index], water));
    hit.bindPopup(() => popup(row), { maxWidth: 300, minWidth: 220 });
    hit.on("mouseover", () => this.emphasise(row.id));
    hit.on("mouseout", () => this.emphasise(null));
    return { row, hit, firm, group: L.layerGroup([band, ...firm, hit]) };
  }

  /** The strokes of one part; the last one bears the arrowhead where the network ends. */
  #strokes(row, line, isEnd, water) {
    const isOpen = isEnd && Boolean(row.implied);
    const parts = isOpen ? fadingParts(line) : [{ line, opacity: 1 }];
    return parts.map((part, index) => {
      const stroke = this.#line(part.line, "line", `route ${water}`, false);
      const isLast = index === parts.length - 1;
      stroke.course = { opacity: part.opacity };
      stroke.course.head = isEnd && isLast ? `url(#${isOpen ? "open" : "arrow"}-${water})` : null;
      return stroke;
    });
  }

  #line(lines, renderer, className, interactive) {
    const options = { renderer: this.renderers[renderer], className, interactive };
    return L.polyline(turned(lines), { ...options, noClip: true, smoothFactor: 0.3 });
  }

  /** Give arrowheads to the courses that are long enough on the screen to point anywhere. */
  #point() {
    for (const { row } of this.drawn) {
      const isLong = this.#lengthOf(row) >= SHORTEST_ARROW;
      for (const stroke of this.routes.get(row.id).firm) {
        const path = stroke.getElement();
        path.classList.toggle("dot", !isLong);
        if (stroke.course.head && isLong) path.setAttribute("marker-end", stroke.course.head);
        else path.removeAttribute("marker-end");
        path.style.opacity = stroke.course.opacity === 1 ? "" : String(stroke.course.opacity);
      }
    }
  }
}

function dress(path, { mark, isLighter }) {
  path.classList.remove(...MARKS, "lighter");
  path.classList.add(mark);
  path.classList.toggle("lighter", isLighter);
}
