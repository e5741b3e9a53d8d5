/** Moving through time: a day or a range, the handles' keys, steps from change to change, and play. */

import { addMonths, within } from "./dates.js";
import { changeAfter, changeBefore } from "./moment.js";
import { DAY } from "./time.js";

const MONTH_MS = 190;
/** How long play rests on a change, and on a shift, whose sentence is longer. */
const CHANGE_MS = 1500;
const SHIFT_MS = 4500;
/** For those who asked for less motion, play goes from change to change and waits. */
const CALM_MS = 2600;

export class Clock {
  /**
   * `moved` hears of each move, and whether it was a step that may be shown as one: not a drag.
   *
   * @param {object} state  @param {(isStep: boolean) => void} moved  @param {(on: boolean) => void} played
   */
  constructor(state, moved, played) {
    Object.assign(this, { state, moved, played, at: state.axis.first, to: null, timer: null, pace: 1 });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    document.addEventListener("visibilitychange", () => document.hidden && this.isPlaying && this.stop());
  }

  /** Show a day, or a range if `to` is a day. @param {number} at  @param {number | null} [to] */
  goTo(at, to = null, isStep = false) {
    this.at = within(at, this.state.axis);
    this.to = to === null ? null : Math.max(within(to, this.state.axis), this.at);
    this.moved(isStep);
  }

  /** Move one handle; neither goes past the other. @param {"at" | "to"} end  @param {number} day */
  move(end, day) {
    if (this.to === null) this.goTo(day);
    else if (end === "at") this.goTo(Math.min(day, this.to), this.to);
    else this.goTo(this.at, Math.max(day, this.at));
  }

  /** Show a range that reaches to the day shown, or the last day of the range shown. */
  setRange(isRange) {
    this.stop();
    if (!isRange) this.goTo(this.to ?? this.at);
    else if (this.to === null) this.goTo(addMonths(this.at, -12), this.at);
  }

  next() {
    this.stop();
    const change = changeAfter(this.state, this.#front);
    this.#bring(change ? change.at : this.state.axis.last);
  }

  previous() {
    this.stop();
    const change = changeBefore(this.state, this.#front);
    this.#bring(change ? change.at : this.state.axis.first);
  }

  get isPlaying() {
    return this.timer !== null;
  }

  /** Whether play rests on a change that is worth being spoken. */
  get isAtShift() {
    return this.state.changes.some(({ at, kinds }) => at === this.#front && kinds.includes("shift"));
  }

  toggle() {
    if (this.isPlaying) this.stop();
    else this.#play();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.played(false);
  }

  /** @param {KeyboardEvent} event  @param {"at" | "to"} end  @returns {boolean} whether the key moved the date */
  key(event, end) {
    const { first, last } = this.state.axis;
    const from = end === "to" ? this.to : this.at;
    const days = (count) => from + count * DAY;
    const step = event.shiftKey ? days : (count) => addMonths(from, count);
    const moves = {
      ArrowLeft: () => step(-1),
      ArrowDown: () => step(-1),
      ArrowRight: () => step(1),
      ArrowUp: () => step(1),
      PageDown: () => addMonths(from, -12),
      PageUp: () => addMonths(from, 12),
      Home: () => first,
      End: () => last,
    };
    if (!(event.key in moves) || event.ctrlKey || event.altKey || event.metaKey) return false;
    this.stop();
    this.move(end, moves[event.key]());
    return true;
  }

  /** The day that meets what comes: the day shown, or the last of the range. */
  get #front() {
    return this.to ?? this.at;
  }

  /** Bring the front to a day; a range keeps its length, and stops where its other end does. */
  #bring(day) {
    if (this.to === null) this.goTo(day, null, true);
    else {
      const { first, last } = this.state.axis;
      const least = first - this.at;
      const most = last - DAY - this.to;
      const by = Math.min(Math.max(day - this.to, least), most);
      this.goTo(this.at + by, this.to + by, true);
    }
  }

  #play() {
    if (this.#front >= this.state.axis.last - DAY) this.#bring(this.state.axis.first);
    this.played(true);
    this.#wait();
  }

  #wait() {
    this.timer = setTimeout(() => {
      if (this.calm.matches) this.#playChange();
      else this.#playMonth();
      if (this.#front >= this.state.axis.last - DAY) this.stop();
      else if (this.isPlaying) this.#wait();
    }, this.#rest() / this.pace);
  }

  #rest() {
    if (this.calm.matches) return this.isAtShift ? SHIFT_MS : CALM_MS;
    const isChange = this.state.changes.some(({ at }) => at === this.#front);
    return this.isAtShift ? SHIFT_MS : isChange ? CHANGE_MS : MONTH_MS;
  }

  /** A month on, but past no change: each is shown, and for long enough to be read. */
  #playMonth() {
    const front = this.#front;
    const month = addMonths(front, 1);
    const change = changeAfter(this.state, front);
    this.#bring(change ? Math.min(change.at, month) : month);
  }

  #playChange() {
    const change = changeAfter(this.state, this.#front);
    if (change) this.#bring(change.at);
    else this.stop();
  }
}
