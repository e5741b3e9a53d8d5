/**
 * What begins fades in while what it replaces fades out, in place: nothing moves. Only where a
 * reader steps or plays, and never for those who asked for less motion.
 */

/** As long as the transition of `.is-leaving` in map.css. */
const FADE_MS = 600;

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const leaving = new WeakMap();

/** Put a Leaflet layer on the map. @param {object} layer  @param {object} map  @param {boolean} isSoft */
export function bring(layer, map, isSoft) {
  const isNew = !map.hasLayer(layer);
  clearTimeout(leaving.get(layer));
  leaving.delete(layer);
  layer.addTo(map);
  const nodes = nodesOf(layer);
  for (const node of nodes) node.classList.remove("is-leaving");
  if (!isNew || !isSoft || calm.matches) return;
  for (const node of nodes) node.classList.add("is-coming");
  // The browser has to have drawn the first state once: two frames.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => nodes.forEach((node) => node.classList.remove("is-coming"))),
  );
}

/** Take a layer off the map. @param {object} layer  @param {object} map  @param {boolean} isSoft */
export function dismiss(layer, map, isSoft) {
  if (!map.hasLayer(layer)) return;
  if (isSoft && leaving.has(layer)) return;
  clearTimeout(leaving.get(layer));
  leaving.delete(layer);
  if (!isSoft || calm.matches) {
    layer.remove();
    return;
  }
  for (const node of nodesOf(layer)) node.classList.add("is-leaving");
  leaving.set(layer, setTimeout(() => {
    leaving.delete(layer);
    layer.remove();
  }, FADE_MS));
}

function nodesOf(layer) {
  const parts = layer.getLayers?.() ?? [layer];
  return parts.map((part) => part.getElement()).filter(Boolean);
}
