/** Reads what the page carries. Outlines and borders lie in it as texts: service/maps/carried.py. */

import { byId } from "./dom.js";

const UNITS_PER_DEGREE = 1000;

/** The JSON of a script element. */
export function carried(id) {
  return JSON.parse(byId(id).textContent);
}

/** The state of an edition, or null. What is drawn on no day that is looked at is never decoded. */
export function carriedState(id) {
  const state = carried(id);
  if (!state) return null;
  state.outlines.forEach((_, index) => decodeOnce(state.outlines, index));
  for (const row of state.borders) decodeOnce(row, "lines");
  return state;
}

/** Turn a property into its points when it is first asked for. */
function decodeOnce(owner, name) {
  const texts = owner[name];
  const decode = () => {
    const value = decoded(texts);
    Object.defineProperty(owner, name, { value, enumerable: true });
    return value;
  };
  Object.defineProperty(owner, name, { get: decode, enumerable: true, configurable: true });
}

/** Encoded paths, at any depth, as lists of [lon, lat]. */
function decoded(texts) {
  return typeof texts === "string" ? pathOf(texts) : texts.map(decoded);
}

/** @param {string} text  steps from point to point, latitude first (Encoded Polyline Algorithm) */
function pathOf(text) {
  const path = [];
  let [at, lat, lon] = [0, 0, 0];
  const step = () => {
    let [number, shift, digit] = [0, 0, 0];
    do {
      digit = text.charCodeAt(at++) - 63;
      number |= (digit & 31) << shift;
      shift += 5;
    } while (digit >= 32);
    return number & 1 ? ~(number >> 1) : number >> 1;
  };
  while (at < text.length) {
    lat += step();
    lon += step();
    path.push([lon / UNITS_PER_DEGREE, lat / UNITS_PER_DEGREE]);
  }
  return path;
}
