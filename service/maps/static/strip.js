/** The strip of time: a bar for each route, what changed when, and over it the handles. */

import { drawn } from "./dom.js";
import { Timeline } from "./timeline.js";

const NARROW = 640;
const RAGGED = 7;

export class Strip extends Timeline {
  /**
   * @param {{chart: HTMLElement, slider: HTMLInputElement, sliderTo: HTMLInputElement}} parts
   * @param {object} state  @param {object} words  @param {boolean} isCompact
   */
  constructor(parts, state, words, isCompact) {
    super(parts, state, words);
    this.isCompact = isCompact;
    new ResizeObserver(() => this.#draw()).observe(this.chart);
  }

  #measure() {
    const full = this.chart.clientWidth;
    this.isNarrow = full < NARROW;
    this.left = this.isNarrow || this.isCompact ? 9 : 196;
    this.width = full - this.left - 12;
    this.rowHeight = this.isCompact ? 6 : this.isNarrow ? 26 : 14;
    this.barHeight = this.isCompact ? 4 : 7;
    this.top = this.isCompact ? 38 : 40;
    const { routes, events, boundaries, borders } = this.state;
    this.lanes = [];
    if (!this.isCompact && events.length) this.lanes.push("events");
    if (!this.isCompact && boundaries.length + borders.length) this.lanes.push("states");
    const rows = routes.length + this.lanes.length;
    this.height = this.top + rows * this.rowHeight + (this.isNarrow ? 6 : 3);
  }

  #draw() {
    if (!this.chart.clientWidth) return;
    this.#measure();
    const width = this.chart.clientWidth;
    const box = { width, height: this.height, viewBox: `0 0 ${width} ${this.height}` };
    const svg = drawn("svg", box, this.beyond(this.height), ...this.years(this.height));
    svg.append(...this.state.routes.map((route, index) => this.#route(route, index)));
    if (!this.isCompact) svg.append(...this.#shifts());
    if (this.lanes.includes("events")) svg.append(this.#events());
    this.chart.replaceChildren(svg);
    if (this.lanes.includes("states")) svg.append(this.#states(svg));
    this.addHandles(svg, this.height);
  }

  #route(route, index) {
    const y = this.top + index * this.rowHeight;
    const name = this.isCompact ? null : this.#name(route.name, y);
    return drawn(`g.bar.${route.mode === "land" ? "land" : "water"}`, {}, name, ...this.#bars(route, y));
  }

  #name(text, y) {
    const place = this.isNarrow ? { x: this.left, y: y + 11 } : { x: 0, y: y + 9 };
    return drawn("text.row-name", place, text);
  }

  #barTop(y) {
    return this.isCompact ? y : this.isNarrow ? y + 15 : y + 2;
  }

  #bars({ bounds, end }, y) {
    const [startEarliest, startLatest, endEarliest, endLatest, seenFrom, seenUntil] = bounds;
    const isOpen = startEarliest < this.state.axis.first;
    const top = this.#barTop(y);
    const parts = [
      drawn("path.possible", { d: this.#shape(startEarliest, endLatest, top, end, isOpen) }),
    ];
    for (const [from, until] of [[startLatest, endEarliest], [seenFrom, seenUntil]]) {
      if (from >= until || until < this.state.axis.first) continue;
      parts.push(drawn("path.sure", { d: this.#shape(from, until, top, null, isOpen && from < this.state.axis.first) }));
    }
    return parts;
  }

  /** A bar: pointed where it began before the axis, ragged where the source's knowledge ends. */
  #shape(from, until, top, end, isOpen) {
    const [x0, x1] = [this.x(from), this.x(until)];
    const [bottom, middle] = [top + this.barHeight, top + this.barHeight / 2];
    const left = isOpen ? `M${x0} ${bottom}L${x0 - 6} ${middle}L${x0} ${top}` : `M${x0} ${bottom}V${top}`;
    if (end !== "source-ends") return `${left}H${x1}V${bottom}Z`;
    const tooth = this.barHeight / 4;
    const right = [
      `H${x1}`, `L${x1 - RAGGED} ${top + tooth}`, `L${x1} ${middle}`,
      `L${x1 - RAGGED} ${middle + tooth}`, `L${x1} ${bottom}`,
    ];
    return `${left}${right.join("")}Z`;
  }

  /** A shift ties its routes together, in the middle of the time in which it lies. */
  #shifts() {
    const rows = new Map(this.state.routes.map((route, index) => [route.id, index]));
    const middle = (index) => this.#barTop(this.top + index * this.rowHeight) + this.barHeight / 2;
    return this.state.shifts.map((shift) => {
      const places = [...shift.from, ...shift.to].map((id) => rows.get(id)).filter((row) => row >= 0);
      const x = this.x((shift.bounds[0] + shift.bounds[3]) / 2);
      const ys = places.map(middle);
      const line = { x1: x, x2: x, y1: Math.min(...ys), y2: Math.max(...ys) };
      const dots = ys.map((cy) => drawn("circle", { cx: x, cy, r: 2.4 }));
      return drawn("g.shift", {}, drawn("title", {}, shift.name), drawn("line", line), ...dots);
    });
  }

  #laneTop(lane) {
    return this.top + (this.state.routes.length + this.lanes.indexOf(lane)) * this.rowHeight;
  }

  #events() {
    const y = this.#laneTop("events");
    const cy = this.#barTop(y) + this.barHeight / 2;
    const marks = this.state.events
      .filter((row) => !row.undated)
      .map((row) => {
        const x = this.x((row.bounds[0] + row.bounds[3]) / 2);
        const d = `M${x} ${cy - 4.5}L${x + 4.5} ${cy}L${x} ${cy + 4.5}L${x - 4.5} ${cy}Z`;
        return drawn("path.event", { d }, drawn("title", {}, `${row.name}, ${row.when}`));
      });
    return drawn("g.events", {}, this.#name(this.words.strip.events, y), ...marks);
  }

  /** States and the Union: a tick for each change, named where there is room. */
  #states(svg) {
    const y = this.#laneTop("states");
    const top = this.#barTop(y) - (this.isNarrow ? -1 : 2);
    const bottom = top + this.barHeight + 4;
    const group = drawn("g.states", {}, this.#name(this.words.strip.states, y));
    svg.append(group);
    const told = this.state.changes.filter((change) => change.short && change.at < this.state.axis.last);
    const ticks = told.map((change) => {
      const x = this.x(change.at);
      const kind = change.kinds.includes("eu") ? "union" : "state";
      const line = drawn(`line.tick.${kind}`, { x1: x, x2: x, y1: top, y2: bottom });
      line.append(drawn("title", {}, change.words.join(" ")));
      const name = drawn("text.tick-name", { x: x + 4, y: bottom - 2 }, change.short);
      group.append(line, name);
      return { x, name };
    });
    this.#nameTicks(ticks);
    return group;
  }

  /** Leave each name right of its tick, or put it left of it, or take it out, by what is free. */
  #nameTicks(ticks) {
    // All are measured before any is moved: each move would have them all laid out anew.
    const widths = ticks.map(({ name }) => name.getComputedTextLength());
    const end = this.left + this.width + 10;
    let free = this.left;
    ticks.forEach(({ x, name }, index) => {
      const width = widths[index];
      const room = (ticks[index + 1]?.x ?? end) - x - 8;
      if (width <= room && x + 4 >= free) {
        free = x + 8 + width;
        return;
      }
      if (x - 4 - width > free + 4) name.setAttribute("x", String(x - 4 - width));
      else name.remove();
      free = Math.max(free, x + 2);
    });
  }
}
