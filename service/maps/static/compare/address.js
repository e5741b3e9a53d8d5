/** The address of a comparison: opening it shows the same again. */

/**
 * @param {{days: string[], compared: {editions: number[] | null}, maps: string,
 *   view: {lat: number, lon: number, zoom: number} | null, layers: Set<string>,
 *   settings: object}} shown
 * @returns {string} the query of a permalink; what stands at its default is left out
 */
export function queryOf({ days, compared, maps, view, layers, settings }) {
  const [from, to] = days;
  const query = new URLSearchParams(compared.editions ? ofEditions(compared.editions, to) : { from, to });
  if (maps === "one") query.set("maps", maps);
  if (view) {
    query.set("lat", view.lat.toFixed(3));
    query.set("lon", view.lon.toFixed(3));
    query.set("zoom", String(Math.round(view.zoom * 100) / 100));
  }
  if (settings.layers) query.set("layers", [...layers].join(","));
  if (settings.lang !== "en") query.set("lang", settings.lang);
  return query.toString().replaceAll("%2C", ",");
}

function ofEditions([from, to], date) {
  return { "from-edition": from, "to-edition": to, date };
}
