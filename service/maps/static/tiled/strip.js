/** The strip of time for many versions: how many there are on each day, and the slider over it. */

import { yearNumber } from "../dates.js";
import { drawn, say } from "../dom.js";
import { DAY, momentOfDate } from "../time.js";

const THUMB = 18;
const NARROW = 640;
const TOP = 40;
const STEPS_YEARS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export class CountsStrip {
  /**
   * @param {{chart: HTMLElement, slider: HTMLInputElement}} parts
   * @param {object} state  @param {object} words  @param {boolean} isCompact
   */
  constructor(parts, state, words, isCompact) {
    Object.assign(this, parts, { state, words: words.tiled, beyond: words.strip.after, isCompact });
    this.at = state.axis.first;
    this.slider.max = String(Math.round((state.axis.last - state.axis.first) / DAY) - 1);
    new ResizeObserver(() => this.#draw()).observe(this.chart);
  }

  /** @param {number} at  @param {string} spoken */
  show(at, spoken) {
    this.at = at;
    this.slider.value = String(Math.round((at - this.state.axis.first) / DAY));
    this.slider.setAttribute("aria-valuetext", spoken);
    this.#movePlayhead();
  }

  /** The day that the slider stands on. */
  get sliderDay() {
    return this.state.axis.first + Number(this.slider.value) * DAY;
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
    return this.left + (this.width * (Math.min(at, last) - first)) / (last - first);
  }

  #draw() {
    const full = this.chart.clientWidth;
    if (!full) return;
    const isNarrow = full < NARROW || this.isCompact;
    this.left = isNarrow ? 9 : 196;
    this.width = full - this.left - 12;
    this.tall = this.isCompact ? 26 : 56;
    const height = TOP + this.tall + 3;
    const { possible, certain } = this.state.counts;
    const most = Math.max(1, ...possible);
    const svg = drawn(
      "svg",
      { width: full, height, viewBox: `0 0 ${full} ${height}` },
      this.#beyond(height),
      ...this.#years(height),
      drawn("path.counted.possible", { d: this.#area(possible, most) }),
      drawn("path.counted.sure", { d: this.#area(certain, most) }),
      ...(isNarrow ? [] : this.#names(most)),
    );
    this.playhead = drawn("line.playhead", { y1: 27, y2: height });
    svg.append(this.playhead);
    this.chart.replaceChildren(svg);
    this.slider.style.left = `${this.left - THUMB / 2}px`;
    this.slider.style.width = `${this.width + THUMB}px`;
    this.#movePlayhead();
  }

  #movePlayhead() {
    if (!this.playhead) return;
    const x = String(this.#x(this.at));
    this.playhead.setAttribute("x1", x);
    this.playhead.setAttribute("x2", x);
  }

  /** Steps and not a curve: each bin says what was counted on its first day. */
  #area(counts, most) {
    const { axis, counts: { step } } = this.state;
    const bottom = TOP + this.tall;
    const steps = counts.map((count, bin) => {
      const y = bottom - (this.tall * count) / most;
      return `V${y.toFixed(1)}H${this.#x(axis.first + (bin + 1) * step).toFixed(1)}`;
    });
    return `M${this.left} ${bottom}${steps.join("")}V${bottom}Z`;
  }

  #names(most) {
    const count = most.toLocaleString(document.documentElement.lang);
    return [
      drawn("text.row-name", { x: 0, y: TOP + 12 }, this.words.counts),
      drawn("text.tick-name", { x: 0, y: TOP + 30 }, say(this.words.most, { count })),
    ];
  }

  #beyond(height) {
    const x = this.#x(Math.max(this.state.atlas.knowledge_ends.at, this.state.axis.first));
    const size = { x, y: 36, width: this.left + this.width - x, height: height - 36 };
    return drawn("rect.beyond", size, drawn("title", {}, this.beyond));
  }

  #years(height) {
    const { first, last } = this.state.axis;
    const [from, to] = [yearNumber(first), yearNumber(last)];
    const room = this.width / (to - from);
    const step = STEPS_YEARS.find((years) => years * room >= 46) ?? STEPS_YEARS.at(-1);
    const marks = [drawn("line.track", { x1: this.left, x2: this.left + this.width, y1: 27, y2: 27 })];
    for (let year = Math.ceil(from / step) * step; year < to; year += step) {
      const x = this.#x(momentOfDate(year, 0, 1));
      marks.push(drawn("line.year", { x1: x, x2: x, y1: 18, y2: height }));
      const anchor = year === from && this.left < 20 ? "start" : "middle";
      marks.push(drawn("text.year-name", { x, y: 12, "text-anchor": anchor }, String(year)));
    }
    return marks;
  }
}
