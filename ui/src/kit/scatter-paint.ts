import { pixel, type Size, type View } from './view.js';

interface Field {
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly group: readonly number[];
  readonly hidden: ReadonlySet<number>;
  readonly view: View;
  readonly size: Size;
}

interface Painting extends Field {
  readonly hover: number;
  readonly colour: (group: number) => string;
  readonly ring: string;
}

/** Paints every visible point, and a ring round the one pointed at. */
export function drawPoints(canvas: HTMLCanvasElement, painting: Painting): void {
  const { u, v, group, hidden, view, size, hover, colour, ring } = painting;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  const pen = canvas.getContext('2d');
  if (!pen) return;
  const radius = pointRadius(u.length, view.k);
  const stamps = new Map<number, HTMLCanvasElement>();
  pen.globalAlpha = u.length > 6000 ? 0.55 : 0.72;
  for (let i = 0; i < u.length; i++) {
    if (hidden.has(group[i])) continue;
    const [px, py] = pixel(u[i], v[i], view, size);
    if (px < -9 || py < -9 || px > size.width + 9 || py > size.height + 9) continue;
    let stamp = stamps.get(group[i]);
    if (!stamp) stamps.set(group[i], (stamp = dot(colour(group[i]), radius * ratio)));
    pen.drawImage(stamp, px * ratio - stamp.width / 2, py * ratio - stamp.height / 2);
  }
  if (hover >= 0) circle(pen, pixel(u[hover], v[hover], view, size), radius + 3, ratio, ring);
}

/** The visible point nearest to a pixel, within a finger's width; −1 for none. */
export function nearest({ u, v, group, hidden, view, size }: Field, px: number, py: number): number {
  let best = -1;
  let least = 14 ** 2;
  for (let i = 0; i < u.length; i++) {
    if (hidden.has(group[i])) continue;
    const [x, y] = pixel(u[i], v[i], view, size);
    const d = (x - px) ** 2 + (y - py) ** 2;
    if (d < least) [best, least] = [i, d];
  }
  return best;
}

const pointRadius = (n: number, k: number): number => (n > 8000 ? 1.8 : n > 2500 ? 2.4 : 3) * Math.min(2, k ** 0.25);

// A drawn stamp is copied many times faster than an arc is filled.
function dot(colour: string, radius: number): HTMLCanvasElement {
  const stamp = document.createElement('canvas');
  stamp.width = stamp.height = Math.ceil(radius * 2 + 2);
  const pen = stamp.getContext('2d');
  if (pen) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(stamp.width / 2, stamp.width / 2, radius, 0, 2 * Math.PI);
    pen.fill();
  }
  return stamp;
}

function circle(pen: CanvasRenderingContext2D, [x, y]: [number, number], radius: number, ratio: number, colour: string): void {
  pen.globalAlpha = 1;
  pen.strokeStyle = colour;
  pen.lineWidth = 2 * ratio;
  pen.beginPath();
  pen.arc(x * ratio, y * ratio, radius * ratio, 0, 2 * Math.PI);
  pen.stroke();
}
