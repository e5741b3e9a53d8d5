/** Building elements. Text is always set as text: nothing from an atlas is ever read as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name  a tag, with classes: "p.note"
 * @param {Record<string, string | number | boolean | undefined>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return filled(document.createElement(tag), classes, attributes, children);
}

/** The same for SVG. @returns {SVGElement} */
export function drawn(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return filled(document.createElementNS(SVG, tag), classes, attributes, children);
}

/** A line of the legend: the class says what is drawn. */
export function sample(classes) {
  const line = drawn("path.line", { d: "M2 7H32" });
  const box = { viewBox: "0 0 34 14", width: 34, height: 14, "aria-hidden": "true" };
  return drawn(`svg.sample.${classes}`, box, line);
}

/** Fill in what stands in braces. */
export function say(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

/**
 * A text of a counted thing, in the form that the language has for the number.
 *
 * @param {Record<string, string>} texts  @param {string} key  @param {number} count
 * @param {string} lang  @param {Record<string, string>} [values]  what else is filled in
 */
export function counted(texts, key, count, lang, values = {}) {
  const category = new Intl.PluralRules(lang).select(count);
  return say(texts[`${key}_${category}`] ?? texts[key], { ...values, count });
}

/** The atlas's language, if the page is in another: for the `lang` of the atlas's own words. */
export function ownLanguage({ atlas }) {
  return atlas.lang === document.documentElement.lang ? undefined : atlas.lang;
}

export function byId(id) {
  return document.getElementById(id);
}

function filled(made, classes, attributes, children) {
  if (classes.length) made.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== undefined && value !== false) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}
