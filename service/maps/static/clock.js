/** Moving through time: the slider's keys, steps from change to change, and play. */

import { addMonths, within } from "./dates.js";
import { changeAfter, changeBefore } from "./moment.js";
import { DAY } from "./time.js";

const MONTH_MS = 190;
/** For those who asked for less motion, play goes from change to change and waits. */
const CALM_MS = 2600;

export class Clock {
  /** @param {object} state  @param {(at: number) => void} moved  @param {(on: boolean) => void} played */
  constructor(state, moved, played) {
    Object.assign(this, { state, moved, played, at: state.axis.first, timer: null });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
  }

  /** @param {number} at */
  goTo(at) {
    this.at = within(at, this.state.axis);
    this.moved(this.at);
  }

  next() {
    this.stop();
    const change = changeAfter(this.state, this.at);
    this.goTo(change ? change.at : this.state.axis.last);
  }

  previous() {
    this.stop();
    const change = changeBefore(this.state, this.at);
    this.goTo(change ? change.at : this.state.axis.first);
  }

  get isPlaying() {
    return this.timer !== null;
  }

  toggle() {
    if (this.isPlaying) this.stop();
    else this.#play();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.played(false);
  }

  /** @param {KeyboardEvent} event  @returns {boolean} whether the key moved the date */
  key(event) {
    const { first, last } = this.state.axis;
    const days = (count) => this.at + count * DAY;
    const step = event.shiftKey ? days : (count) => addMonths(this.at, count);
    const moves = {
      ArrowLeft: () => step(-1),
      ArrowDown: () => step(-1),
      ArrowRight: () => step(1),
      ArrowUp: () => step(1),
      PageDown: () => addMonths(this.at, -12),
      PageUp: () => addMonths(this.at, 12),
      Home: () => first,
      End: () => last,
    };
    if (!(event.key in moves) || event.ctrlKey || event.altKey || event.metaKey) return false;
    this.stop();
    this.goTo(moves[event.key]());
    return true;
  }

  #play() {
    if (this.at >= this.state.axis.last - DAY) this.goTo(this.state.axis.first);
    const step = this.calm.matches ? () => this.#playChange() : () => this.#playMonth();
    this.timer = setInterval(step, this.calm.matches ? CALM_MS : MONTH_MS);
    this.played(true);
  }

  #playMonth() {
    this.goTo(addMonths(this.at, 1));
    if (this.at >= this.state.axis.last - DAY) this.stop();
  }

  #playChange() {
    const change = changeAfter(this.state, this.at);
    if (change) this.goTo(change.at);
    else this.stop();
  }
}
