/** Listens to the reader: slider, buttons, keys, the map, the layers' boxes, and the printer. */

import { byId } from "./dom.js";
import { focusPopup } from "./focus.js";

/** Have what a reader does move the map. @param {object} atlas  of main.js */
export function listen(atlas) {
  toTime(atlas);
  toChart(atlas);
  toLayers(atlas);
  toMap(atlas);
  toPrint(atlas);
  document.addEventListener("keydown", (event) => keyAnywhere(event, atlas));
  byId("embed")?.addEventListener("click", () => atlas.share.open("code"));
  byId("share")?.addEventListener("click", () => atlas.share.open("link"));
}

function toTime({ clock, strip }) {
  for (const [end, slider] of [["at", strip.slider], ["to", strip.sliderTo]]) {
    slider.addEventListener("input", () => (clock.stop(), clock.move(end, strip.dayOf(slider))));
    slider.addEventListener("keydown", (event) => clock.key(event, end) && event.preventDefault());
  }
  for (const radio of document.querySelectorAll("[name=time]"))
    radio.addEventListener("change", () => clock.setRange(radio.value === "range"));
  byId("speed")?.addEventListener("change", ({ target }) => (clock.pace = Number(target.value)));
  byId("previous").addEventListener("click", () => clock.previous());
  byId("next").addEventListener("click", () => clock.next());
  byId("play").addEventListener("click", () => clock.toggle());
}

function keyAnywhere(event, { map, clock, settings }) {
  const isTyping = event.target.closest?.("input[type=text], textarea, dialog");
  if (isTyping || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") map.closePopup();
  if (!settings.strip) return;
  if (event.key === "]") clock.next();
  if (event.key === "[") clock.previous();
}

function toChart({ clock, strip }) {
  const chart = byId("chart");
  let end = "at";
  const move = (event) => clock.move(end, strip.dayAt(event.clientX));
  chart.addEventListener("pointerdown", (event) => {
    clock.stop();
    chart.setPointerCapture(event.pointerId);
    end = strip.nearest(strip.dayAt(event.clientX));
    move(event);
    // What a pointer holds, keys move on; and a press does not take the focus away again.
    (end === "to" ? strip.sliderTo : strip.slider).focus({ preventScroll: true, focusVisible: false });
    event.preventDefault();
  });
  chart.addEventListener("pointermove", (event) => {
    if (chart.hasPointerCapture(event.pointerId)) move(event);
  });
}

function toLayers(atlas) {
  const { layers } = atlas;
  for (const box of document.querySelectorAll("#layers input")) {
    box.checked = layers.has(box.name);
    box.addEventListener("change", () => {
      if (box.checked) layers.add(box.name);
      else layers.delete(box.name);
      atlas.showDay();
    });
  }
}

function toMap(atlas) {
  const { map, settings } = atlas;
  const touched = () => (atlas.wasTouched = true);
  const container = map.getContainer();
  for (const name of ["pointerdown", "wheel", "keydown"])
    container.addEventListener(name, touched, { passive: true, capture: true });
  byId("legend").addEventListener("toggle", () => atlas.label());
  new ResizeObserver(() => {
    map.invalidateSize({ pan: false });
    if (!atlas.wasTouched && settings.zoom === null) atlas.openView();
  }).observe(container);
  // Focus goes into a popup that a key has opened, and back when it closes.
  map.on("popupopen", ({ popup }) => focusPopup(popup));
}

/** Draw the map at the size that it has on paper, and back. */
function toPrint(atlas) {
  const { map, isEmbed } = atlas;
  const legend = byId("legend");
  let wasOpen = legend.open;
  const drawAt = (isPaper) => {
    const bounds = map.getBounds();
    document.documentElement.classList.toggle("is-printing", isPaper);
    map.invalidateSize({ pan: false });
    map.fitBounds(bounds, { animate: false });
    atlas.label();
    if (isPaper) atlas.panel.fit();
    else atlas.panel.show(atlas.moment);
  };
  addEventListener("beforeprint", () => {
    wasOpen = legend.open;
    legend.open = true;
    if (!isEmbed) drawAt(true);
  });
  addEventListener("afterprint", () => {
    legend.open = wasOpen;
    if (!isEmbed) drawAt(false);
  });
}
