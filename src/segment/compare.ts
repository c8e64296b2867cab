// Two segmentations of the same entities, side by side: how far they agree, who moved and in what the movers differ, and which is steadier, more separable,
// easier to tell by rules and more valuable. The verdict says no more than these numbers do; a difference counts when it is larger than chance and than
// a stated least difference. Cost O(entities × features), and samples for what is quadratic or drawn again.
import { breath, type Context } from '../context.js';
import type { Aspect, ComparedSide, Comparison, Estimate, Move } from '../domain/comparison.js';
import type { SegmentStability } from '../domain/segment.js';
import { assert } from '../errors.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { adjustedInformation, adjustedRandOf, contingency, expectedInformation, informationOf, type Contingency } from '../util/agreement.js';
import { formatNumber, formatPercent } from '../util/format-value.js';
import { gatherInts } from '../util/gather.js';
import { linearAssignment } from '../util/linear-assignment.js';
import type { Rng } from '../util/rng.js';
import { wilson } from '../util/wilson.js';
import { listWords } from '../util/words.js';
import type { EntityWord } from './reason.js';
import { gather, sampleRows } from './sample.js';
import { daviesBouldin, means, silhouetteOf, total } from './score.js';

/** One of the two. */
export interface CompareSide {
  readonly name: string;
  /** Segment of each entity, −1 for outliers. */
  readonly labels: Int32Array;
  readonly k: number;
  readonly segmentNames?: readonly string[];
  /** As `stability` gives it. */
  readonly stability?: readonly SegmentStability[];
  /** Held-out accuracy of the rules that describe it, 0–1. */
  readonly fidelity?: number;
}

export interface CompareOptions {
  /** What an entity is worth, NaN where unknown. */
  readonly value?: Float64Array;
  /** Titles of the features, in the order of the matrix. */
  readonly features?: readonly string[];
  readonly word?: EntityWord;
  /** Entities that the rows of x are, ascending, where x holds a sample of them: counts are still of all. */
  readonly sample?: Int32Array;
  /** Draws behind every interval; 300 by default. */
  readonly draws?: number;
}

/** Least differences that matter: of mean Jaccard, silhouette, held-out accuracy, and η². */
const matters = { jaccard: 0.05, silhouette: 0.02, fidelity: 0.02, explained: 0.01 };
/** Rows that silhouettes are measured on, and rows that values are drawn from. */
const silhouetteRows = 2_000;
const valueRows = 20_000;
/** Moves told at most, and features per move. */
const mostMoves = 8;
const mostFeatures = 3;
/** Cohen's d from which a difference is told. */
const smallEffect = 0.2;

/**
 * Compares two segmentations of the rows of x. Intervals hold 95 %: of agreement by the Poisson bootstrap of the table of both labels (with the expected
 * information as observed), of silhouettes by the normal law over sampled rows, of value by bootstrap.
 * @throws `run/aborted`
 */
export async function compare(x: Points, a: CompareSide, b: CompareSide, options: CompareOptions, context: Context, kernel: Kernel): Promise<Comparison> {
  assert(a.labels.length === b.labels.length && x.rows === (options.sample?.length ?? a.labels.length), 'both segmentations are of the rows of the matrix');
  const inX = (side: CompareSide): CompareSide => (options.sample ? { ...side, labels: gatherInts(side.labels, options.sample) } : side);
  const word = options.word ?? { one: 'customer', many: 'customers' };
  const table = contingency(a.labels.map((label) => label + 1), b.labels.map((label) => label + 1));
  const matched = match(table, a.k, b.k);
  const agreement = agreementOf(table, matched, a.k, options.draws ?? 300, context.rng('compare/agreement'));
  await breath(context);
  const moves = movesOf(x, inX(a), inX(b), table, matched, options.features);
  const shape = await separability(x, inX(a), inX(b), context, kernel);
  await breath(context);
  const worth = options.value && value(options.value, a, b, options.draws ?? 300, context.rng('compare/value'));
  const sideOf = (side: CompareSide, at: 'a' | 'b'): ComparedSide => ({
    name: side.name, segments: side.k, outliers: side.labels.filter((label) => label < 0).length, ...shape[at],
    ...(side.stability && { jaccard: steadinessOf(side) }), ...(side.fidelity !== undefined && { fidelity: side.fidelity }), ...worth?.[at],
  });
  const [first, second] = [sideOf(a, 'a'), sideOf(b, 'b')];
  const aspects = aspectsOf(first, second, shape.difference, worth?.difference);
  const found = {
    entities: a.labels.length, a: first, b: second, agreement, moves, aspects,
    matches: matched.map((q, p) => ({ a: p, b: q, ...shared(table, p, q) })),
    verdict: verdictOf(first, second, agreement, aspects, word),
  };
  return { ...found, text: told(found, a, b, word) };
}

/** Segment of b matched with each of a, so that as many entities as possible stay; −1 where none is left. */
function match(table: Contingency, a: number, b: number): number[] {
  const cost = Array.from({ length: a * b }, (_, v) => -countAt(table, Math.floor(v / b), v % b));
  return Array.from(linearAssignment(cost, a, b));
}

/** Entities in both segments; −1 stands for outliers. */
function countAt({ table, rows, columns }: Contingency, p: number, q: number): number {
  return p + 1 < rows && q + 1 < columns ? table[(p + 1) * columns + q + 1] : 0;
}

function shared(table: Contingency, p: number, q: number): { entities: number; shareOfA: number; shareOfB: number } {
  const entities = q < 0 ? 0 : countAt(table, p, q);
  return { entities, shareOfA: ratio(entities, table.rowSums[p + 1] ?? 0), shareOfB: q < 0 ? 0 : ratio(entities, table.columnSums[q + 1] ?? 0) };
}

function agreementOf(table: Contingency, matched: readonly number[], k: number, draws: number, rng: Rng): Comparison['agreement'] {
  const information = informationOf(table);
  const expected = expectedInformation(table);
  const replicates = Array.from({ length: draws }, () => {
    const drawn = redrawn(table, rng);
    const own = informationOf(drawn);
    return [adjustedRandOf(drawn), adjustedInformation(own, expected, drawn), own.normalized];
  });
  const estimate = (value: number, at: number): Estimate => ({ value, interval: interval(replicates.map((one) => one[at])) });
  const kept = countAt(table, -1, -1) + matched.reduce((sum, q, p) => sum + (q < 0 || p >= k ? 0 : countAt(table, p, q)), 0);
  return {
    adjustedRand: estimate(adjustedRandOf(table), 0),
    adjustedMutualInformation: estimate(adjustedInformation(information, expected, table), 1),
    vMeasure: estimate(information.normalized, 2),
    homogeneity: information.homogeneity,
    completeness: information.completeness,
    unchanged: { value: kept / table.total, interval: wilson(kept, table.total) },
  };
}

/** The table of a sample drawn anew: every row counts a Poisson number of times, so every cell does. */
function redrawn(of: Contingency, rng: Rng): Contingency {
  const table = of.table.map((count) => poisson(count, rng));
  const rowSums = new Float64Array(of.rows);
  const columnSums = new Float64Array(of.columns);
  table.forEach((count, v) => {
    rowSums[Math.floor(v / of.columns)] += count;
    columnSums[v % of.columns] += count;
  });
  return { ...of, table, rowSums, columnSums, total: total(table) };
}

/** By inversion; from 50 on by the normal law. */
function poisson(mean: number, rng: Rng): number {
  if (mean <= 0) return 0;
  if (mean >= 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * rng.normal()));
  let [count, product, least] = [-1, 1, Math.exp(-mean)];
  while (product > least) {
    product *= rng.next();
    count++;
  }
  return count;
}

function movesOf(x: Points, a: CompareSide, b: CompareSide, table: Contingency, matched: readonly number[], features?: readonly string[]): Move[] {
  const moves: { from: number; to: number; entities: number }[] = [];
  for (let from = -1; from < a.k; from++) {
    const home = from < 0 ? -1 : matched[from];
    for (let to = -1; to < b.k; to++) {
      const entities = countAt(table, from, to);
      if (entities > 0 && !(to === home && (from < 0 || home >= 0))) moves.push({ from, to, entities });
    }
  }
  return moves.sort((p, q) => q.entities - p.entities).slice(0, mostMoves).map((move): Move => {
    const home = move.from < 0 ? -1 : matched[move.from];
    const stayed = home >= 0 || move.from < 0 ? (i: number) => a.labels[i] === move.from && b.labels[i] === home : (i: number) => a.labels[i] === move.from && b.labels[i] !== move.to;
    const moved = (i: number) => a.labels[i] === move.from && b.labels[i] === move.to;
    return { ...move, share: move.entities / table.rowSums[move.from + 1], differ: differences(x, moved, stayed, features) };
  });
}

/** Features in which two groups of rows differ for certain and by more than a little, greatest first. */
function differences(x: Points, here: (i: number) => boolean, there: (i: number) => boolean, features?: readonly string[]): Move['differ'] {
  const { d } = x;
  const [one, other] = [moments(x, here), moments(x, there)];
  if (one.n < 2 || other.n < 2) return [];
  return Array.from({ length: d }, (_, j) => {
    const pooled = Math.sqrt((one.squares[j] + other.squares[j]) / (one.n + other.n - 2));
    const effect = pooled > 0 ? (one.mean[j] - other.mean[j]) / pooled : 0;
    const error = 1.959964 * Math.sqrt((one.n + other.n) / (one.n * other.n) + (effect * effect) / (2 * (one.n + other.n)));
    return { feature: features?.[j] ?? `feature ${j + 1}`, d: effect, interval: [effect - error, effect + error] as const };
  }).filter(({ d: effect, interval: [low, high] }) => Math.abs(effect) >= smallEffect && low * high > 0)
    .sort((p, q) => Math.abs(q.d) - Math.abs(p.d)).slice(0, mostFeatures);
}

/** Count, means and sums of squared deviations (Welford). */
function moments({ rows, d, stride, data }: Points, belongs: (i: number) => boolean) {
  const [mean, squares] = [new Float64Array(d), new Float64Array(d)];
  let n = 0;
  for (let i = 0; i < rows; i++) {
    if (!belongs(i)) continue;
    n++;
    for (let j = 0; j < d; j++) {
      const off = data[i * stride + j] - mean[j];
      mean[j] += off / n;
      squares[j] += off * (data[i * stride + j] - mean[j]);
    }
  }
  return { n, mean, squares };
}

type Shape = Pick<ComparedSide, 'silhouette' | 'daviesBouldin'>;

/** Both on the same sampled rows, which are in a segment both times. */
async function separability(x: Points, a: CompareSide, b: CompareSide, context: Context, kernel: Kernel): Promise<{ a: Shape; b: Shape; difference: Estimate }> {
  const inside = Int32Array.from(Array.from(a.labels.keys()).filter((i) => a.labels[i] >= 0 && b.labels[i] >= 0));
  const rows = sampleRows(inside.length, silhouetteRows, context.rng('compare/silhouette')).map((at) => inside[at]);
  if (rows.length < 2) return { a: { silhouette: 0, daviesBouldin: 0 }, b: { silhouette: 0, daviesBouldin: 0 }, difference: { value: 0, interval: [0, 0] } };
  const points = gather(x, rows, kernel);
  try {
    const k = Math.max(a.k, b.k);
    const labelings = [a, b].map(({ labels }) => rows.map((i) => labels[i]));
    const silhouettes = kernel.distanceSums(points, labelings, k).map((sums, s) => silhouetteOf(sums, labelings[s], k));
    const shapeOf = (s: number): Shape => {
      // Numbered on without those that have no row here.
      const numbers = new Map([...new Set(labelings[s])].sort((p, q) => p - q).map((label, at) => [label, at]));
      const labels = labelings[s].map((label) => numbers.get(label)!);
      const { centres, counts } = means(points, labels, numbers.size);
      return { silhouette: total(silhouettes[s]) / rows.length, daviesBouldin: numbers.size > 1 ? daviesBouldin(centres, counts, kernel.spread(points, centres, labels).distances) : 0 };
    };
    const off = silhouettes[1].map((own, i) => own - silhouettes[0][i]);
    const value = total(off) / off.length;
    const error = 1.959964 * Math.sqrt(off.reduce((sum, one) => sum + (one - value) ** 2, 0) / (off.length * Math.max(1, off.length - 1)));
    return { a: shapeOf(0), b: shapeOf(1), difference: { value, interval: [value - error, value + error] } };
  } finally {
    kernel.free(points);
  }
}

type Worth = Pick<ComparedSide, 'explained' | 'top'>;

/** Of the entities that have a value and a segment both times. Above `valueRows` of them, draws are of so many, and intervals are scaled to all. */
function value(values: Float64Array, a: CompareSide, b: CompareSide, draws: number, rng: Rng): { a: Worth; b: Worth; difference: Estimate } | undefined {
  const known = Int32Array.from(Array.from(values.keys()).filter((i) => Number.isFinite(values[i]) && a.labels[i] >= 0 && b.labels[i] >= 0));
  if (known.length < 3) return undefined;
  const ones = new Float64Array(known.length).fill(1);
  const both = (rows: Int32Array, weights: Float64Array) => [explained(values, a, rows, weights), explained(values, b, rows, weights)];
  const exact = both(known, ones);
  const few = sampleRows(known.length, valueRows, rng).map((at) => known[at]);
  const base = both(few, ones);
  const replicates = Array.from({ length: draws }, () => both(few, Float64Array.from(few, () => poisson(1, rng))));
  const scale = Math.sqrt(few.length / known.length);
  const estimate = (of: (pair: readonly number[]) => number): Estimate => {
    const [low, high] = interval(replicates.map(of));
    return { value: of(exact), interval: [of(exact) + (low - of(base)) * scale, of(exact) + (high - of(base)) * scale] };
  };
  return {
    a: { explained: estimate(([own]) => own), ...topOf(values, a, known) },
    b: { explained: estimate(([, own]) => own), ...topOf(values, b, known) },
    difference: estimate(([first, second]) => second - first),
  };
}

/** η²: between-segment over total sum of squares. */
function explained(values: Float64Array, { labels, k }: CompareSide, rows: Int32Array, weights: Float64Array): number {
  const [mass, sums] = [new Float64Array(k), new Float64Array(k)];
  let [all, mean] = [0, 0];
  rows.forEach((i, r) => {
    all += weights[r];
    mean += weights[r] * values[i];
  });
  mean /= all;
  let squares = 0;
  rows.forEach((i, r) => {
    const off = values[i] - mean;
    mass[labels[i]] += weights[r];
    sums[labels[i]] += weights[r] * off;
    squares += weights[r] * off * off;
  });
  const between = sums.reduce((sum, own, c) => sum + (mass[c] > 0 ? (own * own) / mass[c] : 0), 0);
  return squares > 0 ? between / squares : 0;
}

/** Undefined where values are negative or all 0: then shares say nothing. */
function topOf(values: Float64Array, { labels, k, segmentNames }: CompareSide, rows: Int32Array): Pick<ComparedSide, 'top'> {
  const [sums, counts] = [new Float64Array(k), new Float64Array(k)];
  for (const i of rows) {
    sums[labels[i]] += values[i];
    counts[labels[i]]++;
  }
  if (rows.some((i) => values[i] < 0) || total(sums) <= 0) return {};
  const segment = sums.indexOf(Math.max(...sums));
  return { top: { segment, name: nameOf(segment, segmentNames), valueShare: sums[segment] / total(sums), entityShare: counts[segment] / rows.length } };
}

/** Mean Jaccard, segments counting by their members. */
function steadinessOf({ labels, stability = [] }: CompareSide): number {
  let [sum, members] = [0, 0];
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  for (const { segment, jaccard } of stability) {
    sum += (sizes.get(segment) ?? 0) * jaccard;
    members += sizes.get(segment) ?? 0;
  }
  return ratio(sum, members);
}

function aspectsOf(a: ComparedSide, b: ComparedSide, silhouette: Estimate, explained?: Estimate): Aspect[] {
  const found: Aspect[] = [];
  const add = (aspect: Pick<Aspect, 'question' | 'a' | 'b' | 'difference'>, least: number, sentence: (better: 'a' | 'b' | undefined) => string) => {
    const off = aspect.difference?.value ?? aspect.b - aspect.a;
    const certain = !aspect.difference || aspect.difference.interval[0] * aspect.difference.interval[1] > 0;
    const better = certain && Math.abs(off) >= least ? (off > 0 ? 'b' as const : 'a' as const) : undefined;
    found.push({ ...aspect, ...(better && { better }), sentence: sentence(better) });
  };
  const names = { a: quoted(a.name), b: quoted(b.name) };
  if (a.jaccard !== undefined && b.jaccard !== undefined) {
    const [p, q] = [a.jaccard, b.jaccard];
    add({ question: 'steadier', a: p, b: q }, matters.jaccard, (better) =>
      `${better ? `${names[better]} is steadier` : 'Neither is steadier'}: redrawing the sample finds a segment again with ${formatPercent(p)} overlap in ${names.a} and ${formatPercent(q)} in ${names.b}.`);
  }
  add({ question: 'more separable', a: a.silhouette, b: b.silhouette, difference: silhouette }, matters.silhouette, (better) =>
    `${better ? `${names[better]} separates better` : 'Neither separates better'}: silhouette ${two(a.silhouette)} in ${names.a} and ${two(b.silhouette)} in ${names.b}, difference ${span(silhouette)}; Davies–Bouldin ${two(a.daviesBouldin)} and ${two(b.daviesBouldin)} (less is better).`);
  if (a.fidelity !== undefined && b.fidelity !== undefined) {
    const [p, q] = [a.fidelity, b.fidelity];
    add({ question: 'easier to tell by rules', a: p, b: q }, matters.fidelity, (better) =>
      `${better ? `${names[better]} is easier to tell by rules` : 'Neither is easier to tell by rules'}: they put ${formatPercent(p)} of held-out rows right in ${names.a} and ${formatPercent(q)} in ${names.b}.`);
  }
  if (explained && a.explained && b.explained) {
    const [p, q] = [a.explained.value, b.explained.value];
    const tops = [a, b].flatMap(({ name, top }) => (top ? [`“${top.name}” of ${quoted(name)}, ${formatPercent(top.entityShare)} of all, holds ${formatPercent(top.valueShare)} of the value`] : []));
    add({ question: 'more valuable', a: p, b: q, difference: explained }, matters.explained, (better) =>
      `${better ? `${names[better]} tells more about value` : 'Neither tells more about value'}: ${formatPercent(p)} of its variance lies between the segments of ${names.a} and ${formatPercent(q)} between those of ${names.b}, difference ${span(explained, 100)} points.${tops.length > 0 ? ` ${tops.join('; ')}.` : ''}`);
  }
  return found;
}

const merits: Readonly<Record<Aspect['question'], string>> = {
  steadier: 'is steadier', 'more separable': 'separates better', 'easier to tell by rules': 'is easier to tell by rules', 'more valuable': 'tells more about value',
};

/** Nearly everybody in place: then there is nothing to choose between. */
const same = 0.98;

function verdictOf(a: ComparedSide, b: ComparedSide, { unchanged, adjustedRand }: Comparison['agreement'], aspects: readonly Aspect[], word: EntityWord): string {
  const far = `${formatPercent(unchanged.value)} of the ${word.many} stay in their segment (adjusted Rand index ${two(adjustedRand.value)}).`;
  if (unchanged.value >= same && a.segments === b.segments) return `The two are all but the same: ${far}`;
  const merit = (side: 'a' | 'b') => {
    const own = aspects.filter(({ better }) => better === side).map(({ question, a: p, b: q }) => `${merits[question]} (${two(side === 'a' ? p : q)} against ${two(side === 'a' ? q : p)})`);
    return own.length > 0 ? [`${quoted(side === 'a' ? a.name : b.name)} ${listWords(own)}`] : [];
  };
  const merited = [...merit('a'), ...merit('b')];
  return merited.length > 0 ? `${merited.join('; ')}. ${far}` : `No difference that matters on ${listWords(aspects.map(({ question }) => question), 'or')}. ${far}`;
}

function told(found: Omit<Comparison, 'text'>, a: CompareSide, b: CompareSide, word: EntityWord): string {
  const { agreement: { adjustedRand, adjustedMutualInformation, vMeasure, unchanged } } = found;
  const size = (side: ComparedSide) => `${quoted(side.name)} has ${side.segments} segment${side.segments === 1 ? '' : 's'}${side.outliers > 0 ? ` and ${formatNumber(side.outliers)} outside any` : ''}`;
  const place = (label: number, side: CompareSide) => (label < 0 ? `outside any segment of ${quoted(side.name)}` : `in “${nameOf(label, side.segmentNames)}” of ${quoted(side.name)}`);
  const moved = found.moves.slice(0, 3).map(({ from, to, entities, share, differ }) =>
    `${formatNumber(entities)} ${entities === 1 ? word.one : word.many} ${place(from, a)} (${formatPercent(share)} of it) are ${place(to, b)}${differ.length > 0 ? `; against those who stay they differ in ${listWords(differ.map(({ feature, d }) => `${feature} (${signed(d)} sd)`))}` : ''}.`);
  return [
    found.verdict,
    `${size(found.a)}; ${size(found.b)}. Adjusted Rand index ${range(adjustedRand)}, adjusted mutual information ${range(adjustedMutualInformation)}, V-measure ${range(vMeasure)}; unchanged ${formatPercent(unchanged.value)} (${formatPercent(unchanged.interval[0])} to ${formatPercent(unchanged.interval[1])}).`,
    moved.length > 0 ? `Largest moves: ${moved.join(' ')}` : 'Nobody moved.',
    ...found.aspects.map(({ sentence }) => sentence),
  ].join('\n');
}

const quoted = (name: string) => `“${name}”`;
const nameOf = (segment: number, names?: readonly string[]) => names?.[segment] ?? `segment ${segment + 1}`;
const two = (number: number) => number.toFixed(2).replace('-', '−');
const signed = (number: number) => `${number > 0 ? '+' : ''}${two(number)}`;
const range = ({ value, interval: [low, high] }: Estimate) => `${two(value)} (${two(low)} to ${two(high)})`;
const span = ({ value, interval: [low, high] }: Estimate, times = 1) => `${signed(times * value)} (${signed(times * low)} to ${signed(times * high)})`;
const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : 0);

/** Middle 95 % of numbers. */
function interval(numbers: readonly number[]): readonly [number, number] {
  const sorted = Float64Array.from(numbers).sort();
  const at = (p: number) => {
    const position = p * (sorted.length - 1);
    const i = Math.floor(position);
    return sorted[i] + (position - i) * (sorted[Math.min(i + 1, sorted.length - 1)] - sorted[i]);
  };
  return [at(0.025), at(0.975)];
}
