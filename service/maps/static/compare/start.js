/** What all maps of a comparison share: how they start, and what lies over them. */

import { focusPopup } from "../focus.js";

const L = window.L;
/** From this zoom on there is room for full lines and marks. */
const NEAR_ZOOM = 5.3;

/** For maps that follow and lead others: nothing moves by itself, so that they stay together. */
const STILL = { zoomAnimation: false, fadeAnimation: false, inertia: false };

/**
 * @param {string} id  @param {object} settings  `motion` in them has options of Leaflet's
 * @param {object} state  @returns {object} Leaflet's
 */
export function startMap(id, settings, state) {
  const map = L.map(id, { ...settings.leaflet, ...(settings.motion ?? STILL) });
  const { zoom_in: zoomInTitle, zoom_out: zoomOutTitle } = settings.words.buttons;
  L.control.zoom({ position: "bottomleft", zoomInTitle, zoomOutTitle }).addTo(map);
  map.on("popupopen", ({ popup }) => focusPopup(popup));
  if (!state.boundaries.length) return map;
  const note = L.control.attribution({ position: "bottomright", prefix: false });
  note.addAttribution(settings.words.page.attribution_short).addTo(map);
  return map;
}

/** Seen from afar, lines and marks are drawn finer, and names measured anew. */
export function scale(map, labels) {
  const { classList } = map.getContainer();
  const wasFar = classList.contains("far");
  if (classList.toggle("far", map.getZoom() < NEAR_ZOOM) !== wasFar) labels.made.clear();
}

/** Controls and what else lies over a map, as boxes in its frame. */
export function overlays(map, more = []) {
  const frame = map.getContainer().getBoundingClientRect();
  const controls = map.getContainer().querySelectorAll(".leaflet-control, .kind-mark");
  return [...controls, ...more.filter((node) => !node.hidden)].map((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return { x: left - frame.left, y: top - frame.top, w: width, h: height };
  });
}
