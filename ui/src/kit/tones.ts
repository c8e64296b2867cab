import { type Scheme, segmentHex } from './palette.js';
import type { Points } from './points.js';
import { rampColours } from './ramp.js';

/** A tone is a place in a table of colours: 0 is not painted, 1 what has no value (no segment, missing), then the values from 0. */
export interface Tones {
  /** By point, in cell order. */
  readonly tone: Uint16Array;
  /** Packed as a canvas has them (0xffBBGGRR). */
  readonly colours: Int32Array;
}

/** The tone of each point: its value, by place as given; `missing` values and negative ones are 1; points in a `hidden` group 0. */
export function tonesOf(points: Points, values: ArrayLike<number>, missing?: number, group?: ArrayLike<number>, hidden?: ReadonlySet<number>): Uint16Array {
  const tone = new Uint16Array(points.n);
  const filtered = group && hidden && hidden.size > 0;
  for (let i = 0; i < points.n; i++) {
    const at = points.order[i];
    const value = values[at];
    tone[i] = filtered && hidden.has(group[at]) ? 0 : value < 0 || value === missing ? 1 : value + 2;
  }
  return tone;
}

/** Colours of segments −1…count − 1, nothing for the hidden ones. */
export function segmentTable(count: number, hidden: ReadonlySet<number>, scheme: Scheme): Int32Array {
  return Int32Array.from({ length: count + 2 }, (_, tone) => (tone === 0 || hidden.has(tone - 2) || (tone === 1 && hidden.has(-1)) ? 0 : packed(segmentHex(tone - 2, scheme))));
}

/** Colours of bins 0…count − 1, from low to high. */
export function binTable(count: number, scheme: Scheme): Int32Array {
  return Int32Array.from([0, packed(MISSING[scheme]), ...rampColours(count, scheme).map(packed)]);
}

/** What is not known: there, but receding. */
export const MISSING: Record<Scheme, string> = { light: '#cfd3d6', dark: '#3a434c' };

/** A `#rrggbb` colour as a canvas has it. */
export function packed(hex: string): number {
  const rgb = Number.parseInt(hex.slice(1), 16);
  return 0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >>> 16);
}
