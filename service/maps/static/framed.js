/** In a frame on another page: says how high the map wants to be, to whoever listens (embed.js). */

import { byId } from "./dom.js";

/** As the large map below 1000 pixels (page.css): a share of the width, within bounds. */
const SHARE = 0.62;
const LEAST = 330;
const MOST = 560;

/**
 * What is wanted follows from the width alone, and from what is written: the map gives way to the
 * frame, so its own height says nothing, and setting the frame's height changes nothing here.
 */
export function tellHeight() {
  if (parent === window) return;
  const beside = [document.querySelector(".masthead"), document.querySelector(".time")];
  let told = 0;
  const tell = () => {
    const map = Math.min(Math.max(innerWidth * SHARE, LEAST), MOST);
    const height = Math.ceil(beside.reduce((sum, one) => sum + one.offsetHeight, map));
    if (height === told) return;
    told = height;
    // The height is no secret, and a sandboxed frame cannot know whose page it is in.
    parent.postMessage({ type: "routeshift:height", height }, "*");
  };
  const observer = new ResizeObserver(tell);
  for (const one of [byId("map"), ...beside]) observer.observe(one);
  // The page around may have begun to listen only now.
  addEventListener("message", ({ data, source }) => {
    if (source !== parent || data?.type !== "routeshift:ask") return;
    told = 0;
    tell();
  });
  tell();
}
