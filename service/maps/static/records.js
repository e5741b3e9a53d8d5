/** Rows of the page's data as files, for a page without a service behind it. */

import { isoDay } from "./dates.js";
import { NEVER_AFTER, NEVER_BEFORE } from "./time.js";

const BOUNDS = ["start_earliest", "start_latest", "end_earliest", "end_latest"];
const TEXTS = [
  "mode", "kind", "role", "country", "when", "mark", "precision", "description", "implied", "caveat",
  "editor_note", "source", "locator",
];

/**
 * @param {object} moment  @param {string} collection  @param {object} state
 * @returns {{row: object, mark?: string}[]} what of a collection is shown at that moment
 */
export function shownOf(moment, collection) {
  if (collection === "borders") return moment.border ? [{ row: moment.border }] : [];
  return moment[collection];
}

/** @returns {string} a FeatureCollection (RFC 7946), with the edition and the sources in words */
export function geojsonOf(rows, state) {
  const features = rows.map((entry) => ({
    type: "Feature",
    id: entry.row.id,
    geometry: geometryOf(entry.row, state),
    properties: propertiesOf(entry),
  }));
  const { title, byline } = state.atlas;
  const sources = Object.values(state.sources).map(({ text }) => text);
  return JSON.stringify({ type: "FeatureCollection", title, attribution: byline, edition: state.edition, sources, features });
}

/** @returns {string} a table (RFC 4180) with the geometry as WKT */
export function csvOf(rows, state) {
  const tables = rows.map((entry) => ({ id: entry.row.id, ...propertiesOf(entry), geometry: wktOf(geometryOf(entry.row, state)) }));
  const columns = [...new Set(["id", "name", ...tables.flatMap(Object.keys)])];
  const lines = [columns, ...tables.map((table) => columns.map((column) => table[column] ?? ""))];
  return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

function propertiesOf({ row, mark }) {
  const all = { ...row, mark };
  const texts = TEXTS.filter((name) => all[name]).map((name) => [name, all[name]]);
  const bounds = BOUNDS.map((name, place) => [name, dayOrNone(row.bounds[place])]);
  return { name: row.name, ...Object.fromEntries(texts), ...Object.fromEntries(bounds) };
}

/** A bound as its day; none where there is no bound. */
function dayOrNone(at) {
  return at === NEVER_BEFORE || at === NEVER_AFTER ? null : isoDay(at);
}

function geometryOf(row, state) {
  if (row.point) return { type: "Point", coordinates: row.point };
  if (row.lines) return { type: "MultiLineString", coordinates: row.lines };
  const coordinates = state.outlines[row.outline];
  return coordinates ? { type: "MultiPolygon", coordinates } : null;
}

function wktOf(geometry) {
  if (!geometry) return "";
  const { type, coordinates } = geometry;
  return `${type.toUpperCase()} ${type === "Point" ? `(${coordinates.join(" ")})` : nested(coordinates)}`;
}

function nested(coordinates) {
  const isPair = typeof coordinates[0] === "number";
  return isPair ? coordinates.join(" ") : `(${coordinates.map(nested).join(", ")})`;
}

function quoted(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
