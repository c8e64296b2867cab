import type { Feature } from '../domain/feature.js';
import type { Form } from '../domain/forms.js';
import type { EncodedFeature } from '../domain/matrix.js';
import { decodeValue, encodeValue } from '../util/encode-value.js';
import { friendly } from '../util/friendly.js';
import { bend, gradient, valueAt } from './forms.js';

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
 * The cheapest change of at most three levers, at round raw values, that makes the form `target` (a position in `forms`) the least at `z`. How far the
 * target is ahead of each other form is quadratic in every lever (linear where all forms have the same metric, as for k-means), so one lever is solved
 * exactly, pairs and triples by a grid over all but the last; the winner is verified by encoding it and measuring. Undefined when none exists
 * within the levers' ranges. `slopes`: the gradients of the forms at `z`, where they are known.
 */
export function flip(z: Float64Array, target: number, forms: readonly Form[], levers: readonly Lever[], slopes = forms.map((form) => gradient(form, z))): Flip | undefined {
  const rivals = forms.map((_, f) => f).filter((f) => f !== target);
  const here = valueAt(forms[target], z);
  const lead = Float64Array.from(rivals, (f) => valueAt(forms[f], z) - here);
  const nearest = lead.indexOf(Math.min(...lead));
  const slopeOf = ({ c }: Lever, f: number) => 2 * (slopes[f][c] - slopes[target][c]);
  const curveOf = (a: Lever, b: Lever, f: number) => bend(forms[f], a.c, b.c) - bend(forms[target], a.c, b.c);
  const perRival = (of: (f: number, i: number) => number) => {
    const values = new Float64Array(rivals.length);
    for (let i = 0; i < values.length; i++) values[i] = of(rivals[i], i);
    return values;
  };
  const useful = levers.flatMap((lever): Useful[] => {
    if (rivals.length === 0) return [];
    const [slope, curve] = [slopeOf(lever, rivals[nearest]), curveOf(lever, lever, rivals[nearest])];
    const now = z[lever.c];
    const gainOf = (by: number) => Math.max(slope * by + curve * by * by, (slope * by) / 2 + (curve * by * by) / 4);
    const [low, high] = endsOf(lever);
    const least = low - now, most = high - now;
    const end = gainOf(most) > gainOf(least) ? most : least;
    const gain = gainOf(end);
    if (gain <= 1e-9) return [];
    const [slopeAll, curveAll] = [perRival((f) => slopeOf(lever, f)), perRival((f) => curveOf(lever, lever, f))];
    return [{ lever, slope: slopeAll, curve: curveAll, reach: perRival((_, i) => furthest(slopeAll[i], curveAll[i], least, most)), end, now, gain, least, most }];
  }).sort((a, b) => b.gain - a.gain || a.lever.c - b.lever.c);
  const straight = forms.every(({ factor }) => !factor); // then no two levers have to do with each other
  const crossings = new Map<number, Float64Array>();
  const crossing = (a: Lever, b: Lever): Float64Array => {
    const key = a.c * z.length + b.c;
    if (!crossings.has(key)) crossings.set(key, perRival((f) => 2 * curveOf(a, b, f)));
    return crossings.get(key)!;
  };

  const reaches = (changes: Flip['changes']) => {
    const point = z.slice();
    for (const { lever, to } of changes) point[lever.c] = encoded(lever, to);
    const there = valueAt(forms[target], point);
    return rivals.every((f) => valueAt(forms[f], point) > there);
  };
  // Filled anew by every attempt: there are thousands.
  const left = new Float64Array(rivals.length), slope = new Float64Array(rivals.length);
  let solved = false;
  let best: Flip | undefined;
  const attempt = (fixed: readonly Step[], last: Useful) => {
    // What is dearer already than the best cannot become it.
    if (best && fixed.reduce(withCost, 0) + perFeature > best.cost) return;
    left.set(lead);
    if (!straight) slope.set(last.slope);
    for (let s = 0; s < fixed.length; s++) {
      const { useful: u, by, ahead } = fixed[s];
      for (let i = 0; i < left.length; i++) left[i] += ahead[i];
      if (straight) continue;
      crossing(u.lever, last.lever).forEach((c, i) => { slope[i] += c * by; });
      for (const other of fixed.slice(0, s)) crossing(other.useful.lever, u.lever).forEach((c, i) => { left[i] += c * other.by * by; });
    }
    if (straight) for (let i = 0; i < left.length; i++) if (left[i] + last.reach[i] < 0) return; // not even at the end of its range
    const to = solve(last, straight ? last.slope : slope, left);
    if (to === undefined) return;
    solved = true;
    const steps = [...fixed, stepTo(last, to)];
    const cost = steps.reduce(withCost, 0);
    const changes = steps.map((step) => ({ lever: step.useful.lever, to: step.to }));
    if (!(best && cost >= best.cost) && reaches(changes)) best = { changes, cost };
  };
  /** Whether levers may together put the target ahead of all, given per rival how far each gets it at most. */
  const may = (...reaches: readonly Float64Array[]) => {
    if (straight) for (let i = 0; i < lead.length; i++) if (reaches.reduce((sum, reach) => sum + reach[i], lead[i]) < 0) return false;
    return true;
  };
  for (const u of useful) attempt([], u);
  const some = useful.slice(0, pairsOf);
  for (const a of some) {
    if (best && best.cost < 2 * perFeature) break;
    const others = some.filter((b) => b !== a && may(a.reach, b.reach));
    const steps = others.length > 0 ? grid.map((g) => part(a, g)) : [];
    for (const step of steps) for (const b of others) attempt([step], b);
  }
  if (!solved) {
    const few = useful.slice(0, triplesOf);
    const steps = few.map((useful) => grid.map((g) => part(useful, g)));
    const farthest = steps.map((own) => own[0].ahead.map((_, i) => Math.max(...own.map(({ ahead }) => ahead[i]))));
    few.forEach((a, x) => few.slice(x + 1).forEach((b, y) => {
      const next = x + 1 + y;
      for (const c of few) if (c !== a && c !== b && may(farthest[x], farthest[next], c.reach)) for (const first of steps[x]) for (const second of steps[next]) attempt([first, second], c);
    }));
  }
  return best;
}

interface Useful {
  readonly lever: Lever;
  /** Per rival: how fast the target gets ahead of it as the encoded value grows, and how fast that changes. */
  readonly slope: Float64Array;
  readonly curve: Float64Array;
  /** Per rival: how far it alone can get the target ahead within its range. */
  readonly reach: Float64Array;
  /** Encoded distance to the end of the range on the target's side. */
  readonly end: number;
  readonly now: number;
  readonly gain: number;
  /** Encoded distance to the low and the high end of the range. */
  readonly least: number;
  readonly most: number;
}

/** What rounding may add to an encoded distance: far more than it does. */
const margin = 1e-3;

interface Step {
  readonly useful: Useful;
  readonly to: number;
  readonly by: number;
  /** Per rival: how far it alone gets the target ahead. */
  readonly ahead: Float64Array;
  readonly effort: number;
}

/** The encoded ends of each lever's range: they are the same for every target. */
const ends = new WeakMap<Lever, readonly [number, number]>();

function endsOf(lever: Lever): readonly [number, number] {
  const known = ends.get(lever) ?? [encoded(lever, lever.low), encoded(lever, lever.high)];
  ends.set(lever, known);
  return known;
}

/** The most that slope × t + curve × t² comes to from `least` to `most`. */
function furthest(slope: number, curve: number, least: number, most: number): number {
  const end = Math.max((slope + curve * least) * least, (slope + curve * most) * most);
  const top = -slope / (2 * curve);
  return curve < 0 && top > least && top < most ? Math.max(end, (slope * top) / 2) : end;
}

const encoded = (lever: Lever, raw: number) => Math.fround(encodeValue(raw, lever.encoding));
const withCost = (sum: number, step: Step) => sum + perFeature + step.effort;
const effort = (deviations: number) => deviations + 0.25 * deviations * deviations;

/** Part of the way to the end of the range, at a round raw value. */
function part(useful: Useful, share: number): Step {
  const raw = decodeValue(useful.now + share * useful.end, useful.lever.encoding);
  const to = rounded(useful.lever, raw, raw - useful.lever.from);
  return stepTo(useful, to);
}

function stepTo(useful: Useful, to: number): Step {
  const { lever, slope, curve, now } = useful;
  const by = encoded(lever, to) - now;
  const ahead = new Float64Array(slope.length);
  for (let i = 0; i < ahead.length; i++) ahead[i] = by * (slope[i] + curve[i] * by);
  return { useful, to, by, ahead, effort: effort(Math.abs(by) / (lever.encoding.weight || 1)) };
}

/** The least round value of one lever that puts the target ahead of every rival, given the leads before; undefined when out of reach. */
function solve({ lever, curve, now, least, most }: Useful, slope: Float64Array, leads: Float64Array): number | undefined {
  // Where lead + slope × t + curve × t² is positive for all rivals: between `low` and `high`, and in none of the gaps.
  let low = -Infinity, high = Infinity;
  const gaps: (readonly [number, number])[] = [];
  for (let i = 0; i < leads.length; i++) {
    if (Math.abs(curve[i]) < 1e-12) {
      if (Math.abs(slope[i]) < 1e-12) {
        if (leads[i] <= 0) return undefined;
      } else if (slope[i] > 0) low = Math.max(low, -leads[i] / slope[i]);
      else high = Math.min(high, -leads[i] / slope[i]);
      if (low > high || low > most + margin || high < least - margin) return undefined; // most attempts end here
      continue;
    }
    const inside = slope[i] * slope[i] - 4 * curve[i] * leads[i];
    if (inside <= 0 && curve[i] < 0) return undefined;
    if (inside <= 0) continue;
    const q = -(slope[i] + (slope[i] < 0 ? -1 : 1) * Math.sqrt(inside)) / 2;
    const [one, other] = [q / curve[i], leads[i] / q];
    if (curve[i] > 0) gaps.push([Math.min(one, other), Math.max(one, other)]);
    else [low, high] = [Math.max(low, Math.min(one, other)), Math.min(high, Math.max(one, other))];
  }
  if (low > high || low > most + margin || high < least - margin) return undefined;
  const free = (t: number) => t >= low && t <= high && gaps.every(([from, to]) => t <= from || t >= to);
  if (low <= 0 && high >= 0 && free(0)) return undefined;
  // Each border with the side of it that is free: 1 above, −1 below.
  const borders: [number, number][] = [[low, 1], [high, -1], ...gaps.flatMap(([from, to]): [number, number][] => [[from, -1], [to, 1]])];
  for (const [border, side] of borders.filter(([t]) => Number.isFinite(t) && free(t)).sort((a, b) => Math.abs(a[0]) - Math.abs(b[0]))) {
    const exact = decodeValue(now + border + 1e-6 * side, lever.encoding);
    if (exact < lever.low || exact > lever.high) continue;
    for (const nudge of [0, 0.01, 0.03, 0.08]) {
      const to = rounded(lever, exact + nudge * (Math.abs(exact) + Math.abs(exact - lever.from)) * side, side);
      const by = encoded(lever, to) - now;
      if (to !== lever.from && leads.every((lead, i) => lead + (slope[i] + curve[i] * by) * by > 1e-9)) return to;
    }
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
