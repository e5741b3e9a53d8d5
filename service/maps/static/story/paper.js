/** Printing: the pictures that stand in for the map are not loaded before somebody asks for them. */

import { byId } from "../dom.js";

export function preparePrinting() {
  // By the browser's own menu: it may print before all have come.
  addEventListener("beforeprint", load);
  byId("print")?.addEventListener("click", async () => {
    await Promise.allSettled(load().map((picture) => picture.decode()));
    print();
  });
}

function load() {
  const pictures = [...document.querySelectorAll(".still img")];
  for (const picture of pictures) picture.loading = "eager";
  return pictures;
}
