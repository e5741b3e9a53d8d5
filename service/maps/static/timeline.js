/** The axis of time under every strip: its years, and over it one handle, or two for a range. */

import { yearNumber } from "./dates.js";
import { drawn } from "./dom.js";
import { DAY, momentOfDate } from "./time.js";

const THUMB = 18;
const STEPS_YEARS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** What draws on it sets `left` and `width`, in pixels, before it asks for anything. */
export class Timeline {
  /**
   * @param {{chart: HTMLElement, slider: HTMLInputElement, sliderTo: HTMLInputElement}} parts
   * @param {object} state  @param {object} words
   */
  constructor(parts, state, words) {
    Object.assign(this, parts, { state, words });
    this.at = state.axis.first;
    this.to = null;
    const days = Math.round((state.axis.last - state.axis.first) / DAY);
    for (const slider of [this.slider, this.sliderTo]) slider.max = String(days - 1);
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
    this.moveHandles();
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

  x(at) {
    const { first, last } = this.state.axis;
    const share = (Math.min(Math.max(at, first), last) - first) / (last - first);
    return this.left + share * this.width;
  }

  /** Put the handles over what was drawn, and the drawing into the page. */
  addHandles(svg, height) {
    this.chosen = drawn("rect.chosen", { y: 20, height: height - 20 });
    this.track = drawn("line.chosen-track", { y1: 27, y2: 27 });
    this.playheads = [0, 1].map(() => drawn("line.playhead", { y1: 27, y2: height }));
    svg.prepend(this.chosen);
    svg.append(this.track, ...this.playheads);
    this.chart.replaceChildren(svg);
    for (const slider of [this.slider, this.sliderTo]) {
      slider.style.left = `${this.left - THUMB / 2}px`;
      slider.style.width = `${this.width + THUMB}px`;
    }
    this.moveHandles();
  }

  /** A range is marked from the start of its first day to the end of its last. */
  moveHandles() {
    if (!this.playheads) return;
    const [from, to] = [this.x(this.at), this.x(this.to ?? this.at)];
    this.playheads.forEach((line, index) => setAll(line, { x1: [from, to][index], x2: [from, to][index] }));
    const width = this.to === null ? 0 : Math.max(1, this.x(this.to + DAY) - from);
    setAll(this.chosen, { x: from, width });
    setAll(this.track, { x1: from, x2: from + width });
  }

  /** The hatched time after the source's knowledge. */
  beyond(height) {
    const x = this.x(this.state.atlas.knowledge_ends.at);
    const size = { x, y: 36, width: this.left + this.width - x, height: height - 36 };
    const title = drawn("title", {}, this.words.strip.after);
    return drawn("rect.beyond", size, title);
  }

  years(height) {
    const { first, last } = this.state.axis;
    const [from, to] = [yearNumber(first), yearNumber(last)];
    const room = this.width / (to - from);
    const step = STEPS_YEARS.find((years) => years * room >= 46) ?? STEPS_YEARS.at(-1);
    const unit = Math.max(1, step / 10);
    const track = { x1: this.left, x2: this.left + this.width, y1: 27, y2: 27 };
    const marks = [drawn("line.track", track)];
    for (let year = Math.ceil(from / unit) * unit; year < to; year += unit) {
      const x = this.x(momentOfDate(year, 0, 1));
      const isNamed = year % step === 0;
      const line = { x1: x, x2: x, y1: isNamed ? 18 : 23, y2: isNamed ? height : 31 };
      marks.push(drawn(isNamed ? "line.year" : "line.year.minor", line));
      const anchor = year === from && this.left < 20 ? "start" : "middle";
      if (isNamed)
        marks.push(drawn("text.year-name", { x, y: 12, "text-anchor": anchor }, String(year)));
    }
    return marks;
  }
}

function setAll(node, values) {
  for (const [name, value] of Object.entries(values)) node.setAttribute(name, String(value));
}
