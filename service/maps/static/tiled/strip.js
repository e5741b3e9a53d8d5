/** The strip of time for many versions: how many there are on each day, and over it the handles. */

import { drawn, say } from "../dom.js";
import { Timeline } from "../timeline.js";

const NARROW = 640;
const TOP = 40;

export class CountsStrip extends Timeline {
  /**
   * @param {{chart: HTMLElement, slider: HTMLInputElement, sliderTo: HTMLInputElement}} parts
   * @param {object} state  @param {object} words  @param {boolean} isCompact
   */
  constructor(parts, state, words, isCompact) {
    super(parts, state, words);
    this.isCompact = isCompact;
    new ResizeObserver(() => this.#draw()).observe(this.chart);
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
      this.beyond(height),
      ...this.years(height),
      drawn("path.counted.possible", { d: this.#area(possible, most) }),
      drawn("path.counted.sure", { d: this.#area(certain, most) }),
      ...(isNarrow ? [] : this.#names(most)),
    );
    this.addHandles(svg, height);
  }

  /** Steps and not a curve: each bin says what was counted on its first day. */
  #area(counts, most) {
    const { axis, counts: { step } } = this.state;
    const bottom = TOP + this.tall;
    const steps = counts.map((count, bin) => {
      const y = bottom - (this.tall * count) / most;
      return `V${y.toFixed(1)}H${this.x(axis.first + (bin + 1) * step).toFixed(1)}`;
    });
    return `M${this.left} ${bottom}${steps.join("")}V${bottom}Z`;
  }

  #names(most) {
    const count = most.toLocaleString(document.documentElement.lang);
    return [
      drawn("text.row-name", { x: 0, y: TOP + 12 }, this.words.tiled.counts),
      drawn("text.tick-name", { x: 0, y: TOP + 30 }, say(this.words.tiled.most, { count })),
    ];
  }
}
