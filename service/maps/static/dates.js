/** Days as texts and steps: ISO days in addresses, words for people, months of unequal length. */

import { say } from "./dom.js";
import { DAY, momentOfDate } from "./time.js";

/** @param {string} text  an ISO day  @returns {number} seconds since 1970; NaN if it is none */
export function parseDay(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / 1000 : Number.NaN;
}

/** @param {number} at  @returns {string} the ISO day */
export function isoDay(at) {
  return new Date(at * 1000).toISOString().slice(0, 10);
}

/**
 * Days as the server writes them. Not by Intl: Chromium has no Albanian, and another version of
 * CLDR would say otherwise than the page's own texts.
 *
 * @param {Record<string, string>} calendar  the months by number, and `of_day`
 * @returns {(at: number) => string} "1 December 2003"
 */
export function dayWriter(calendar) {
  return (at) => {
    const date = new Date(at * 1000);
    const year = String(date.getUTCFullYear()).padStart(4, "0");
    return say(calendar.of_day, { day: date.getUTCDate(), month: calendar[date.getUTCMonth() + 1], year });
  };
}

/** The same day some months on; the month's last day where it has no such day. */
export function addMonths(at, count) {
  const date = new Date(at * 1000);
  const month = date.getUTCMonth() + count;
  const year = date.getUTCFullYear();
  const lastDay = new Date(momentOfDate(year, month + 1, 0) * 1000).getUTCDate();
  return momentOfDate(year, month, Math.min(date.getUTCDate(), lastDay));
}

/** @param {{first: number, last: number}} axis  @returns {number} the nearest day on the axis */
export function within(at, axis) {
  const day = Math.floor(at / DAY) * DAY;
  return Math.min(Math.max(day, axis.first), axis.last - DAY);
}

/** @param {number} at  @returns {number} */
export function yearNumber(at) {
  return new Date(at * 1000).getUTCFullYear();
}
