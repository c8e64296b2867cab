import { type Axis, cellAt, type Points } from './points.js';

/** Corners of a closed region of the map, in its own coordinates; where its line crosses itself, inside is by turns (even–odd). */
export type Polygon = readonly (readonly [number, number])[];

/** How many of the points lie inside a polygon, counting those that `shows`. */
export function countInside(points: Points, polygon: Polygon, shows: (at: number) => boolean): number {
  let count = 0;
  eachInside(points, polygon, (at) => {
    if (shows(at)) count++;
  });
  return count;
}

/**
 * Calls `visit` with each point inside a polygon, as its place in cell order. Only the points of cells that its line passes through are asked one by one:
 * every other cell lies inside or outside as a whole.
 */
export function eachInside(points: Points, polygon: Polygon, visit: (at: number) => void): void {
  if (polygon.length < 3) return;
  const bands = bandsOf(polygon);
  const { side, starts, order, given, x: ax, y: ay } = points;
  const cell = (value: number, { low, span }: Axis) => cellAt((value - low) / span, side);
  const [left, right] = [cell(bands.left, ax), cell(bands.right, ax)];
  const crossed = crossedCells(points, polygon);
  for (let row = cell(bands.bottom, ay); row <= cell(bands.top, ay); row++) {
    // What holds for a cell that is not crossed holds for the next ones too, up to the next crossed one.
    let known: boolean | undefined;
    for (let column = left; column <= right; column++) {
      const c = row * side + column;
      if (crossed[c]) {
        known = undefined;
        for (let i = starts[c]; i < starts[c + 1]; i++) if (inBands(bands, given.x[order[i]], given.y[order[i]])) visit(i);
      } else {
        known ??= inBands(bands, ax.low + ((column + 0.5) / side) * ax.span, ay.low + ((row + 0.5) / side) * ay.span);
        if (known) for (let i = starts[c]; i < starts[c + 1]; i++) visit(i);
      }
    }
  }
}

/** By cell, whether the polygon's line passes through it, or it is one of the outermost, which hold what lies beyond the grid. */
function crossedCells({ side, x: ax, y: ay }: Points, polygon: Polygon): Uint8Array {
  const crossed = new Uint8Array(side * side);
  for (let i = 0; i < side; i++) crossed[i] = crossed[(side - 1) * side + i] = crossed[i * side] = crossed[i * side + side - 1] = 1;
  polygon.forEach((from, i) => {
    const to = polygon[(i + 1) % polygon.length];
    const [low, high] = from[1] <= to[1] ? [from, to] : [to, from];
    const [u0, v0, u1, v1] = [(low[0] - ax.low) / ax.span, (low[1] - ay.low) / ay.span, (high[0] - ax.low) / ax.span, (high[1] - ay.low) / ay.span];
    const at = (v: number) => (v1 > v0 ? u0 + ((u1 - u0) * (Math.min(v1, Math.max(v0, v)) - v0)) / (v1 - v0) : u0);
    for (let row = cellAt(v0 - EDGE, side); row <= cellAt(v1 + EDGE, side); row++) {
      const [a, b] = v1 - v0 > EDGE ? [at(row / side - EDGE), at((row + 1) / side + EDGE)] : [u0, u1];
      for (let column = cellAt(Math.min(a, b) - EDGE, side); column <= cellAt(Math.max(a, b) + EDGE, side); column++) crossed[row * side + column] = 1;
    }
  });
  return crossed;
}

/** Beside a line so near to the border of a cell, the cell counts as crossed too: no rounding can then matter. */
const EDGE = 1e-7;

/** Whether a point lies inside. */
export const isInside = (polygon: Polygon, x: number, y: number): boolean => polygon.length >= 3 && inBands(bandsOf(polygon), x, y);

/** A polygon cut into level bands, each with the edges that reach into it: a point is asked only about those. */
interface Bands {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly perUnit: number;
  /** First edge of each band in `edges`; one more entry ends the last. */
  readonly starts: Int32Array;
  /** x0, y0, x1, y1 of each. */
  readonly edges: Float64Array;
}

function bandsOf(polygon: Polygon): Bands {
  const [xs, ys] = [polygon.map((p) => p[0]), polygon.map((p) => p[1])];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const count = Math.max(1, Math.min(256, polygon.length * 2));
  const perUnit = top > bottom ? count / (top - bottom) : 0;
  const lists: number[][] = Array.from({ length: count }, () => []);
  polygon.forEach((a, i) => {
    const b = polygon[(i + 1) % polygon.length];
    const [low, high] = [bandAt(Math.min(a[1], b[1]), bottom, perUnit, count), bandAt(Math.max(a[1], b[1]), bottom, perUnit, count)];
    for (let band = low; band <= high; band++) lists[band].push(a[0], a[1], b[0], b[1]);
  });
  const starts = new Int32Array(count + 1);
  lists.forEach((list, band) => {
    starts[band + 1] = starts[band] + list.length;
  });
  return { left: Math.min(...xs), right: Math.max(...xs), bottom, top, perUnit, starts, edges: Float64Array.from(lists.flat()) };
}

const bandAt = (y: number, bottom: number, perUnit: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor((y - bottom) * perUnit)));

function inBands({ left, right, bottom, top, perUnit, starts, edges }: Bands, x: number, y: number): boolean {
  if (!(x >= left && x <= right && y >= bottom && y <= top)) return false;
  const band = bandAt(y, bottom, perUnit, starts.length - 1);
  let inside = false;
  for (let e = starts[band]; e < starts[band + 1]; e += 4) {
    const y0 = edges[e + 1];
    const y1 = edges[e + 3];
    if (y0 > y !== y1 > y && x < ((edges[e + 2] - edges[e]) * (y - y0)) / (y1 - y0) + edges[e]) inside = !inside;
  }
  return inside;
}

/** A drawn line with the corners left out that lie within `tolerance` of it (Ramer–Douglas–Peucker), and more of them until at most `most` remain. */
export function simplified(line: Polygon, tolerance: number, most = 200): Polygon {
  const kept = keep(line, tolerance);
  return kept.length > most ? simplified(line, tolerance * 1.5, most) : kept;
}

function keep(line: Polygon, tolerance: number): Polygon {
  if (line.length < 3) return line;
  const [first, last] = [line[0], line[line.length - 1]];
  let [at, most] = [0, -1];
  for (let i = 1; i < line.length - 1; i++) {
    const d = apart(line[i], first, last);
    if (d > most) [at, most] = [i, d];
  }
  if (most <= tolerance) return [first, last];
  return [...keep(line.slice(0, at + 1), tolerance).slice(0, -1), ...keep(line.slice(at), tolerance)];
}

/** Distance of a point from a stretch of line. */
function apart([x, y]: readonly [number, number], [x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}
