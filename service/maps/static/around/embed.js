/** For the page around a map: as high as the map wants; the picture where frames are blocked. */
(() => {
  const { origin } = new URL(document.currentScript.src);
  const frames = () =>
    [...document.querySelectorAll("iframe")].filter((one) => one.src.startsWith(`${origin}/`));
  const pictureOf = (frame) => {
    const before = frame.previousElementSibling;
    return before?.src?.startsWith(`${origin}/`) ? before : null;
  };

  addEventListener("message", (event) => {
    // A sandboxed frame has the origin "null"; which frame it is, its window tells.
    const frame = frames().find((one) => one.contentWindow === event.source);
    const isOurs = event.origin === origin || (event.origin === "null" && frame?.sandbox.length);
    const { type, height } = event.data ?? {};
    if (!frame || !isOurs || type !== "routeshift:height" || !Number.isFinite(height)) return;
    frame.style.height = `${Math.min(Math.max(height, 200), 2000)}px`;
    frame.style.minHeight = "0";
    const picture = pictureOf(frame);
    if (picture) picture.style.display = "none";
  });

  // Where the page's policy blocks a frame, browsers show an error in its place. They tell no more
  // than whose frame it was.
  const blocked = ({ effectiveDirective, blockedURI, blockedURL = blockedURI }) => {
    if (effectiveDirective !== "frame-src" || !blockedURL?.startsWith(origin)) return;
    for (const frame of frames()) if (pictureOf(frame)) frame.remove();
  };
  addEventListener("securitypolicyviolation", blocked);
  if (window.ReportingObserver)
    new ReportingObserver((found) => found.forEach(({ body }) => blocked(body)), {
      types: ["csp-violation"],
      buffered: true,
    }).observe();

  const ask = () =>
    frames().forEach((one) => one.contentWindow?.postMessage({ type: "routeshift:ask" }, "*"));
  ask();
  addEventListener("load", ask);
})();
