/**
 * What became of each route between two states: of the world, or of what is known of it.
 *
 * @typedef {"new" | "maybe-new" | "ended" | "maybe-ended" | "undescribed" | "lasting"} Kind
 * @typedef {"added" | "removed" | "corrected" | "same"} Correction
 * @typedef {{row: object, before: object | undefined, after: object | undefined,
 *   kind: Kind | Correction}} Compared
 */

/** In the order in which they are told. */
export const KINDS = [
  ...["ended", "maybe-ended", "undescribed", "new", "maybe-new", "lasting"],
  ...["removed", "added", "corrected", "same"],
];

/** How each is drawn: as new, as ended, as what nothing more is said of, or as what stays. */
export const FAMILY = {
  new: "new", "maybe-new": "new", added: "new", corrected: "new",
  ended: "ended", "maybe-ended": "ended", removed: "ended", undescribed: "unsaid",
  lasting: "lasting", same: "lasting",
};

/**
 * The routes of two moments of one edition.
 *
 * @param {object} before  a moment  @param {object} after  a later one  @returns {Compared[]}
 */
export function ofDays(before, after) {
  return paired(before, after).map((pair) => ({ ...pair, kind: kindOf(pair) }));
}

/**
 * The routes of one day as two editions have them.
 *
 * @param {object} before  @param {object} after  @returns {Compared[]}
 */
export function ofEditions(before, after) {
  return paired(before, after).map((pair) => ({ ...pair, kind: correctionOf(pair) }));
}

function paired(before, after) {
  const [old, now] = [before, after].map(
    (moment) => new Map(moment.routes.map((entry) => [entry.row.id, entry])),
  );
  return [...new Set([...old.keys(), ...now.keys()])].map((id) => {
    const [was, is] = [old.get(id), now.get(id)];
    return { row: (is ?? was).row, before: was, after: is };
  });
}

function kindOf({ row, before, after }) {
  if (!before) return after.mark === "possible" ? "maybe-new" : "new";
  // That nothing more is said of a route does not make it ended.
  if (!after) return row.end === "source-ends" ? "undescribed" : "ended";
  return after.mark === "ending" && before.mark !== "ending" ? "maybe-ended" : "lasting";
}

function correctionOf({ before, after }) {
  if (!before) return "added";
  if (!after) return "removed";
  const said = ({ row, mark }) => JSON.stringify([row.lines, row.when, row.mode, row.bounds, mark]);
  return said(before) === said(after) ? "same" : "corrected";
}
