/** Names on the map: places in bold sans, countries of the day in italic serif, roles as chips. */

import { element } from "./dom.js";
import { boxOf } from "./pixels.js";
import { around, place, within } from "./placing.js";

const L = window.L;
const ROLES = ["origin", "transit", "destination"];
/** Less than this is seen of a country, in square pixels: no name. */
const LEAST_SEEN = 260;
/** What stands in for a country has to stand well inside it. */
const STAND_IN_REACH = 50;

export class Labels {
  /** @param {object} map  @param {object} state  @param {object} words */
  constructor(map, state, words) {
    Object.assign(this, { map, state, words });
    this.pane = map.createPane("labels");
    this.pane.setAttribute("aria-hidden", "true");
    this.bench = map.getContainer().appendChild(element("div.label-bench", { "aria-hidden": true }));
    this.made = new Map();
    this.fields = new Map();
    map.on("zoomstart", () => this.pane.classList.add("hidden"));
  }

  /**
   * @param {object} moment  @param {Set<string>} layers
   * @param {{paths: number[][][], sure?: number[][][], taken: import("./pixels.js").Box[]}} ground  lines
   *   to keep off, those of sure routes, and what else stands on the map
   */
  show(moment, layers, ground) {
    const { x: w, y: h } = this.map.getSize();
    const frame = { x: 3, y: 3, w: w - 6, h: h - 6 };
    const marks = this.#marks(moment, layers);
    const named = inOrder(marks.filter((mark) => mark.label), ground.sure ?? []);
    const items = [
      ...named.map((mark) => this.#placeItem(mark, named)),
      ...this.#countryItems(moment, layers, frame),
    ];
    const taken = [...ground.taken, ...marks.filter((mark) => mark.box).map((mark) => mark.box)];
    const placed = place(this.#measured(items), { frame, taken, paths: ground.paths });
    this.pane.replaceChildren(...placed.map((item) => this.#set(item)));
    this.pane.classList.remove("hidden");
  }

  #set({ key, box }) {
    const label = this.made.get(key).node.cloneNode(true);
    const at = this.map.containerPointToLayerPoint([box.x, box.y]).round();
    L.DomUtil.setPosition(label, at);
    return label;
  }

  /** What stands on the map and must not be covered; what bears a name. */
  #marks(moment, layers) {
    const crossings = layers.has("crossings") ? moment.crossings : [];
    const events = layers.has("events") ? moment.events.filter(({ row }) => row.point) : [];
    const rings = crossings
      .filter(({ row }) => row.point)
      .map(({ row }) => ({ label: [row.name], id: row.id, box: this.#boxAt(row.point, 7) }));
    const areas = crossings
      .filter(({ row }) => !row.point)
      .map(({ row }) => this.#areaMark(row));
    const taken = new Set(rings.map((ring) => String([ring.box.x, ring.box.y])));
    const diamonds = events.map(({ row }) => {
      const box = this.#boxAt(row.point, 7);
      if (!taken.has(String([box.x, box.y]))) return { box };
      return { box: { ...box, x: box.x + 10, y: box.y - 11 } };
    });
    return [...rings, ...areas, ...diamonds];
  }

  #boxAt([lon, lat], radius) {
    const { x, y } = this.map.latLngToContainerPoint([lat, lon]);
    return { x: x - radius, y: y - radius, w: 2 * radius, h: 2 * radius };
  }

  #areaMark(row) {
    const box = boxOf(this.#rings(row.outline).flat());
    return { id: row.id, label: [row.name, this.words.legend.area], around: box };
  }

  #placeItem({ id, label, box, around: area }, named) {
    const [name, note] = label;
    const others = named.filter((mark) => mark.box && mark.id !== id).map((mark) => mark.box);
    const counts = note ? [2, 3, 1] : [1];
    const variants = counts.map((count, index) =>
      this.#variant("place", broken(name, count), { note, cost: index * 2 }),
    );
    return { id, gap: 2, variants, spots: around(area ?? box, others) };
  }

  #countryItems(moment, layers, frame) {
    const roles = layers.has("roles") ? byOutline(moment.roles) : new Map();
    const named = moment.boundaries.filter((row) => row.kind !== "backdrop");
    const held = new Set(named.map((row) => row.outline));
    const standIns = [...roles]
      .filter(([outline]) => !held.has(outline))
      .map(([outline, entries]) => ({ row: standIn(outline, entries), style: "stand-in", roles: entries }));
    const items = [
      ...named.map((row) => ({ row, style: styleOf(row), roles: roles.get(row.outline) })),
      ...standIns,
    ].map((item) => ({ ...item, ...this.#field(outlinesOf(item.row, named), frame) }));
    return items
      .filter((item) => item.area > LEAST_SEEN)
      .sort((a, b) => weight(a) - weight(b))
      .map(({ row, style, roles: entries, spots }) => ({
        id: row.id,
        reach: style === "stand-in" ? STAND_IN_REACH : undefined,
        spots,
        variants: this.#countryVariants(row.name, style, entries),
      }));
  }

  #countryVariants(name, style, roles) {
    const words = name.split(" ").length;
    const counts = [1, 2, 3].filter((count) => count <= words && (count === 1 || name.length > 8));
    const long = name.length > 15 ? 8 : 0;
    const costs = { 1: long, 2: long ? 0 : 5, 3: long ? 3 : 12 };
    if (style === "stand-in") return this.#standInVariants(name, roles);
    // "Kosovo (UN administration)": the legend says the rest where there is no room for it.
    const short = name.replace(/ \(.*\)$/, "");
    if (short !== name)
      return [
        this.#variant("minor", [short, name.slice(short.length + 1)], { roles }),
        this.#variant("minor", [short], { roles, cost: 8 }),
        this.#variant("minor small", [short], { roles, cost: 16 }),
      ];
    const sizes = style === "state" ? [["state", 0], ["state small", 12]] : [["minor", 0], ["minor small", 12]];
    const dresses = roles
      ? [["", roles, 0], [" beside", roles, 6], ["", undefined, 40]]
      : [["", undefined, 0]];
    return sizes.flatMap(([classes, extra]) =>
      counts.flatMap((count) =>
        dresses.map(([beside, worn, bare]) =>
          this.#variant(classes + beside, broken(name, count), {
            roles: worn,
            cost: costs[count] + extra + bare,
          }),
        ),
      ),
    );
  }

  /** Never without its name: the chips would be read as those of the state around it. */
  #standInVariants(name, roles) {
    const counts = name.length > 12 ? [2, 1] : [1];
    return ["minor", "minor beside"].flatMap((classes, dress) =>
      counts.map((count, index) =>
        this.#variant(classes, broken(name, count), { roles, cost: 4 * index + 6 * dress }),
      ),
    );
  }

  /** A label made once. */
  #variant(classes, lines, { note, roles = [], cost = 0 }) {
    const chips = ROLES.flatMap((role) => roles.filter((entry) => entry.row.role === role));
    const key = JSON.stringify([classes, lines, note, chips.map((chip) => [chip.row.role, chip.mark])]);
    if (!this.made.has(key)) this.made.set(key, { node: this.#make(classes, lines, note, chips) });
    return { key, cost };
  }

  /**
   * Items whose labels have a size. Those that are new are measured all at once: each one alone
   * would have the browser lay out the page again.
   */
  #measured(items) {
    const unknown = [...this.made.values()].filter((label) => label.w === undefined);
    this.bench.replaceChildren(...unknown.map(({ node }) => node));
    for (const label of unknown)
      Object.assign(label, { w: Math.ceil(label.node.offsetWidth), h: Math.ceil(label.node.offsetHeight) });
    this.bench.replaceChildren();
    const sized = ({ key, cost }) => ({ key, cost, w: this.made.get(key).w, h: this.made.get(key).h });
    return items.map((item) => ({ ...item, variants: item.variants.map(sized) }));
  }

  #make(classes, lines, note, chips) {
    const marks = chips.map(({ row, mark }) =>
      element(`b.chip.${mark}`, {}, this.words.role[`${row.role}_mark`]),
    );
    return element(
      `div.label.${classes.replaceAll(" ", ".")}`,
      {},
      element("span.name", {}, ...lines.map((line) => element("span", {}, line))),
      note && element("span.note", {}, note),
      marks.length > 0 && element("span.chips", {}, ...marks),
    );
  }

  /** Where a name may stand in a shape: the same for every day of one view. */
  #field(outlines, frame) {
    const { lat, lng } = this.map.getCenter();
    const seen = [lat, lng, this.map.getZoom(), frame.w, frame.h].join();
    if (seen !== this.seen) this.fields.clear();
    this.seen = seen;
    const key = outlines.join();
    if (!this.fields.has(key)) {
      const rings = outlines.flatMap((outline) => this.#rings(outline));
      this.fields.set(key, within(rings, frame));
    }
    return this.fields.get(key);
  }

  #rings(outline) {
    const pixel = ([lon, lat]) => {
      const { x, y } = this.map.latLngToContainerPoint([lat, lon]);
      return [x, y];
    };
    return this.state.outlines[outline].flat().map((ring) => ring.map(pixel));
  }
}

/** Where there is no room for all, the places that sure routes reach come first. */
function inOrder(marks, sure) {
  const ends = sure.flatMap((path) => [path[0], path.at(-1)]);
  const isReached = ({ box }) =>
    box && ends.some(([x, y]) => Math.hypot(x - box.x - box.w / 2, y - box.y - box.h / 2) < box.w);
  return [...marks].sort((a, b) => isReached(b) - isReached(a));
}

/** A shape and, as holes in it, the territories that bear a name of their own inside it. */
function outlinesOf(row, named) {
  const isInner = (other) =>
    other.kind === "administered-territory" && (other.within ?? []).includes(row.entity);
  return [row.outline, ...named.filter(isInner).map((other) => other.outline)];
}

/** Small countries first, they have the fewest places; then what stands in for a country. */
function weight({ area, style }) {
  return style === "stand-in" ? Number.MAX_VALUE : area;
}

function styleOf(row) {
  return row.kind === "state" ? "state" : "minor";
}

/** A country of the source that is no state on this day: its role still has to be read. */
function standIn(outline, entries) {
  return { id: `role.${outline}`, outline, name: entries[0].row.country };
}

function byOutline(entries) {
  const groups = new Map();
  for (const entry of entries) {
    const group = groups.get(entry.row.outline) ?? [];
    groups.set(entry.row.outline, [...group, entry]);
  }
  return groups;
}

/** A name in so many lines of about equal length. */
function broken(name, count) {
  const words = name.split(" ");
  if (count === 1) return [name];
  let best = [name];
  const width = (lines) => Math.max(...lines.map((line) => line.length));
  for (let cut = 1; cut <= words.length - count + 1; cut += 1) {
    const lines = [words.slice(0, cut).join(" "), ...broken(words.slice(cut).join(" "), count - 1)];
    if (lines.length === count && width(lines) < width(best)) best = lines;
  }
  return best;
}
