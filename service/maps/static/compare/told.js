/** The words of what changed: those of the page /changes, asked for when the days change. */

import { byId } from "../dom.js";

let asked = 0;

/**
 * Put the words for an address in the place of those that stand there.
 *
 * @param {string} address  of /changes  @param {string} failed  what to say if they do not come
 * @returns {Promise<string | null>} the sentence that sums them up; null if others were asked for
 */
export async function tell(address, failed) {
  asked += 1;
  const own = asked;
  byId("more").href = address;
  const words = await fetched(address);
  if (own !== asked) return null;
  if (!words) {
    byId("told-here").textContent = failed;
    return failed;
  }
  byId("told-here").replaceChildren(words);
  return words.querySelector(".lead")?.textContent.trim() ?? "";
}

/** Our own page, written by the same templates as this one; scripts in it would not run. */
async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const words = page.getElementById("told");
  return words && document.adoptNode(words);
}
