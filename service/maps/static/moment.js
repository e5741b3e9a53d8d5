/**
 * What the map shows on one day or in a range of days: the state, read through the rules of time.
 *
 * The rules of a range are those of service/maps/moment.py: shown is what may have held at some
 * moment of it, certain what surely held at some moment of it; boundaries are those of its last
 * day, events those of the range itself; knowledge is over if all of it lies after the source's.
 */

import { dayOf, isCertain, isLighter, isPossible, markOf, yearOf } from "./time.js";

/**
 * @param {object} state  what the page carries  @param {number} at  the first day's first second
 * @param {number | null} [to]  the first second of a range's last day, null for a single day
 * @returns {object} everything that holds then, each with how it is drawn
 */
export function momentOf(state, at, to = null) {
  const ground = dayOf(to ?? at);
  const window = [at, ground[1]];
  const border = state.borders.find((row) => isPossible(row.bounds, ground));
  const until = state.changes.filter((change) => change.at <= ground[0]);
  return {
    at,
    to,
    window,
    routes: marked(state.routes, window),
    crossings: marked(state.crossings, window),
    roles: marked(state.roles, window),
    events: eventsOf(state, window, to === null ? yearOf(at) : window),
    boundaries: state.boundaries.filter((row) => isPossible(row.bounds, ground)),
    disputed: state.disputed.filter((row) => isPossible(row.bounds, ground)),
    border,
    members: new Set(border ? border.members : []),
    shifts: state.shifts.filter((row) => isPossible(row.bounds, window)),
    latest: until.at(-1),
    changes: to === null ? [] : until.filter((change) => change.at > at),
    isBeyond: at >= state.atlas.knowledge_ends.at,
  };
}

/** The next or previous moment of change, null where there is none on the axis. */
export function changeAfter(state, at) {
  return state.changes.find((change) => change.at > at && change.at < state.axis.last) ?? null;
}

export function changeBefore(state, at) {
  return state.changes.findLast((change) => change.at < at) ?? null;
}

/** What a listener has to be told: it changes only when something drawn does. */
export function outlineOf(moment) {
  const routes = moment.routes.map(({ row, mark }) => `${row.id}:${mark}`);
  return [...routes, moment.latest?.at, moment.isBeyond].join(" ");
}

function marked(rows, window) {
  return rows
    .map((row) => ({
      row,
      mark: markOf(row.bounds, row.end, window),
      isLighter: isLighter(row.bounds, row.end, window),
    }))
    .filter(({ mark }) => mark !== null);
}

/**
 * Events of a day's calendar year or of a range; those without a date only while the source dates
 * anything, so that they do not claim every year before.
 */
function eventsOf(state, [first, last], span) {
  const [told, known] = state.axis.told;
  const isTold = first < known && last > told;
  return state.events
    .filter((row) => (row.undated ? isTold : isPossible(row.bounds, span)))
    .map((row) => ({ row, mark: isCertain(row.bounds, span) ? "certain" : "possible" }));
}
