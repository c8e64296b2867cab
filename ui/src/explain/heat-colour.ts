import { inkOn, type Scheme } from '../kit/palette.js';

/** Values of this size and more are drawn in full colour. */
export const FULL = 2.5;

type Rgb = readonly [number, number, number];

/** The ground, the low and the high end, as tokens.css has them. */
const ENDS: Record<Scheme, { readonly ground: Rgb; readonly low: Rgb; readonly high: Rgb }> = {
  light: { ground: [247, 247, 244], low: [33, 94, 158], high: [186, 78, 18] },
  dark: { ground: [15, 19, 23], low: [84, 152, 224], high: [232, 126, 60] },
};

/** The cell's colour, following the scheme through the tokens. */
export const heatColour = (value: number): string => `rgb(var(${value < 0 ? '--low-rgb' : '--high-rgb'}) / ${(strength(value) * 100).toFixed(0)}%)`;

/** The ink that reads on it. */
export function heatInk(value: number, scheme: Scheme): string {
  const { ground, low, high } = ENDS[scheme];
  const end = value < 0 ? low : high;
  return inkOn(hex(ground.map((from, i) => from + (end[i] - from) * strength(value))));
}

const strength = (value: number): number => Math.min(1, Math.abs(value) / FULL) ** 0.85;

const hex = (rgb: readonly number[]): string => `#${rgb.map((x) => Math.round(x).toString(16).padStart(2, '0')).join('')}`;
