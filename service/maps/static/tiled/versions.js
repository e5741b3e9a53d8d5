/** The versions that a tile holds, with their bounds as the rest of the page has them. */

import { boxOf } from "../pixels.js";
import { NEVER_AFTER, NEVER_BEFORE, isLighter, markOf } from "../time.js";
import { readTile } from "./mvt.js";

/**
 * @typedef {{row: object, lines: [number, number][][], box: import("../pixels.js").Box,
 *   mark: import("../time.js").Mark | null, isLighter: boolean}} Version
 * @typedef {{versions: Version[], of: number, rank: number}} Held  of how many, thinned from which
 *   rank on
 */

/** What a tile holds of which nothing is known. @type {Held} */
export const NOTHING = { versions: [], of: 0, rank: 0 };

/** @param {ArrayBuffer} content  @returns {Held} */
export function versionsOf(content) {
  const { routes = [], incomplete = [] } = readTile(content);
  const versions = routes.map(({ properties, lines }) => ({
    row: { ...properties, bounds: boundsOf(properties) },
    lines,
    box: boxOf(lines.flat()),
    mark: null,
    isLighter: false,
  }));
  const { of, rank } = incomplete[0]?.properties ?? { of: versions.length, rank: 0 };
  return { versions, of, rank };
}

/** Tell of each version how it is drawn then. @param {Held} held */
export function markAll({ versions }, window) {
  for (const version of versions) {
    const { bounds, end } = version.row;
    version.mark = markOf(bounds, end, window);
    version.isLighter = version.mark !== null && isLighter(bounds, end, window);
  }
}

/** A bound that a tile leaves out is none; without both ends there is no attested span. */
function boundsOf(said) {
  const isAttested = "attested_from" in said || "attested_until" in said;
  return [
    said.start_earliest ?? NEVER_BEFORE,
    said.start_latest ?? NEVER_BEFORE,
    said.end_earliest ?? NEVER_AFTER,
    said.end_latest ?? NEVER_AFTER,
    said.attested_from ?? (isAttested ? NEVER_BEFORE : NEVER_AFTER),
    said.attested_until ?? (isAttested ? NEVER_AFTER : NEVER_BEFORE),
  ];
}
