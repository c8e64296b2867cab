import type { Context } from '../context.js';
import type { Feature } from '../domain/feature.js';
import type { SegmentRule } from '../domain/profile.js';
import { friendly } from '../util/friendly.js';
import { gather, gatherInts } from '../util/gather.js';
import { sortOrder } from '../util/sort-order.js';
import { listWords } from '../util/words.js';
import { betweenText, conditionText } from './condition.js';
import type { Contrast } from './contrast.js';
import type { Subject } from './subject.js';
import { salience } from './traits.js';

/** Rows that rules are searched on (as many again are held out), features tried per segment, rules kept open at each step. */
const trainLimit = 12_000;
const featureLimit = 20;
const beamWidth = 3;
/** A feature with no more values than this is cut between every two of them. */
const mostValues = 24;
const missing = 255;
/** How much F1 each further condition has to bring: a rule is read by a person. */
const worth = [0, 0.015, 0.02, 0.035];

/**
 * One short rule per segment: a conjunction of at most four conditions on raw values at round numbers, found by a beam search for the
 * best F1 on half of the (sampled) rows and measured on the other half. Missing values satisfy no condition.
 * Idea: a single branch of CART (Breiman et al. 1984) grown for one class; clear features win over slightly sharper obscure ones.
 */
export function rules(subject: Subject, found: Contrast, context: Pick<Context, 'rng'>): SegmentRule[] {
  const { train, test } = halves(found, context);
  const labels = (rows: Positions) => gatherInts(subject.assignment.labels, rows.rows);
  const [trainLabels, testLabels] = [labels(train), labels(test)];
  const tried = new Map<number, Cuts>();
  const cutsOf = (j: number) => {
    if (!tried.has(j)) tried.set(j, cuts(subject.table.columns[j], train.rows, trainLabels, found.k));
    return tried.get(j)!;
  };
  return Array.from({ length: found.k }, (_, segment) => {
    const conditions = search(candidates(found, segment), segment, train, trainLabels, cutsOf, found);
    return measured(conditions, segment, subject, found, test, testLabels, cutsOf);
  });
}

interface Positions {
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

export interface Condition {
  readonly j: number;
  readonly op: '<=' | '>';
  readonly value: number;
}

interface Cuts {
  /** Ascending thresholds, and for each training row how many of them lie below its value, or `missing`. */
  readonly at: Float64Array;
  readonly bins: Uint8Array;
  readonly whole: boolean;
}

function halves({ sample }: Contrast, context: Pick<Context, 'rng'>): { train: Positions; test: Positions } {
  const rng = context.rng('explain/rules');
  const keep = Math.min(1, (2 * trainLimit) / sample.rows.length);
  const sides: number[][] = [[], []];
  for (let i = 0; i < sample.rows.length; i++) {
    const draw = rng.next();
    if (draw < keep) sides[draw < keep / 2 ? 0 : 1].push(i);
  }
  const take = (side: number[]) => {
    const positions = Int32Array.from(side);
    return { rows: gatherInts(sample.rows, positions), weights: gather(sample.weights, positions) };
  };
  return { train: take(sides[0]), test: take(sides[1]) };
}

/** Features worth a condition for this segment: behaviour and attributes that made the segments first, the most telling ones. */
function candidates(found: Contrast, segment: number): number[] {
  const fit = (j: number) => ['behaviour', 'attribute'].includes(found.features[j].role);
  const all = found.features.map((_, j) => j).filter(fit);
  const used = all.filter((j) => found.encoded[j]);
  return (used.length > 0 ? used : all).sort((a, b) => salience(found, segment, b) - salience(found, segment, a) || a - b).slice(0, featureLimit);
}

const everywhere = [0.005, 0.01, 0.02, ...Array.from({ length: 31 }, (_, i) => (i + 1) / 32), 0.98, 0.99, 0.995];
const within = [0.02, 0.1, 0.9, 0.98];

/** Thresholds at round numbers: every value of a feature with few, else quantiles over all and within each segment. */
function cuts(column: Float64Array, rows: Int32Array, labels: Int32Array, k: number): Cuts {
  const values = gather(column, rows);
  const order = sortOrder(values);
  const n = order.length;
  const sizes = new Int32Array(k);
  const few = new Set<number>();
  let whole = true;
  for (let i = 0; i < n; i++) {
    const value = values[order[i]];
    if (labels[order[i]] >= 0) sizes[labels[order[i]]]++;
    whole &&= Number.isInteger(value);
    if (few.size <= mostValues) few.add(value);
  }
  // Round by a twentieth of the value, but never by more than that of the spread: a year of birth is not rounded to its century.
  const spread = values[order[Math.floor(0.99 * (n - 1))]] - values[order[Math.floor(0.01 * (n - 1))]];
  const rounded = (x: number) => friendly(x, Math.min(0.05, (0.05 * spread) / (Math.abs(x) || 1)));
  const round = (x: number) => (whole ? Math.floor(rounded(x)) : rounded(x));
  const wanted = new Set<number>();
  if (few.size <= mostValues) {
    const distinct = [...few];
    for (let i = 1; i < distinct.length; i++) wanted.add(whole ? distinct[i - 1] : rounded((distinct[i - 1] + distinct[i]) / 2));
  } else {
    for (const q of everywhere) wanted.add(round(values[order[Math.floor(q * n)]]));
    const marks = Array.from(sizes, (size) => new Set(within.map((q) => Math.floor(q * size))));
    const seen = new Int32Array(k);
    for (let i = 0; i < n; i++) {
      const s = labels[order[i]];
      if (s >= 0 && marks[s].has(seen[s]++)) wanted.add(round(values[order[i]]));
    }
  }
  const [least, most] = [values[order[0]], values[order[n - 1]]];
  const at = Float64Array.from([...wanted].filter((cut) => cut >= least && cut < most)).sort().slice(0, 250);
  const bins = new Uint8Array(rows.length);
  for (let i = 0; i < bins.length; i++) bins[i] = Number.isNaN(values[i]) ? missing : below(at, values[i]);
  return { at, bins, whole };
}

/** How many thresholds lie strictly below the value. */
function below(at: Float64Array, value: number): number {
  let low = 0, high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Open {
  readonly conditions: readonly Condition[];
  readonly rows: Int32Array;
  readonly f1: number;
  readonly score: number;
}

function search(features: readonly number[], segment: number, train: Positions, labels: Int32Array, cutsOf: (j: number) => Cuts, found: Contrast): readonly Condition[] {
  let members = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === segment) members += train.weights[i];
  const everything: Open = { conditions: [], rows: new Int32Array(labels.length).map((_, i) => i), f1: 0, score: 0 };
  let best = everything;
  let beam: Open[] = [everything];
  for (let step = 0; step < worth.length && members > 0; step++) {
    const next = beam.flatMap((open) => extensions(open, features, segment, members, train, labels, cutsOf, found)).sort((a, b) => b.score - a.score).slice(0, beamWidth);
    beam = next.filter((open) => open.score > best.score + worth[step]).map((open) => narrowed(open, cutsOf));
    if (beam.length === 0) break;
    best = beam[0];
  }
  return best.conditions;
}

/** The best further condition on each feature and side: F1 from one histogram of the rows that still qualify. */
function extensions(open: Open, features: readonly number[], segment: number, members: number, train: Positions, labels: Int32Array, cutsOf: (j: number) => Cuts, found: Contrast): Open[] {
  const made: Open[] = [];
  const all = new Float64Array(256), own = new Float64Array(256);
  for (const j of features) {
    const { at, bins } = cutsOf(j);
    if (at.length === 0) continue;
    weigh(open.rows, bins, train.weights, labels, segment, all, own);
    let allKnown = 0, ownKnown = 0, allBelow = 0, ownBelow = 0;
    for (let b = 0; b <= at.length; b++) {
      allKnown += all[b];
      ownKnown += own[b];
    }
    const best = { '<=': { f1: 0, cut: -1 }, '>': { f1: 0, cut: -1 } };
    for (let c = 0; c < at.length; c++) {
      allBelow += all[c];
      ownBelow += own[c];
      const down = (2 * ownBelow) / (allBelow + members);
      const up = (2 * (ownKnown - ownBelow)) / (allKnown - allBelow + members);
      if (down > best['<='].f1) best['<='] = { f1: down, cut: c };
      if (up > best['>'].f1) best['>'] = { f1: up, cut: c };
    }
    for (const op of ['<=', '>'] as const) {
      const { f1, cut } = best[op];
      if (cut < 0 || open.conditions.some((c) => c.j === j && c.op === op)) continue;
      made.push({ conditions: [...open.conditions, { j, op, value: at[cut] }], rows: open.rows, f1, score: f1 - obscurity(found.features[j], op) + (open.score - open.f1) });
    }
  }
  return made;
}

/** The weight of rows per bin, and of those in the segment. */
function weigh(rows: Int32Array, bins: Cuts['bins'], weights: Float64Array, labels: Int32Array, segment: number, all: Float64Array, own: Float64Array): void {
  all.fill(0);
  own.fill(0);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    all[bins[row]] += weights[row];
    if (labels[row] === segment) own[bins[row]] += weights[row];
  }
}

function narrowed(open: Open, cutsOf: (j: number) => Cuts): Open {
  const { j, op, value } = open.conditions[open.conditions.length - 1];
  const { at, bins } = cutsOf(j);
  const cut = at.indexOf(value);
  const kept = new Int32Array(open.rows.length);
  let count = 0;
  for (let i = 0; i < open.rows.length; i++) {
    const bin = bins[open.rows[i]];
    if (op === '<=' ? bin <= cut : bin > cut && bin !== missing) kept[count++] = open.rows[i];
  }
  return { ...open, rows: kept.subarray(0, count) };
}

const plainKinds = new Set(['count', 'money', 'days', 'share', 'flag']);

/** What a feature that is harder to read costs, in F1. */
function obscurity(feature: Feature, op: '<=' | '>'): number {
  const words = feature.title.split(/\s+/).length;
  return 0.004 * Math.max(0, words - 4) + (feature.title.includes(': ') && feature.kind !== 'flag' ? 0.006 : 0) + (plainKinds.has(feature.kind) ? 0 : 0.012) + (feature.kind === 'share' && op === '<=' ? 0.004 : 0);
}

function measured(conditions: readonly Condition[], segment: number, subject: Subject, found: Contrast, test: Positions, labels: Int32Array, cutsOf: (j: number) => Cuts): SegmentRule {
  const { columns, features } = subject.table;
  let picked = 0, right = 0, members = 0;
  for (let i = 0; i < test.rows.length; i++) {
    const inside = conditions.every(({ j, op, value }) => (op === '<=' ? columns[j][test.rows[i]] <= value : columns[j][test.rows[i]] > value));
    const own = labels[i] === segment;
    if (inside) picked += test.weights[i];
    if (own) members += test.weights[i];
    if (inside && own) right += test.weights[i];
  }
  const ordered = [...conditions].sort((a, b) => features[a.j].name === features[b.j].name ? 0 : salience(found, segment, b.j) - salience(found, segment, a.j) || a.j - b.j);
  const text = (c: Condition) => conditionText(features[c.j], c, cutsOf(c.j).whole, subject.currency);
  return {
    text: ruleText(ordered, (j) => features[j], (j) => cutsOf(j).whole, subject),
    conditions: ordered.map((c) => ({ feature: features[c.j].name, op: c.op, value: c.value, text: text(c) })),
    precision: round(picked > 0 ? right / picked : 0),
    recall: round(members > 0 ? right / members : 0),
    fidelity: round(picked + members > 0 ? (2 * right) / (picked + members) : 0),
  };
}

const round = (x: number) => Math.round(x * 1000) / 1000;

/** Conditions as one phrase; two bounds of one feature are said together. */
export function ruleText(conditions: readonly Condition[], feature: (j: number) => Feature, whole: (j: number) => boolean, { currency, entityWord }: Pick<Subject, 'currency' | 'entityWord'>): string {
  if (conditions.length === 0) return `no short rule singles out these ${entityWord.many}`;
  const parts: string[] = [];
  for (const j of new Set(conditions.map((c) => c.j))) {
    const own = conditions.filter((c) => c.j === j);
    const low = own.find((c) => c.op === '>');
    const high = own.find((c) => c.op === '<=');
    parts.push(low && high ? betweenText(feature(j), low.value, high.value, whole(j), currency) : conditionText(feature(j), own[0], whole(j), currency));
  }
  return listWords(parts);
}
