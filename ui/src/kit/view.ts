/** Where a plane is looked at from: unit coordinates × size × k, moved by (tx, ty) pixels. */
export interface View {
  readonly k: number;
  readonly tx: number;
  readonly ty: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const HOME: View = { k: 1, tx: 0, ty: 0 };
const CLOSEST = 40;
const PADDING = 28;
/** Room for the buttons, where they lie over the plane. */
const BUTTONS = 48;

/** The view after zooming by `factor` around the pixel (px, py), which stays where it is. */
export function zoomAt(view: View, factor: number, px: number, py: number, size: Size): View {
  const k = Math.min(CLOSEST, Math.max(0.5, view.k * factor));
  const f = k / view.k;
  return within({ k, tx: px - (px - view.tx) * f, ty: py - (py - view.ty) * f }, size);
}

export const panBy = (view: View, dx: number, dy: number, size: Size): View => within({ ...view, tx: view.tx + dx, ty: view.ty + dy }, size);

/** Keeps at least a part of the plane in sight. */
function within(view: View, { width, height }: Size): View {
  const clamp = (t: number, length: number) => Math.min(length * 0.7, Math.max(length * 0.3 - length * view.k, t));
  return { k: view.k, tx: clamp(view.tx, width), ty: clamp(view.ty, height) };
}

/** Pixel of a unit coordinate (0–1, y upwards). */
export function pixel(u: number, v: number, view: View, { width, height }: Size): [number, number] {
  const right = width > 600 ? PADDING + BUTTONS : PADDING;
  return [(PADDING + u * (width - PADDING - right)) * view.k + view.tx, (PADDING + (1 - v) * (height - 2 * PADDING)) * view.k + view.ty];
}

/** Values scaled so that all but the outermost half per cent lie in 0–1; far outliers are let lie outside. */
export function toUnit(values: readonly number[]): Float64Array {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.round(q * (sorted.length - 1))] ?? 0;
  const low = at(0.005);
  const span = at(0.995) - low || 1;
  return Float64Array.from(values, (x) => (Number.isFinite(x) ? (x - low) / span : 0.5));
}

/** The median of `values` at the given places. */
export function medianAt(values: ArrayLike<number>, places: readonly number[]): number {
  const sorted = places.map((i) => values[i]).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0.5;
}

/** How far the middle half of `values` at the given places reaches. */
export function spreadAt(values: ArrayLike<number>, places: readonly number[]): number {
  const sorted = places.map((i) => values[i]).sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * 0.75)] ?? 0) - (sorted[Math.floor(sorted.length * 0.25)] ?? 0);
}

/** Heights moved apart, as little as a simple sweep can, until neighbours that overlap sideways stand `gap` pixels apart. */
export function spread<T extends { x: number; y: number; width: number }>(labels: readonly T[], gap: number): T[] {
  const placed: T[] = [];
  for (const label of [...labels].sort((a, b) => a.y - b.y)) {
    const above = placed.filter((p) => Math.abs(p.x - label.x) < (p.width + label.width) / 2);
    const y = above.reduce((low, p) => (Math.abs(p.y - low) < gap ? p.y + gap : low), label.y);
    placed.push({ ...label, y });
  }
  return placed;
}
