/** The words beside the map: what changed here, each route with its validity, on whose word. */

import { counted, element, ownLanguage, sample, say } from "./dom.js";
import { yearNumber } from "./dates.js";
import { wordsFor } from "./ranged.js";
import { DAY } from "./time.js";

/** How long a change is news, in seconds: a step of the arrow keys. */
const FRESH = 31 * DAY;

export class Panel {
  /**
   * @param {HTMLElement} node  @param {object} state  @param {object} words
   * @param {{open: (kind: string, id: string) => void, emphasise: (id: string | null) => void}} on
   * @param {(at: number) => string} writeDay
   */
  constructor(node, state, words, on, writeDay) {
    Object.assign(this, { node, state, everyWord: words, on, writeDay });
    this.names = new Map(state.routes.map((route) => [route.id, route.name]));
    /** What the atlas says itself is in its own language, marked where the page is in another. */
    this.own = ownLanguage(state);
  }

  show(moment) {
    this.words = wordsFor(moment, this.everyWord);
    const story = storyOf(moment, this);
    const held = this.node.contains(document.activeElement) && document.activeElement.closest("[data-route]");
    this.node.replaceChildren(
      this.#story(story),
      this.#routes(moment),
      ...this.#events(moment),
      ...this.#roles(moment),
      this.#sources(moment),
    );
    if (held) focusRoute(this.node, held.dataset.route);
  }

  /** Leave out what of a long list of changes has no room on a sheet, and say so. */
  fit() {
    const list = this.node.querySelector(".dated ol");
    if (!list) return;
    const more = list.appendChild(element("li"));
    let count = 0;
    while (this.node.scrollHeight > this.node.clientHeight && list.children.length > 1) {
      more.previousSibling.remove();
      count += 1;
      more.textContent = say(this.words.range.more, { count });
    }
    if (count === 0) more.remove();
  }

  #story(story, heading = "h2") {
    return element(
      "section.story",
      {},
      element("p.kicker", {}, story.kicker),
      element(heading, { lang: story.isQuoted && this.own }, story.title),
      ...story.texts.map((text) => element("p", {}, text)),
      story.care && element("p.care", { lang: this.own }, story.care),
      story.source && element("p.whose", {}, story.source),
      story.dated && this.#dated(story.dated),
      story.then && this.#story(story.then, "h3"),
    );
  }

  #dated(changes) {
    const items = changes.map(({ at, words }) =>
      element("li", {}, element("b", {}, this.writeDay(at)), element("span", {}, words.join(" "))),
    );
    const heading = element("h3", {}, this.words.range.changes);
    return element("div.dated", {}, heading, element("ol", {}, ...items));
  }

  #routes(moment) {
    const { words } = this;
    const { listed = Infinity } = moment;
    const count = moment.routes.length;
    const items = moment.routes.slice(0, listed).map((entry) => this.#route(entry));
    return element(
      "section",
      {},
      element("h3", {}, words.panel.routes),
      count > listed && element("p.care", {}, say(words.tiled.listed, { listed, count })),
      items.length ? element("ul.rows", {}, ...items) : element("p.none", {}, words.panel.none),
    );
  }

  #route({ row, mark, isLighter }) {
    const { words, on } = this;
    const water = row.mode === "land" ? "land" : "water";
    const button = element("button.row-button", { type: "button", lang: this.own }, row.name);
    button.addEventListener("click", () => on.open("routes", row.id));
    for (const name of ["focus", "mouseenter"]) button.addEventListener(name, () => on.emphasise(row.id));
    for (const name of ["blur", "mouseleave"]) button.addEventListener(name, () => on.emphasise(null));
    return element(
      "li",
      { "data-route": row.id, "data-mark": mark },
      sample([water, mark, isLighter ? "lighter" : null].filter(Boolean).join(".")),
      element(
        "div",
        {},
        button,
        row.when && element("p.when", {}, row.when),
        element("p.sure", {}, words.mark[mark]),
        row.implied && element("p.sure", { lang: this.own }, row.implied),
      ),
    );
  }

  #events(moment) {
    const { words } = this;
    if (!moment.events.length || moment.isBeyond) return [];
    // The words for a range name no year.
    const title = say(words.panel.events, { year: yearNumber(moment.at) });
    const items = moment.events.filter(({ row }) => !row.undated).map(({ row }) => this.#event(row));
    const undated = moment.events.filter(({ row }) => row.undated).map(({ row }) => this.#event(row));
    return [
      items.length > 0 && section(title, items),
      undated.length > 0 && section(sentence(words.legend.undated), undated),
    ].filter(Boolean);
  }

  #event(row) {
    const name = row.point
      ? element("button.row-button", { type: "button", lang: this.own }, row.name)
      : element("span.row-name", { lang: this.own }, row.name);
    if (row.point) name.addEventListener("click", () => this.on.open("events", row.id));
    const where = row.place ?? this.words.panel.events_unplaced;
    const texts = [row.point ? null : row.description, row.editor_note].filter(Boolean);
    return element(
      "li",
      {},
      element(row.undated ? "i.bullet.undated" : "i.bullet", { "aria-hidden": "true" }),
      element(
        "div",
        {},
        name,
        element("p.when", {}, [row.undated ? null : row.when, where].filter(Boolean).join(" · ")),
        ...texts.map((text) => element("p.sure", { lang: this.own }, text)),
      ),
    );
  }

  #roles(moment) {
    if (!moment.roles.length) return [];
    const { words } = this;
    const countries = new Map();
    for (const entry of moment.roles) {
      const { country } = entry.row;
      countries.set(country, [...(countries.get(country) ?? []), entry]);
    }
    const { compare } = new Intl.Collator(words.page.lang);
    const items = [...countries]
      .sort(([a], [b]) => compare(a, b))
      .map(([country, entries]) => roleItem(country, entries, words));
    const { roles: ownNote } = this.state.atlas.notes;
    return [
      element(
        "details.roles",
        {},
        element("summary", {}, element("h3", {}, words.panel.roles)),
        element("ul.rows", {}, ...items),
        element("p.care", { lang: ownNote && this.own }, ownNote ?? words.legend.roles_note),
      ),
    ];
  }

  #sources(moment) {
    const shown = [...moment.routes, ...moment.crossings, ...moment.events].map(({ row }) => row.source);
    const ids = new Set(shown.length ? shown : this.state.routes.map((row) => row.source));
    const texts = [...ids].map((id) => this.state.sources[id]).filter(Boolean);
    return element(
      "section.sources",
      {},
      element("h3", {}, this.words.panel.sources),
      ...texts.map((source) =>
        element("p", {}, element("span", { lang: this.own }, `${source.text}.`), source.inferred && element("span.note", {}, ` ${source.inferred}`)),
      ),
    );
  }
}

/** Put the keyboard on a route of the list, where it is still in it. */
export function focusRoute(panel, id) {
  panel?.querySelector(`[data-route="${CSS.escape(id)}"] button`)?.focus({ preventScroll: true });
}

/**
 * What there is to tell of a range: how many routes, every change in it, its shifts. Of a day: first what changed within the last month, then a shift that may
 * be happening, then the last change; after the source's knowledge, that nothing is known.
 */
export function storyOf(moment, { state, words, names, writeDay }) {
  const { panel } = words;
  if (moment.isBeyond) return beyondStory(moment, state, words, writeDay);
  const shift = moment.shifts.map((row) => shiftStory(row, panel, names, state.sources))[0];
  if (moment.to !== null) return { ...rangeStory(moment, state, words.range, writeDay), then: shift };
  const latest = latestStory(moment, panel, writeDay);
  if (!shift) return latest ?? { kicker: panel.first, title: state.atlas.title, texts: [], isQuoted: true };
  const isFresh = latest && moment.at - moment.latest.at < FRESH && !moment.latest.kinds.includes("shift");
  if (isFresh) return { ...latest, then: shift };
  const isOther = latest && !moment.latest.kinds.includes("shift");
  return isOther ? { ...shift, then: latest } : shift;
}

function latestStory({ latest, at }, panel, writeDay) {
  if (!latest) return null;
  const [title, ...texts] = latest.words;
  const kicker = latest.at === at ? panel.now : panel.latest;
  return { kicker: say(kicker, { when: writeDay(latest.at) }), title: plain(title), texts };
}

function rangeStory(moment, state, said, writeDay) {
  const { routes, changes, at, to } = moment;
  const [count, sure] = [routes.length, routes.filter(({ mark }) => mark === "certain").length];
  const ends = state.atlas.knowledge_ends;
  const texts = [
    count > 0 && say(said.sure, { sure, unsure: count - sure }),
    state.boundaries.length > 0 && say(said.ground, { date: writeDay(to) }),
    to >= ends.at && say(said.knowledge, ends),
    changes.length === 0 && said.no_changes,
  ].filter(Boolean);
  const days = { first: writeDay(at), last: writeDay(to) };
  const { lang } = document.documentElement;
  const named = count ? counted(said, "title", count, lang, days) : say(said.title_none, days);
  return {
    kicker: said.kicker,
    title: named,
    texts,
    dated: changes.length > 0 && changes,
    short: [`${plain(named)}.`, ...texts.slice(0, 1)].join(" "),
  };
}

function beyondStory(moment, state, { panel, range }, writeDay) {
  const { year } = state.atlas.knowledge_ends;
  const values = { year, date: daysOf(moment, range, writeDay) };
  // The boundaries go on after the source's knowledge: say what changed with them last.
  const isLater = moment.latest && moment.latest.at > state.atlas.knowledge_ends.at;
  return {
    kicker: say(panel.beyond, values),
    title: say(panel.beyond_title, values),
    texts: [say(panel.beyond_text, values)],
    then: isLater ? latestStory(moment, panel, writeDay) : undefined,
  };
}

/** The day that is shown, or the first and the last of a range. */
export function daysOf({ at, to }, range, writeDay) {
  return to === null ? writeDay(at) : say(range.days, { first: writeDay(at), last: writeDay(to) });
}

function shiftStory(shift, panel, names, sources) {
  const named = (ids) => ids.map((id) => names.get(id) ?? id).join("; ");
  const texts = [
    say(panel.replaced, { from: named(shift.from), to: named(shift.to) }),
    shift.cause && say(panel.cause, { cause: shift.cause }),
  ].filter(Boolean);
  const care = [shift.caveat, shift.editor_note].filter(Boolean).join(" ");
  const kicker = say(shift.spread ? panel.here_spread : panel.here, shift);
  const source = [sources[shift.source]?.short ?? shift.source, shift.locator].filter(Boolean).join(", ");
  return {
    kicker,
    title: shift.name,
    texts,
    care,
    source: source && say(panel.on_whose_word, { source }),
    short: shortOf(shift, source),
    isQuoted: true,
  };
}

/** A shift in one line: what, when and how sure, why, and on whose word. */
function shortOf({ name, when, spread, cause }, source) {
  const date = spread ? `${when} (${spread})` : when;
  return [`${name}: ${date}`, cause, source].filter(Boolean).map((part) => `${plain(part)}.`).join(" ");
}

function roleItem(country, entries, words) {
  const parts = entries.map(({ row, mark }) =>
    mark === "certain" ? words.role[row.role] : `${words.role[row.role]} (${row.when})`,
  );
  const chips = entries.map(({ row, mark }) => element(`b.chip.${mark}`, { "aria-hidden": "true" }, words.role[`${row.role}_mark`]));
  return element(
    "li",
    {},
    element("span.chips", {}, ...chips),
    element("div", {}, element("span.row-name", {}, country), element("p.when", {}, parts.join(", "))),
  );
}

function section(title, items) {
  return element("section", {}, element("h3", {}, title), element("ul.rows", {}, ...items));
}

function plain(text) {
  return text.replace(/\.$/, "");
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
