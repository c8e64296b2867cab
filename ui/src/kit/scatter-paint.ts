import { countIn, eachRun, type Points, type Projection, projection, windowOf } from './points.js';
import type { Size, View } from './view.js';

/** What is painted: the points, the tone of each, and the colour of each tone. */
export interface Painting {
  readonly points: Points;
  /** By point in cell order: a place in `colours`. */
  readonly tone: Uint16Array;
  /** Packed as a canvas has them (0xffBBGGRR, little-endian); 0 is not painted. */
  readonly colours: Int32Array;
  /** What lies behind them, packed. */
  readonly paper: number;
  readonly view: View;
  readonly size: Size;
  /** Pixels of the canvas per CSS pixel. */
  readonly ratio: number;
}

/** What is painted on: pixels row by row, and room to count what falls on each. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly pixels: Int32Array;
  readonly counts: Uint16Array;
}

/** More than so many points in sight are painted as grain, fewer as round dots. */
export const GRAIN = 60_000;

/** How many points are in sight, about: whole cells are counted. */
export function seenIn({ points, view, size }: Pick<Painting, 'points' | 'view' | 'size'>): number {
  return countIn(points, windowOf(points, projection(view, size), 0, 0, size.width, size.height));
}

/** Paints all points in sight in one pass over them. */
export function paintPoints(sheet: Sheet, painting: Painting): void {
  const { view, size, ratio } = painting;
  const p = projection(view, size, ratio);
  const seen = seenIn(painting);
  if (seen > GRAIN) paintGrain(sheet, painting, p);
  else paintDots(sheet, painting, p, dotRadius(seen) * ratio);
}

/** Radius of a dot in CSS pixels, by how many are in sight. */
export const dotRadius = (seen: number): number => Math.min(4, Math.max(1.1, 2.4 * (5000 / Math.max(1, seen)) ** 0.28));

/**
 * Many points: each moves its pixel halfway to its colour and is counted there; then the count becomes the strength of the colour over the paper,
 * on a logarithmic scale, so that a lone point shows and a hundred still differ from ten. There is no branch on what a pixel holds: mispredicted, it
 * would cost more than all the rest.
 */
function paintGrain(sheet: Sheet, painting: Painting, p: Projection): void {
  sheet.pixels.fill(0);
  sheet.counts.fill(0);
  scatter(sheet, painting, p);
  develop(sheet, painting.paper);
}

function scatter({ width, height, pixels, counts }: Sheet, { points, tone, colours }: Painting, p: Projection): void {
  const { u, v } = points;
  const { ax, bx, ay, by } = p;
  eachRun(points, windowOf(points, p, 0, 0, width, height), (from, to) => {
    for (let i = from; i < to; i++) {
      const colour = colours[tone[i]];
      const x = ax * u[i] + bx;
      const y = ay * v[i] + by;
      if (colour === 0 || !(x >= 0 && y >= 0 && x < width && y < height)) continue;
      const at = (y | 0) * width + (x | 0);
      pixels[at] = ((pixels[at] & 0xfefefe) + (colour & 0xfefefe)) >> 1;
      counts[at]++;
    }
  });
}

const strength = (count: number): number => Math.min(1, 0.42 + (0.58 * Math.log2(Math.max(1, count))) / 6);

/** By the count of a pixel, of 256: how much of the paper shows, and how much of what the points left in the pixel, which sums to 1 − 2^−count. */
const UNDER = Uint16Array.from({ length: 65_536 }, (_, count) => (count === 0 ? 256 : Math.round(256 * (1 - strength(count)))));
const OVER = Uint16Array.from({ length: 65_536 }, (_, count) => (count === 0 ? 0 : Math.round((256 * strength(count)) / (1 - 2 ** -count))));

function develop({ pixels, counts }: Sheet, paper: number): void {
  const rb = paper & 0xff00ff;
  const green = (paper >>> 8) & 0xff;
  for (let k = 0; k < pixels.length; k++) {
    const f = OVER[counts[k]];
    const g = UNDER[counts[k]];
    const seen = pixels[k];
    pixels[k] = 0xff000000 | (((Math.imul(seen & 0xff00ff, f) + Math.imul(rb, g)) >>> 8) & 0xff00ff) | ((Math.imul((seen >>> 8) & 0xff, f) + Math.imul(green, g)) & 0xff00);
  }
}

/** Quarters of a pixel a dot can be moved by: its edge is drawn for each. */
const PHASES = 4;
const OPACITY = 0.7;

/** Few points: round dots with soft edges, laid over each other. */
function paintDots(sheet: Sheet, { points, tone, colours, paper }: Painting, p: Projection, radius: number): void {
  sheet.pixels.fill(paper);
  const { width, height } = sheet;
  const { u, v } = points;
  const reach = Math.ceil(radius + 1);
  const side = 2 * reach + 1;
  const stamps = stampsOf(radius, reach, side);
  eachRun(points, windowOf(points, p, -reach, -reach, width + reach, height + reach), (from, to) => {
    for (let i = from; i < to; i++) {
      const colour = colours[tone[i]];
      const x = p.ax * u[i] + p.bx;
      const y = p.ay * v[i] + p.by;
      if (colour === 0 || !(x > -reach && y > -reach && x < width + reach && y < height + reach)) continue;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const stamp = stamps[Math.floor((y - top) * PHASES) * PHASES + Math.floor((x - left) * PHASES)];
      lay(sheet, stamp, side, left - reach, top - reach, colour);
    }
  });
}

function lay({ width, height, pixels }: Sheet, stamp: Uint16Array, side: number, left: number, top: number, colour: number): void {
  const x0 = Math.max(0, -left);
  const x1 = Math.min(side, width - left);
  const y0 = Math.max(0, -top);
  const y1 = Math.min(side, height - top);
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) {
      const f = stamp[y * side + x];
      const k = (top + y) * width + left + x;
      pixels[k] = f === 0 ? pixels[k] : mix(pixels[k], colour, f);
    }
}

/** `f` of 256 of `b` over `a`, opaque. */
export function mix(a: number, b: number, f: number): number {
  const g = 256 - f;
  const rb = ((Math.imul(a & 0xff00ff, g) + Math.imul(b & 0xff00ff, f) + 0x800080) >>> 8) & 0xff00ff;
  const green = (Math.imul((a >>> 8) & 0xff, g) + Math.imul((b >>> 8) & 0xff, f) + 0x80) & 0xff00;
  return 0xff000000 | rb | green;
}

/** How much of 256 a dot covers of each pixel around it, for each quarter of a pixel its middle can lie at. */
function stampsOf(radius: number, reach: number, side: number): Uint16Array[] {
  return Array.from({ length: PHASES * PHASES }, (_, phase) => {
    const [cy, cx] = [reach + (Math.floor(phase / PHASES) + 0.5) / PHASES, reach + ((phase % PHASES) + 0.5) / PHASES];
    return Uint16Array.from({ length: side * side }, (_, k) => {
      const apart = Math.hypot((k % side) + 0.5 - cx, Math.floor(k / side) + 0.5 - cy);
      return Math.round(256 * OPACITY * Math.min(1, Math.max(0, radius + 0.5 - apart)));
    });
  });
}
