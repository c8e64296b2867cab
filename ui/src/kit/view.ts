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

/** How near a plane of so many points can be looked at: until a handful fill the frame. */
export const closestTo = (n: number): number => Math.max(40, Math.min(400, Math.sqrt(n) / 2));

/** The view after zooming by `factor` around the pixel (px, py), which stays where it is; at most `closest` times as large as at home. */
export function zoomAt(view: View, factor: number, px: number, py: number, size: Size, closest = 40): View {
  const k = Math.min(closest, Math.max(0.5, view.k * factor));
  const f = k / view.k;
  return within({ k, tx: px - (px - view.tx) * f, ty: py - (py - view.ty) * f }, size);
}

export const panBy = (view: View, dx: number, dy: number, size: Size): View => within({ ...view, tx: view.tx + dx, ty: view.ty + dy }, size);

/** Keeps at least a part of the plane in sight. */
function within(view: View, { width, height }: Size): View {
  const clamp = (t: number, length: number) => Math.min(length * 0.7, Math.max(length * 0.3 - length * view.k, t));
  return { k: view.k, tx: clamp(view.tx, width), ty: clamp(view.ty, height) };
}

/** The median of some values; the middle of the plane where there are none. */
export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0.5;
}

/** How far the middle half of them reaches. */
export function spreadOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
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
