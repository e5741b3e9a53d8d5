/** Draws versions on canvas as map.css draws them as paths: the marks are those of the legend. */

import { terminalEnds } from "../arrows.js";
import { lengthOf } from "../pixels.js";
import { EXTENT } from "./mvt.js";

/** So many lines are stroked at once: browsers are slow with very long paths, and with many. */
const AT_ONCE = 40;
const SHORTEST_ARROW = 16;
const HEAD = 8;
const FAINT = 0.18;

const NEAR = { band: 12, line: 2.6, possible: [3.2, [0.1, 6.2]], ending: [2.6, [8, 5]] };
const FAR = { band: 8, line: 2, possible: [2.4, [0.1, 4.4]], ending: [2, [5, 3.5]] };

/** The colours of the page's style sheets, read once. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const named = (name) => style.getPropertyValue(name).trim();
  return { water: named("--water"), land: named("--over-land"), paper: named("--paper") };
}

export class Pens {
  /**
   * @param {{bands: HTMLCanvasElement, lines: HTMLCanvasElement}} sheets
   * @param {{size: number, ratio: number, isFar: boolean, isCrowd: boolean, colours: object}} how
   *   the side of the square in pixels of the screen, and how many of them a pixel of the page has
   */
  constructor(sheets, { size, ratio, isFar, isCrowd, colours }) {
    Object.assign(this, { ratio, colours, isCrowd, kit: isFar ? FAR : NEAR, scale: size / EXTENT });
    for (const sheet of Object.values(sheets)) {
      // Setting the size empties the sheet, too.
      sheet.width = size;
      sheet.height = size;
    }
    this.bands = sheets.bands.getContext("2d");
    this.lines = sheets.lines.getContext("2d");
  }

  /** @param {import("./versions.js").Version[]} versions  @param {string | null} emphasised */
  draw(versions, emphasised) {
    const groups = new Map();
    for (const version of versions) {
      const isFaint = emphasised !== null && version.row.id !== emphasised;
      const key = [colourOf(version), version.mark, version.isLighter, isFaint].join();
      if (!groups.has(key)) groups.set(key, { ...version, isFaint, held: [] });
      groups.get(key).held.push(version);
    }
    for (const group of groups.values()) {
      if (!this.isCrowd) this.#band(group);
      this.#line(group);
    }
    if (!this.isCrowd) for (const version of versions) this.#head(version);
  }

  #band(group) {
    const { bands, kit, ratio, colours } = this;
    bands.lineWidth = kit.band * ratio;
    bands.strokeStyle = colours[colourOf(group)];
    bands.globalAlpha = group.isFaint ? FAINT : 1;
    bands.lineJoin = "round";
    this.#stroke(bands, group.held.filter(({ row }) => row.precision === "schematic"));
  }

  #line(group) {
    const { lines, kit, ratio, colours } = this;
    const [width, dashes] = kit[group.mark] ?? [kit.line, []];
    lines.lineWidth = width * ratio;
    lines.setLineDash(dashes.map((length) => length * ratio));
    lines.lineCap = group.mark === "possible" ? "round" : "butt";
    lines.lineJoin = "round";
    lines.strokeStyle = colours[colourOf(group)];
    const isLight = group.mark === "fading" || group.isLighter;
    lines.globalAlpha = group.isFaint ? FAINT : isLight ? 0.55 : 1;
    this.#stroke(lines, group.held);
  }

  #stroke(context, versions) {
    for (let first = 0; first < versions.length; first += AT_ONCE) {
      context.beginPath();
      for (const { lines } of versions.slice(first, first + AT_ONCE)) this.#trace(context, lines);
      context.stroke();
    }
  }

  #trace(context, lines) {
    const { scale } = this;
    for (const line of lines) {
      context.moveTo(line[0][0] * scale, line[0][1] * scale);
      for (let at = 1; at < line.length; at += 1) context.lineTo(line[at][0] * scale, line[at][1] * scale);
    }
  }

  /** An arrowhead where a course ends, open where the goal is implied; none where the tile ends. */
  #head(version) {
    const { scale, ratio, colours, lines: context } = this;
    terminalEnds(version.lines).forEach((isEnd, part) => {
      const line = version.lines[part];
      const [x, y] = line.at(-1);
      const isInside = x >= 0 && y >= 0 && x <= EXTENT && y <= EXTENT;
      if (!isEnd || !isInside || lengthOf(line) * scale < SHORTEST_ARROW * ratio) return;
      const before = line.at(-2);
      context.save();
      context.translate(x * scale, y * scale);
      context.rotate(Math.atan2(y - before[1], x - before[0]));
      context.scale(ratio, ratio);
      context.setLineDash([]);
      context.globalAlpha = 1;
      context.lineWidth = 1.4;
      context.strokeStyle = colours[colourOf(version)];
      context.fillStyle = version.row.implied ? colours.paper : colours[colourOf(version)];
      context.beginPath();
      context.moveTo(HEAD / 3, 0);
      context.lineTo((-2 * HEAD) / 3, HEAD / 2);
      context.lineTo((-2 * HEAD) / 3, -HEAD / 2);
      context.closePath();
      context.fill();
      context.stroke();
      context.restore();
    });
  }
}

function colourOf({ row }) {
  return row.mode === "land" ? "land" : "water";
}
