/**
 * Valid time: what holds on a day, possibly or certainly. The rules are those of geo/times.py.
 *
 * Bounds are six numbers of seconds since 1970, UTC: start earliest and latest, end earliest and
 * latest, attested from and until. All intervals are half-open.
 *
 * @typedef {[number, number, number, number, number, number]} Bounds
 * @typedef {[number, number]} Window  half-open [first, last)
 * @typedef {"certain" | "possible" | "ending" | "fading"} Mark
 */

/** "No bound", as service/maps/state.py writes it. */
export const NEVER_BEFORE = Number.MIN_SAFE_INTEGER;
export const NEVER_AFTER = Number.MAX_SAFE_INTEGER;

export const DAY = 86_400;

/** @param {number} at  @returns {Window} the day that begins at `at` */
export function dayOf(at) {
  return [at, at + DAY];
}

/** @param {number} at  @returns {Window} the calendar year that `at` lies in */
export function yearOf(at) {
  const year = new Date(at * 1000).getUTCFullYear();
  return [momentOfDate(year, 0, 1), momentOfDate(year + 1, 0, 1)];
}

/**
 * The first second of a date, in any year: `Date.UTC` takes the years 0 to 99 for 1900 to 1999.
 * @param {number} year  @param {number} month  from 0 on  @param {number} day  @returns {number}
 */
export function momentOfDate(year, month, day) {
  return new Date(0).setUTCFullYear(year, month, day) / 1000;
}

/** @param {Bounds} bounds  @param {Window} window */
export function isPossible([startEarliest, , , endLatest], [first, last]) {
  return startEarliest < last && endLatest > first;
}

/** @param {Bounds} bounds  @param {Window} window */
export function isCertain(bounds, window) {
  const [, , , , attestedFrom, attestedUntil] = bounds;
  const [first, last] = window;
  const isHeld = startsSurely(bounds, window) && endsSurelyAfter(bounds, window);
  const isSeen = attestedFrom < last && attestedUntil > first;
  return isPossible(bounds, window) && (isHeld || isSeen);
}

/**
 * How something is drawn on a day; null if it cannot hold then. "ending": it had surely begun and
 * may have ended; "fading": it had surely begun and the source's knowledge is running out.
 *
 * @param {Bounds} bounds  @param {string | undefined} end  @param {Window} window
 * @returns {Mark | null}
 */
export function markOf(bounds, end, window) {
  if (!isPossible(bounds, window)) return null;
  if (isCertain(bounds, window)) return "certain";
  if (!startsSurely(bounds, window)) return "possible";
  return end === "source-ends" ? "fading" : "ending";
}

/** Whether the source's knowledge is running out, however sure the start is. */
export function isLighter(bounds, end, window) {
  return end === "source-ends" && !endsSurelyAfter(bounds, window);
}

function startsSurely([, startLatest], [first, last]) {
  // A start that surely lies before the window's excluded last moment will do; for an instant,
  // a window of one second, it has to lie before that moment.
  return startLatest <= (last - first === 1 ? first : last);
}

function endsSurelyAfter([startEarliest, , endEarliest], [first]) {
  return Math.max(endEarliest, startEarliest + 1) > first;
}
