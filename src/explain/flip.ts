import type { Feature } from '../domain/feature.js';
import type { EncodedFeature } from '../domain/matrix.js';
import { decodeValue, encodeValue } from '../util/encode-value.js';
import { friendly } from '../util/friendly.js';

/** A feature that a business can move: its place among the encoded features, where it is, and how far it may go, in raw units. */
export interface Lever {
  readonly c: number;
  readonly feature: Feature;
  readonly encoding: EncodedFeature;
  readonly from: number;
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}

export interface Flip {
  readonly changes: readonly { readonly lever: Lever; readonly to: number }[];
  /** How much to ask: standard deviations moved, large moves weighing more, plus a little for each feature that has to change. */
  readonly cost: number;
}

const perFeature = 0.25;
const pairsOf = 8;
const triplesOf = 6;
const grid = [0.15, 0.3, 0.5, 0.7, 0.85, 1];

/**
 * The cheapest change of at most three levers, at round raw values, that makes `target` the nearest centre to `z`. How far the target is
 * ahead of each other centre is linear in every lever, so one lever is solved exactly, pairs and triples by a grid over all but the last;
 * the winner is verified by encoding it and measuring the distances. Undefined when none exists within the levers' ranges.
 */
export function flip(z: Float64Array, target: number, centres: Float64Array, k: number, levers: readonly Lever[]): Flip | undefined {
  const d = z.length;
  const distance = (point: Float64Array, c: number) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (point[j] - centres[c * d + j]) ** 2;
    return sum;
  };
  const rivals = Array.from({ length: k }, (_, c) => c).filter((c) => c !== target);
  const lead = rivals.map((c) => distance(z, c) - distance(z, target));
  const nearest = lead.indexOf(Math.min(...lead));
  const useful = levers.map((lever) => {
    const slope = rivals.map((c) => 2 * (centres[target * d + lever.c] - centres[c * d + lever.c]));
    const end = encoded(lever, slope[nearest] > 0 ? lever.high : lever.low) - z[lever.c];
    return { lever, slope, end, now: z[lever.c], gain: slope[nearest] * end };
  }).filter((u) => u.gain > 1e-9).sort((a, b) => b.gain - a.gain || a.lever.c - b.lever.c);

  const found: Flip[] = [];
  const attempt = (fixed: readonly Step[], last: Useful) => {
    const left = lead.map((l, i) => fixed.reduce((sum, step) => sum + step.useful.slope[i] * step.by, l));
    const to = solve(last, left);
    if (to === undefined) return;
    const steps = [...fixed, { useful: last, to, by: encoded(last.lever, to) - last.now }];
    const cost = steps.reduce((sum, { by, useful: { lever } }) => sum + perFeature + effort(Math.abs(by) / (lever.encoding.weight || 1)), 0);
    found.push({ changes: steps.map((s) => ({ lever: s.useful.lever, to: s.to })), cost });
  };
  for (const u of useful) attempt([], u);
  const some = useful.slice(0, pairsOf);
  for (const a of some) for (const g of grid) for (const b of some) if (b !== a) attempt([part(a, g)], b);
  if (found.length === 0) {
    const few = useful.slice(0, triplesOf);
    few.forEach((a, x) => few.slice(x + 1).forEach((b) => few.forEach((c) => {
      if (c !== a && c !== b) for (const g of grid) for (const h of grid) attempt([part(a, g), part(b, h)], c);
    })));
  }
  found.sort((a, b) => a.cost - b.cost);
  return found.find(({ changes }) => {
    const point = z.slice();
    for (const { lever, to } of changes) point[lever.c] = encoded(lever, to);
    return rivals.every((c) => distance(point, c) > distance(point, target));
  });
}

interface Useful {
  readonly lever: Lever;
  /** Per rival: how fast the target gets ahead of it as the encoded value grows. */
  readonly slope: readonly number[];
  /** Encoded distance to the end of the range on the target's side. */
  readonly end: number;
  readonly now: number;
}

interface Step {
  readonly useful: Useful;
  readonly to: number;
  readonly by: number;
}

const encoded = (lever: Lever, raw: number) => Math.fround(encodeValue(raw, lever.encoding));
const effort = (deviations: number) => deviations + 0.25 * deviations * deviations;

/** Part of the way to the end of the range, at a round raw value. */
function part(useful: Useful, share: number): Step {
  const raw = decodeValue(useful.now + share * useful.end, useful.lever.encoding);
  const to = rounded(useful.lever, raw, raw - useful.lever.from);
  return { useful, to, by: encoded(useful.lever, to) - useful.now };
}

/** The least round value of one lever that puts the target ahead of every rival, given the leads before; undefined when out of reach. */
function solve({ lever, slope, now }: Useful, leads: readonly number[]): number | undefined {
  let low = -Infinity, high = Infinity;
  for (let i = 0; i < slope.length; i++) {
    if (Math.abs(slope[i]) < 1e-12) {
      if (leads[i] <= 0) return undefined;
    } else if (slope[i] > 0) low = Math.max(low, -leads[i] / slope[i]);
    else high = Math.min(high, -leads[i] / slope[i]);
  }
  const goal = low > 0 ? low : high < 0 ? high : 0;
  if (low > high || goal === 0) return undefined;
  const exact = decodeValue(now + goal + 1e-6 * Math.sign(goal), lever.encoding);
  if (exact < lever.low || exact > lever.high) return undefined;
  for (const nudge of [0, 0.01, 0.03, 0.08]) {
    const to = rounded(lever, exact + nudge * (Math.abs(exact) + Math.abs(exact - lever.from)) * Math.sign(goal), goal);
    const by = encoded(lever, to) - now;
    if (to !== lever.from && slope.every((s, i) => leads[i] + s * by > 1e-9)) return to;
  }
  return undefined;
}

/** A value that a person would say, not short of `raw` in the direction of the move, kept in the lever's range. */
function rounded(lever: Lever, raw: number, direction: number): number {
  const up = direction > 0;
  if (lever.whole) return within(up ? Math.ceil(raw - 1e-9) : Math.floor(raw + 1e-9), lever);
  const round = friendly(raw, 0.03);
  return within((up ? round >= raw : round <= raw) ? round : friendly(raw + (up ? 1 : -1) * Math.abs(raw) * 0.03, 0.029), lever);
}

const within = (x: number, { low, high }: Lever) => Math.min(high, Math.max(low, x));
