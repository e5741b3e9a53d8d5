/** The words for a range of days: what a section says, as its `_in_range` says it. */

/** @param {{to: number | null}} moment  @param {object} words  @returns {object} the words for it */
export function wordsFor({ to }, words) {
  return to === null ? words : inRange(words);
}

const made = new WeakMap();

function inRange(words) {
  if (!made.has(words)) {
    const sections = Object.entries(words);
    const worded = sections.map(([name, said]) => [name, { ...said, ...words[`${name}_in_range`] }]);
    made.set(words, Object.fromEntries(worded));
  }
  return made.get(words);
}
