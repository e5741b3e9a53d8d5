/**
 * Plane geometry in pixels, for placing labels.
 *
 * @typedef {{x: number, y: number, w: number, h: number}} Box  top left corner and size
 * @typedef {[number, number]} Pixel
 */

/** @param {Box} a  @param {Box} b  @param {number} [gapX]  @param {number} [gapY] */
export function overlap(a, b, gapX = 0, gapY = gapX) {
  const isApart =
    a.x >= b.x + b.w + gapX ||
    b.x >= a.x + a.w + gapX ||
    a.y >= b.y + b.h + gapY ||
    b.y >= a.y + a.h + gapY;
  return !isApart;
}

/** @param {Box} outer  @param {Box} inner */
export function contains(outer, inner) {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.w <= outer.x + outer.w &&
    inner.y + inner.h <= outer.y + outer.h
  );
}

/** @param {Box} box  @param {number} by */
export function grown(box, by) {
  return { x: box.x - by, y: box.y - by, w: box.w + 2 * by, h: box.h + 2 * by };
}

/** Whether a segment meets a box (Liang and Barsky 1984). @param {Pixel} a  @param {Pixel} b */
export function segmentMeets(box, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  let [from, to] = [0, 1];
  const sides = [
    [-dx, a[0] - box.x],
    [dx, box.x + box.w - a[0]],
    [-dy, a[1] - box.y],
    [dy, box.y + box.h - a[1]],
  ];
  for (const [run, room] of sides) {
    if (run === 0) {
      if (room < 0) return false;
    } else if (run < 0) from = Math.max(from, room / run);
    else to = Math.min(to, room / run);
  }
  return from <= to;
}

/** @param {Pixel[][]} paths  @param {Box} box */
export function pathsMeet(paths, box) {
  return paths.some((path) =>
    path.some((pixel, index) => index > 0 && segmentMeets(box, path[index - 1], pixel)),
  );
}

/**
 * How far a point is from paths; Infinity where their box already is farther than `reach`.
 *
 * @param {Pixel[][]} paths  @param {Box} box  @param {Pixel} point  @param {number} reach
 */
export function distanceTo(paths, box, [x, y], reach) {
  const { x: west, y: north, w, h } = grown(box, reach);
  if (x < west || y < north || x > west + w || y > north + h) return Infinity;
  let least = Infinity;
  for (const path of paths)
    for (let index = 1; index < path.length; index += 1)
      least = Math.min(least, distanceToSegment(path[index - 1], path[index], x, y));
  return least;
}

function distanceToSegment([x0, y0], [x1, y1], x, y) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - x0 - share * dx, y - y0 - share * dy);
}

/**
 * What of a frame lies inside rings (even-odd, so holes are outside), as a grid of cells: asking
 * a cell is some hundred times faster than asking the rings.
 */
export class Mask {
  /** @param {Pixel[][]} rings  @param {Box} frame  @param {number} step  size of a cell */
  constructor(rings, frame, step) {
    this.box = common(boxOf(rings.flat()), frame);
    this.step = step;
    this.columns = Math.max(0, Math.ceil(this.box.w / step));
    this.rows = Math.max(0, Math.ceil(this.box.h / step));
    this.cells = new Uint8Array(this.columns * this.rows);
    if (this.cells.length === 0) return;
    const crossings = Array.from({ length: this.rows }, () => []);
    for (const ring of rings) this.#cross(ring, crossings);
    crossings.forEach((xs, row) => this.#fill(xs.sort((a, b) => a - b), row));
  }

  has(x, y) {
    const column = Math.floor((x - this.box.x) / this.step);
    const row = Math.floor((y - this.box.y) / this.step);
    const isOff = column < 0 || row < 0 || column >= this.columns || row >= this.rows;
    return !isOff && this.cells[row * this.columns + column] === 1;
  }

  /** The middles of the cells inside, every so many cells. @returns {Pixel[]} */
  points(every) {
    const found = [];
    for (let row = 0; row < this.rows; row += every)
      for (let column = 0; column < this.columns; column += every)
        if (this.cells[row * this.columns + column])
          found.push([this.box.x + (column + 0.5) * this.step, this.#middle(row)]);
    return found;
  }

  get area() {
    return this.cells.reduce((sum, cell) => sum + cell, 0) * this.step ** 2;
  }

  #middle(row) {
    return this.box.y + (row + 0.5) * this.step;
  }

  /** Note where a ring crosses the middle line of each row. */
  #cross(ring, crossings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[x0, y0], [x1, y1]] = ring[i][1] < ring[j][1] ? [ring[i], ring[j]] : [ring[j], ring[i]];
      const first = Math.max(0, Math.ceil((y0 - this.box.y) / this.step - 0.5));
      for (let row = first; row < this.rows && this.#middle(row) < y1; row += 1)
        crossings[row].push(x0 + ((x1 - x0) * (this.#middle(row) - y0)) / (y1 - y0));
    }
  }

  #fill(xs, row) {
    for (let pair = 0; pair + 1 < xs.length; pair += 2) {
      const from = Math.max(0, Math.ceil((xs[pair] - this.box.x) / this.step - 0.5));
      const to = Math.min(this.columns, Math.ceil((xs[pair + 1] - this.box.x) / this.step - 0.5));
      if (from < to) this.cells.fill(1, row * this.columns + from, row * this.columns + to);
    }
  }
}

/** What two boxes have in common; of no size if nothing. */
function common(a, b) {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const [east, south] = [Math.min(a.x + a.w, b.x + b.w), Math.min(a.y + a.h, b.y + b.h)];
  return { x, y, w: Math.max(0, east - x), h: Math.max(0, south - y) };
}

/** @param {Pixel[]} pixels  @returns {Box} */
export function boxOf(pixels) {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of pixels) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  return { x: west, y: north, w: east - west, h: south - north };
}

/** @param {Pixel[]} path */
export function lengthOf(path) {
  return path.reduce(
    (sum, [x, y], index) =>
      index === 0 ? 0 : sum + Math.hypot(x - path[index - 1][0], y - path[index - 1][1]),
    0,
  );
}
