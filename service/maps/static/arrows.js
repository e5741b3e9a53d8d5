/** Where a network of lines ends, and how an implied end fades out. Coordinates are [lon, lat]. */

/** How much of a line with an implied goal is drawn as open. */
const OPEN_SHARE = 0.45;
const OPEN_STEPS = 5;

/**
 * For each part of a network, whether it ends there: a part that ends where another begins or
 * passes is a stage on the way, and bears no arrowhead.
 *
 * @param {[number, number][][]} lines  @returns {boolean[]}
 */
export function terminalEnds(lines) {
  return lines.map((line, index) => {
    const end = line[line.length - 1];
    return !lines.some((other, place) => place !== index && other.slice(0, -1).some(isAt(end)));
  });
}

/**
 * A line cut into a firm part and steps that fade, for a goal that the source only implies.
 *
 * @param {[number, number][]} line  @returns {{line: [number, number][], opacity: number}[]}
 */
export function fadingParts(line) {
  const firm = 1 - OPEN_SHARE;
  const parts = [{ line: between(line, 0, firm), opacity: 1 }];
  for (let step = 0; step < OPEN_STEPS; step += 1) {
    const from = firm + (OPEN_SHARE * step) / OPEN_STEPS;
    const to = firm + (OPEN_SHARE * (step + 1)) / OPEN_STEPS;
    parts.push({ line: between(line, from, to), opacity: 0.9 - (0.5 * step) / (OPEN_STEPS - 1) });
  }
  return parts;
}

function isAt([x, y]) {
  return ([otherX, otherY]) => Math.abs(x - otherX) < 1e-6 && Math.abs(y - otherY) < 1e-6;
}

/** The part of a line between two shares of its length. */
function between(line, from, to) {
  const marks = distances(line);
  const total = marks[marks.length - 1];
  const [begin, end] = [from * total, to * total];
  const inner = line.filter((_, index) => marks[index] > begin && marks[index] < end);
  return [pointAt(line, marks, begin), ...inner, pointAt(line, marks, end)];
}

function distances(line) {
  let sum = 0;
  return line.map(([x, y], index) => {
    if (index > 0) sum += Math.hypot(x - line[index - 1][0], y - line[index - 1][1]);
    return sum;
  });
}

function pointAt(line, marks, distance) {
  const index = Math.max(1, marks.findIndex((mark) => mark >= distance - 1e-12));
  const share = (distance - marks[index - 1]) / (marks[index] - marks[index - 1] || 1);
  const [[x0, y0], [x1, y1]] = [line[index - 1], line[index]];
  return [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share];
}
