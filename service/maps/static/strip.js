/** The strip of time: a bar for each route, what changed when, and over it one handle, or two. */

import { drawn } from "./dom.js";
import { DAY, momentOfDate } from "./time.js";
import { yearNumber } from "./dates.js";

const THUMB = 18;
const NARROW = 640;
const RAGGED = 7;
const STEPS_YEARS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export class Strip {
  /**
   * @param {{chart: HTMLElement, slider: HTMLInputElement, sliderTo: HTMLInputElement}} parts
   * @param {object} state  @param {object} words  @param {boolean} isCompact
   */
  constructor(parts, state, words, isCompact) {
    Object.assign(this, parts, { state, words, isCompact });
    this.at = state.axis.first;
    this.to = null;
    const days = Math.round((state.axis.last - state.axis.first) / DAY);
    for (const slider of [this.slider, this.sliderTo]) slider.max = String(days - 1);
    new ResizeObserver(() => this.#draw()).observe(this.chart);
  }

  /**
   * @param {number} at  @param {number | null} to  the last day of a range
   * @param {(at: number) => string} writeDay
   */
  show(at, to, writeDay) {
    Object.assign(this, { at, to });
    const { strip } = this.words;
    this.slider.setAttribute("aria-label", to === null ? strip.label : this.words.range.first);
    this.sliderTo.hidden = to === null;
    this.#set(this.slider, at, writeDay);
    if (to !== null) this.#set(this.sliderTo, to, writeDay);
    this.#moveHandles();
  }

  #set(slider, day, writeDay) {
    slider.value = String(Math.round((day - this.state.axis.first) / DAY));
    slider.setAttribute("aria-valuetext", writeDay(day));
  }

  /** The day that a slider stands on. @param {HTMLInputElement} slider */
  dayOf(slider) {
    return this.state.axis.first + Number(slider.value) * DAY;
  }

  /** The handle that is nearer to a day; of two on one day the one that can move there. */
  nearest(day) {
    if (this.to === null) return "at";
    const [before, after] = [Math.abs(day - this.at), Math.abs(day - this.to)];
    return before < after || (before === after && day < this.at) ? "at" : "to";
  }

  /** The day under a pointer. @param {number} clientX */
  dayAt(clientX) {
    const { first, last } = this.state.axis;
    const x = clientX - this.chart.getBoundingClientRect().left - this.left;
    const share = Math.min(Math.max(x / this.width, 0), 1);
    return first + Math.floor((share * (last - first)) / DAY) * DAY;
  }

  #x(at) {
    const { first, last } = this.state.axis;
    const share = (Math.min(Math.max(at, first), last) - first) / (last - first);
    return this.left + share * this.width;
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
    const svg = drawn("svg", box, this.#beyond(), ...this.#years());
    svg.append(...this.state.routes.map((route, index) => this.#route(route, index)));
    if (!this.isCompact) svg.append(...this.#shifts());
    if (this.lanes.includes("events")) svg.append(this.#events());
    this.chart.replaceChildren(svg);
    if (this.lanes.includes("states")) svg.append(this.#states(svg));
    this.chosen = drawn("rect.chosen", { y: 20, height: this.height - 20 });
    this.track = drawn("line.chosen-track", { y1: 27, y2: 27 });
    this.playheads = [0, 1].map(() => drawn("line.playhead", { y1: 27, y2: this.height }));
    svg.prepend(this.chosen);
    svg.append(this.track, ...this.playheads);
    this.chart.replaceChildren(svg);
    for (const slider of [this.slider, this.sliderTo]) {
      slider.style.left = `${this.left - THUMB / 2}px`;
      slider.style.width = `${this.width + THUMB}px`;
    }
    this.#moveHandles();
  }

  /** A range is marked from the start of its first day to the end of its last. */
  #moveHandles() {
    if (!this.playheads) return;
    const [from, to] = [this.#x(this.at), this.#x(this.to ?? this.at)];
    this.playheads.forEach((line, index) => setAll(line, { x1: [from, to][index], x2: [from, to][index] }));
    const width = this.to === null ? 0 : Math.max(1, this.#x(this.to + DAY) - from);
    setAll(this.chosen, { x: from, width });
    setAll(this.track, { x1: from, x2: from + width });
  }

  /** The hatched time after the source's knowledge. */
  #beyond() {
    const x = this.#x(this.state.atlas.knowledge_ends.at);
    const size = { x, y: 36, width: this.left + this.width - x, height: this.height - 36 };
    const title = drawn("title", {}, this.words.strip.after);
    return drawn("rect.beyond", size, title);
  }

  #years() {
    const { first, last } = this.state.axis;
    const [from, to] = [yearNumber(first), yearNumber(last)];
    const room = this.width / (to - from);
    const step = STEPS_YEARS.find((years) => years * room >= 46) ?? STEPS_YEARS.at(-1);
    const unit = Math.max(1, step / 10);
    const track = { x1: this.left, x2: this.left + this.width, y1: 27, y2: 27 };
    const marks = [drawn("line.track", track)];
    for (let year = Math.ceil(from / unit) * unit; year < to; year += unit) {
      const x = this.#x(momentOfDate(year, 0, 1));
      const isNamed = year % step === 0;
      const line = { x1: x, x2: x, y1: isNamed ? 18 : 23, y2: isNamed ? this.height : 31 };
      marks.push(drawn(isNamed ? "line.year" : "line.year.minor", line));
      const anchor = year === from && this.left < 20 ? "start" : "middle";
      if (isNamed)
        marks.push(drawn("text.year-name", { x, y: 12, "text-anchor": anchor }, String(year)));
    }
    return marks;
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
    const [x0, x1] = [this.#x(from), this.#x(until)];
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
      const x = this.#x((shift.bounds[0] + shift.bounds[3]) / 2);
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
        const x = this.#x((row.bounds[0] + row.bounds[3]) / 2);
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
    const ticks = told.map((change) => ({ change, x: this.#x(change.at) }));
    let free = this.left;
    ticks.forEach(({ change, x }, index) => {
      const kind = change.kinds.includes("eu") ? "union" : "state";
      const line = drawn(`line.tick.${kind}`, { x1: x, x2: x, y1: top, y2: bottom });
      line.append(drawn("title", {}, change.words.join(" ")));
      group.append(line);
      free = Math.max(free, this.#nameTick(group, change, x, ticks[index + 1]?.x, bottom - 2, free));
    });
    return group;
  }

  #nameTick(group, change, x, nextX, y, free) {
    const text = drawn("text.tick-name", { x: x + 4, y }, change.short);
    group.append(text);
    const room = (nextX ?? this.left + this.width + 10) - x - 8;
    const width = text.getComputedTextLength();
    if (width <= room && x + 4 >= free) return x + 8 + width;
    text.setAttribute("x", String(x - 4 - width));
    if (x - 4 - width > free + 4) return x + 2;
    text.remove();
    return x + 2;
  }
}

function setAll(node, values) {
  for (const [name, value] of Object.entries(values)) node.setAttribute(name, String(value));
}
