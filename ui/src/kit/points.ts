import type { Size, View } from './view.js';

/** Where a map's values lie on the unit axis: unit = (value − low) / span. */
export interface Axis {
  readonly low: number;
  readonly span: number;
}

/**
 * Points sorted into the cells of a square grid, row by row, so that near ones lie together in memory: painting, pointing and
 * selecting touch only the rows and cells they need. Points without coordinates are left out.
 */
export interface Points {
  /** How many there are to see. */
  readonly n: number;
  /** Unit coordinates (all but the outermost half per cent within 0–1, v upwards), in cell order. */
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** The place of each in the arrays that were given. */
  readonly order: Uint32Array;
  /** First point of each cell; one more entry ends the last. */
  readonly starts: Uint32Array;
  /** Cells per side. */
  readonly side: number;
  readonly x: Axis;
  readonly y: Axis;
  /** What was given: map coordinates, by place. */
  readonly given: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> };
}

const known = new WeakMap<object, Points>();

/** Points with coordinates `x`, `y` sorted into cells; those of a map that does not change are sorted once, however often it is looked at. */
export function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>): Points {
  const before = known.get(x);
  if (before?.given.y === y) return before;
  const points = sorted(x, y);
  known.set(x, points);
  return points;
}

/** Two passes, linear in their number. */
function sorted(x: ArrayLike<number>, y: ArrayLike<number>): Points {
  const [ax, ay] = [axisOf(x), axisOf(y)];
  const side = Math.max(1, Math.min(256, Math.round(Math.sqrt(x.length / 12))));
  const cell = new Int32Array(x.length);
  const starts = new Uint32Array(side * side + 1);
  let n = 0;
  for (let i = 0; i < cell.length; i++) {
    const placed = Number.isFinite(x[i]) && Number.isFinite(y[i]);
    const at = placed ? cellAt((y[i] - ay.low) / ay.span, side) * side + cellAt((x[i] - ax.low) / ax.span, side) : -1;
    cell[i] = at;
    if (!placed) continue;
    starts[at + 1]++;
    n++;
  }
  for (let c = 0; c < side * side; c++) starts[c + 1] += starts[c];
  const next = starts.slice();
  const [order, u, v] = [new Uint32Array(n), new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < cell.length; i++) {
    if (cell[i] < 0) continue;
    const to = next[cell[i]]++;
    order[to] = i;
    u[to] = (x[i] - ax.low) / ax.span;
    v[to] = (y[i] - ay.low) / ay.span;
  }
  return { n, u, v, order, starts, side, x: ax, y: ay, given: { x, y } };
}

/** Row or column of a unit coordinate; far outliers lie in the outermost ones. */
export const cellAt = (unit: number, side: number): number => Math.min(side - 1, Math.max(0, Math.floor(unit * side)));

const SAMPLE = 20_000;

/** Bounds that all but the outermost half per cent lie within, read off a sample where there are many. */
function axisOf(values: ArrayLike<number>): Axis {
  const step = Math.max(1, Math.floor(values.length / SAMPLE));
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) sample.push(values[i]);
  const ranked = Float64Array.from(sample).sort();
  const at = (q: number) => ranked[Math.round(q * (ranked.length - 1))] ?? 0;
  return { low: at(0.005), span: at(0.995) - at(0.005) || 1 };
}

/** Unit coordinates as pixels: px = ax·u + bx, py = ay·v + by. */
export interface Projection {
  readonly ax: number;
  readonly bx: number;
  readonly ay: number;
  readonly by: number;
}

/** Where a plane is looked at from, as the four numbers a loop needs, in pixels of `ratio` to one. */
export function projection(view: View, size: Size, ratio = 1): Projection {
  const inner = innerOf(size);
  return {
    ax: inner.width * view.k * ratio,
    bx: (inner.left * view.k + view.tx) * ratio,
    ay: -inner.height * view.k * ratio,
    by: ((inner.top + inner.height) * view.k + view.ty) * ratio,
  };
}

const PADDING = 28;
/** Room for the buttons, where they lie over the plane. */
const BUTTONS = 48;

function innerOf({ width, height }: Size) {
  const right = width > 600 ? PADDING + BUTTONS : PADDING;
  return { left: PADDING, top: PADDING, width: Math.max(1, width - PADDING - right), height: Math.max(1, height - 2 * PADDING) };
}

/** Pixel of a unit coordinate (0–1, y upwards). */
export function pixel(u: number, v: number, view: View, size: Size): [number, number] {
  const { ax, bx, ay, by } = projection(view, size);
  return [ax * u + bx, ay * v + by];
}

/** Map coordinates of a pixel. */
export function unpixel(points: Points, px: number, py: number, view: View, size: Size): [number, number] {
  const { ax, bx, ay, by } = projection(view, size);
  return [points.x.low + ((px - bx) / ax) * points.x.span, points.y.low + ((py - by) / ay) * points.y.span];
}

/** The rows and columns of cells that a rectangle of pixels touches; the outermost ones reach as far as there are points. */
export interface Window {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

export function windowOf(points: Points, p: Projection, left: number, top: number, right: number, bottom: number): Window {
  const { side } = points;
  return {
    rows: [cellAt((bottom - p.by) / p.ay, side), cellAt((top - p.by) / p.ay, side)],
    columns: [cellAt((left - p.bx) / p.ax, side), cellAt((right - p.bx) / p.ax, side)],
  };
}

/** Calls `visit` with each run of points, from…to, that lies in the window: one per row. */
export function eachRun({ starts, side }: Points, { rows, columns }: Window, visit: (from: number, to: number) => void): void {
  for (let row = rows[0]; row <= rows[1]; row++) {
    const from = starts[row * side + columns[0]];
    const to = starts[row * side + columns[1] + 1];
    if (to > from) visit(from, to);
  }
}

/** How many points lie in the window, about. */
export function countIn(points: Points, window: Window): number {
  let sum = 0;
  eachRun(points, window, (from, to) => {
    sum += to - from;
  });
  return sum;
}

/** The point nearest to a pixel that `shows`, within a finger's width, as its place in cell order; −1 for none. */
export function nearest(points: Points, view: View, size: Size, px: number, py: number, shows: (at: number) => boolean, reach = 14): number {
  const p = projection(view, size);
  let best = -1;
  let least = reach ** 2;
  eachRun(points, windowOf(points, p, px - reach, py - reach, px + reach, py + reach), (from, to) => {
    for (let i = from; i < to; i++) {
      const d = (p.ax * points.u[i] + p.bx - px) ** 2 + (p.ay * points.v[i] + p.by - py) ** 2;
      if (d < least && shows(i)) [best, least] = [i, d];
    }
  });
  return best;
}
