import { cellAt, eachRun, type Points } from './points.js';

/** Corners of a closed region of the map, in its own coordinates; where its line crosses itself, inside is by turns (even–odd). */
export type Polygon = readonly (readonly [number, number])[];

/** How many of the points lie inside a polygon, counting those that `shows`. One pass over the cells its bounds touch. */
export function countInside(points: Points, polygon: Polygon, shows: (at: number) => boolean): number {
  let count = 0;
  eachInside(points, polygon, (at) => {
    if (shows(at)) count++;
  });
  return count;
}

/** Calls `visit` with each point inside a polygon, as its place in cell order. */
export function eachInside(points: Points, polygon: Polygon, visit: (at: number) => void): void {
  if (polygon.length < 3) return;
  const bands = bandsOf(polygon);
  const { side, order, given, x: ax, y: ay } = points;
  const cell = (value: number, axis: typeof ax) => cellAt((value - axis.low) / axis.span, side);
  const window = { rows: [cell(bands.bottom, ay), cell(bands.top, ay)], columns: [cell(bands.left, ax), cell(bands.right, ax)] } as const;
  eachRun(points, window, (from, to) => {
    for (let i = from; i < to; i++) if (inBands(bands, given.x[order[i]], given.y[order[i]])) visit(i);
  });
}

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
