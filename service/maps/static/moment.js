/** What the map shows on one day: the state, read through the rules of time. */

import { dayOf, isCertain, isLighter, isPossible, markOf, yearOf } from "./time.js";

/**
 * @param {object} state  what the page carries  @param {number} at  the day's first second
 * @returns {object} everything that holds on that day, each with how it is drawn
 */
export function momentOf(state, at) {
  const window = dayOf(at);
  const border = state.borders.find((row) => isPossible(row.bounds, window));
  return {
    at,
    routes: marked(state.routes, window),
    crossings: marked(state.crossings, window),
    roles: marked(state.roles, window),
    events: eventsOf(state, at),
    boundaries: state.boundaries.filter((row) => isPossible(row.bounds, window)),
    disputed: state.disputed.filter((row) => isPossible(row.bounds, window)),
    border,
    members: new Set(border ? border.members : []),
    shifts: state.shifts.filter((row) => isPossible(row.bounds, window)),
    latest: state.changes.findLast((change) => change.at <= at),
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
 * Events of the calendar year; those without a date only in the years that the source dates
 * anything in, so that they do not claim every year before.
 */
function eventsOf(state, at) {
  const [told, known] = state.axis.told;
  const year = yearOf(at);
  return state.events
    .filter((row) => (row.undated ? at >= told && at < known : isPossible(row.bounds, year)))
    .map((row) => ({ row, mark: isCertain(row.bounds, year) ? "certain" : "possible" }));
}
