/**
 * Greedy placing of labels in pixels: one after another, each where it costs least, none where it
 * would meet another label, a control or a route; what finds no place is left out.
 *
 * @typedef {import("./pixels.js").Box} Box
 * @typedef {{w: number, h: number, cost: number, key: string}} Variant
 * @typedef {{id: string, gap?: number, reach?: number, variants: Variant[], spots: (variant: Variant) => Spot[]}} Item
 * @typedef {{x: number, y: number, cost: number}} Spot  centre of the label
 * @typedef {{id: string, key: string, box: Box, cost: number}} Placed
 */

import { Mask, boxOf, contains, grown, overlap, pathsMeet } from "./pixels.js";

/** Two names on one line need more room between them than one above the other. */
const [GAP_X, GAP_Y] = [7, 2];
/** A name mostly outside its country would read as another's. */
const TOO_FAR = 90;
/** Size of a cell in pixels, and about how many places to try along a side. */
const [CELL, MOST_STEPS] = [4, 18];
const CLEAR_OF_LINES = 3;

/**
 * @param {Item[]} items  most important first
 * @param {{frame: Box, taken: Box[], paths: import("./pixels.js").Pixel[][]}} ground
 * @returns {Placed[]}
 */
export function place(items, { frame, taken, paths }) {
  const boxes = [...taken];
  const near = paths.map((path) => ({ path, box: grown(boxOf(path), CLEAR_OF_LINES) }));
  const placed = [];
  for (const item of items) {
    const best = bestOf(item, frame, boxes, near);
    if (!best) continue;
    placed.push(best);
    boxes.push(best.box);
  }
  return placed;
}

function bestOf(item, frame, boxes, near) {
  const gap = item.gap ?? GAP_X;
  const isFree = (box) =>
    contains(frame, box) && !boxes.some((other) => overlap(box, other, gap, GAP_Y)) && isClear(box, near);
  let best = null;
  for (const { key, w, h, cost: own } of item.variants) {
    const most = Math.min(item.reach ?? TOO_FAR, best ? best.cost - own : Infinity);
    // Most variants cost more by themselves than the first one in its place.
    if (most <= 0) continue;
    const tries = item.spots({ w, h }).filter(({ cost }) => cost < most);
    for (const { x, y, cost } of tries.sort((a, b) => a.cost - b.cost)) {
      const box = { x: x - w / 2, y: y - h / 2, w, h };
      if (!isFree(box)) continue;
      best = { id: item.id, key, box, cost: cost + own };
      break;
    }
  }
  return best;
}

function isClear(box, near) {
  const wide = grown(box, CLEAR_OF_LINES);
  const paths = near.filter((line) => overlap(line.box, wide)).map((line) => line.path);
  return !pathsMeet(paths, wide);
}

/** [side, height, distance, cost]: beside it first, then below and above it, then farther. */
const AROUND = [
  [1, 0, 0, 0],
  [-1, 0, 0, 2],
  ...[0.5, -0.5, 1, -1, 1.4, -1.4].flatMap((up, index) => [
    [1, up, 0, 4 + index * 2],
    [-1, up, 0, 6 + index * 2],
  ]),
  [0, 1, 0, 12],
  [0, -1, 0, 14],
  ...[1, -1].flatMap((up, turn) =>
    [0.4, -0.4, 0.8, -0.8].map((side, index) => [side, up, 0, 15 + 4 * turn + index]),
  ),
  ...[8, 16].flatMap((far, ring) =>
    [0, 0.7, -0.7, 1.4, -1.4].flatMap((up, index) => [
      [1, up, far, 18 + 14 * ring + index * 2],
      [-1, up, far, 20 + 14 * ring + index * 2],
    ]),
  ),
];

/**
 * The places around a mark, but none that is nearer to another: it would read as the other's name.
 *
 * @param {Box} mark  @param {Box[]} [others]
 */
export function around(mark, others = [], gap = 3) {
  const [cx, cy] = [mark.x + mark.w / 2, mark.y + mark.h / 2];
  return ({ w, h }) =>
    AROUND.map(([side, up, far, cost]) => ({
      x: cx + side * (mark.w / 2 + gap + far + w / 2),
      y: cy + up * (Math.abs(side) === 1 ? mark.h / 2 + h / 3 : mark.h / 2 + gap + h / 2),
      cost,
    })).filter(({ x, y }) => {
      const box = { x: x - w / 2, y: y - h / 2, w, h };
      return others.every((other) => apart(box, other) > apart(box, mark) + 1);
    });
}

/** The room between two boxes. @param {Box} a  @param {Box} b */
function apart(a, b) {
  const dx = Math.max(a.x - b.x - b.w, b.x - a.x - a.w, 0);
  const dy = Math.max(a.y - b.y - b.h, b.y - a.y - a.h, 0);
  return Math.hypot(dx, dy);
}

/**
 * Places inside a shape: a grid over what is seen of it, the middle first, all of the label over
 * the shape if it can be.
 *
 * @param {import("./pixels.js").Pixel[][]} rings  @param {Box} frame
 */
export function within(rings, frame) {
  const mask = new Mask(rings, frame, CELL);
  const { area } = mask;
  if (area === 0) return { area, spots: () => [] };
  const points = mask.points(Math.max(1, Math.round(Math.sqrt(area) / MOST_STEPS / CELL)));
  const middle = mean(points);
  const spots = ({ w, h }) =>
    points.map(([x, y]) => ({ x, y, cost: costOf(mask, { x, y, w, h }, middle, area) }));
  return { area, spots };
}

function costOf(mask, { x, y, w, h }, [mx, my], area) {
  const away = (30 * Math.hypot(x - mx, (y - my) * 1.2)) / Math.sqrt(area);
  let outside = 0;
  for (const dx of [-w / 2, w / 2])
    for (const dy of [-h / 2, h / 2]) outside += mask.has(x + dx, y + dy) ? 0 : 1;
  for (const dx of [-w / 4, w / 4]) outside += mask.has(x + dx, y) ? 0 : 1;
  return away + outside * 14;
}

function mean(pixels) {
  const sum = pixels.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [sum[0] / pixels.length, sum[1] / pixels.length];
}
