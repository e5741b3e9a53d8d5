/** Which section is being read: the one that lies on a line across the window. */

/** Where the line lies, in parts of the window: below the map where the map lies over the text. */
const LINE_BESIDE = 45;
const LINE_BELOW = 66;
/** As story.css has it: from this width on the map stands beside the text. */
export const BESIDE = matchMedia("(width >= 900px)");

/**
 * @param {HTMLElement[]} sections  in order  @param {(index: number) => void} reached
 * The page scrolls as any other does: this only looks.
 */
export function watch(sections, reached) {
  let observer = null;
  const start = () => {
    observer?.disconnect();
    const line = BESIDE.matches ? LINE_BESIDE : LINE_BELOW;
    const rootMargin = `-${line}% 0px -${99 - line}% 0px`;
    // In a frame of another origin a margin counts only for a root that is named.
    observer = new IntersectionObserver(seen, { root: document, rootMargin });
    for (const section of sections) observer.observe(section);
  };
  const seen = (entries) => {
    const last = entries.findLast((entry) => entry.isIntersecting);
    if (last) reached(sections.indexOf(last.target));
  };
  BESIDE.addEventListener("change", start);
  start();
}
