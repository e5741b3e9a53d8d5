/** The address holds what is shown: date, view and layers. Opening it shows the same again. */

import { isoDay } from "./dates.js";

/**
 * @param {{at: number, to: number | null, view: {lat: number, lon: number, zoom: number} | null,
 *   layers: Set<string>, all: string[], lang: string, scheme: string,
 *   accent: string | null}} shown
 * @returns {string} the query of a permalink; what stands at its default is left out
 */
export function queryOf({ at, to, view, layers, all, lang, scheme, accent }) {
  const query = new URLSearchParams({ date: isoDay(at) });
  if (to !== null) query.set("to", isoDay(to));
  if (view) {
    query.set("lat", view.lat.toFixed(3));
    query.set("lon", view.lon.toFixed(3));
    query.set("zoom", String(Math.round(view.zoom * 100) / 100));
  }
  if (layers.size < all.length) query.set("layers", all.filter((name) => layers.has(name)).join(","));
  if (lang !== "en") query.set("lang", lang);
  if (scheme !== "auto") query.set("scheme", scheme);
  if (accent) query.set("accent", accent);
  return query.toString().replaceAll("%2C", ",");
}

/** Write the query into the address, where a sandboxed frame lets us. */
export function remember(query) {
  try {
    history.replaceState(null, "", `${location.pathname}?${query}`);
  } catch {
    // A frame of an opaque origin may not: the map works all the same.
  }
}
