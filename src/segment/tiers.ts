import type { Tier } from '../domain/brief.js';
import type { FeatureTable } from '../domain/feature.js';
import { formatCount } from '../util/format-value.js';

export interface Tiers {
  /** Tiers that have entities, best first. Empty where the table lacks recency, frequency or money. */
  readonly tiers: readonly Tier[];
  /** Index into `tiers` per row; −1 where a value is missing. */
  readonly labels: Int32Array;
}

const names = [
  'Champions', 'Loyal', 'Potential loyalists', 'New', 'Promising', 'Needs attention', 'About to sleep', 'At risk', 'Cannot lose', 'Hibernating', 'Lost',
] as const;

type TierName = (typeof names)[number];

/** The tier of each recency fifth (5 = latest, first row) and value fifth (1 … 5, left to right). */
const grid: readonly (readonly TierName[])[] = [
  ['New', 'Potential loyalists', 'Potential loyalists', 'Champions', 'Champions'],
  ['Promising', 'Promising', 'Potential loyalists', 'Loyal', 'Champions'],
  ['About to sleep', 'About to sleep', 'Needs attention', 'Loyal', 'Loyal'],
  ['Hibernating', 'Hibernating', 'At risk', 'At risk', 'At risk'],
  ['Lost', 'Lost', 'Hibernating', 'Cannot lose', 'Cannot lose'],
];

const fifths = 5;

/**
 * Sorts entities into the usual recency–frequency–money tiers: each measure is cut into fifths of the entities (equal values stay together), frequency
 * and money are averaged to a value fifth, and the two fifths look up the tier. Needs the features `recency`, `orders` and `spend`.
 */
export function tiers(table: FeatureTable): Tiers {
  const [recency, orders, spend] = ['recency', 'orders', 'spend'].map((name) => table.columns[table.features.findIndex((f) => f.name === name)]);
  const labels = new Int32Array(table.rows).fill(-1);
  if (!recency || !orders || !spend) return { tiers: [], labels };
  const r = fifthOf(recency, 'low is best');
  const f = fifthOf(orders, 'high is best');
  const m = fifthOf(spend, 'high is best');
  const tierOf = Array.from({ length: table.rows }, (_, i): TierName | undefined => {
    const recent = r.of(recency[i]);
    const value = Math.round((f.of(orders[i]) + m.of(spend[i])) / 2);
    return grid[fifths - recent]?.[value - 1];
  });
  const present = names.filter((name) => tierOf.includes(name));
  tierOf.forEach((name, i) => {
    labels[i] = name === undefined ? -1 : present.indexOf(name);
  });
  return { tiers: sized(present, labels, spend, (name) => rule(name, r.edges)), labels };
}

/** Which fifth of all values a value is in, 1–5 (5 = best), and the inner edges in raw units, best first. NaN is in none. */
function fifthOf(column: Float64Array, best: 'low is best' | 'high is best'): { of(value: number): number; edges: readonly number[] } {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const shares = [0.2, 0.4, 0.6, 0.8];
  if (best === 'low is best') {
    const edges = shares.map((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]);
    return { edges, of: (value) => (Number.isNaN(value) ? Number.NaN : fifths - edges.filter((edge) => value > edge).length) };
  }
  const edges = shares.map(at);
  return { edges: [...edges].reverse(), of: (value) => (Number.isNaN(value) ? Number.NaN : 1 + edges.filter((edge) => value >= edge).length) };
}

function sized(present: readonly TierName[], labels: Int32Array, spend: Float64Array, ruleOf: (name: TierName) => string): Tier[] {
  const all = spend.reduce((sum, value) => sum + (value || 0), 0);
  return present.map((name, t) => {
    let entities = 0;
    let revenue = 0;
    labels.forEach((label, i) => {
      if (label !== t) return;
      entities++;
      revenue += spend[i] || 0;
    });
    return { name, rule: ruleOf(name), entities, share: entities / labels.length, revenue, revenueShare: all > 0 ? revenue / all : 0 };
  });
}

/** "Last order within 17 days, and in the top 40 % by orders and spend." */
function rule(name: TierName, edges: readonly number[]): string {
  const parts = grid.flatMap((row, g) => {
    const values = row.flatMap((cell, v) => (cell === name ? [v + 1] : []));
    return values.length > 0 ? [{ when: when(g, edges), values: valueWords(values) }] : [];
  });
  const merged: { when: string[]; values: string }[] = [];
  for (const part of parts) {
    const last = merged[merged.length - 1];
    if (last?.values === part.values) last.when.push(part.when);
    else merged.push({ when: [part.when], values: part.values });
  }
  const text = merged.map((part) => `last order ${part.when.join(' or ')}, and ${part.values}`).join('; or ');
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function when(recencyRow: number, edges: readonly number[]): string {
  const from = edges[recencyRow - 1];
  const to = edges[recencyRow];
  if (recencyRow === 0) return `within ${days(to)}`;
  return to === undefined ? `more than ${days(from)} ago` : `${number(from)} to ${days(to)} ago`;
}

/** Value fifths, 1 (least) to 5, in words. */
function valueWords(values: readonly number[]): string {
  const low = values[0];
  const high = values[values.length - 1];
  const of = 'by orders and spend together';
  if (high === fifths) return low === fifths ? `in the top fifth ${of}` : `in the top ${(fifths + 1 - low) * 20} % ${of}`;
  if (low === 1) return high === 1 ? `in the lowest fifth ${of}` : `in the lowest ${high * 20} % ${of}`;
  return low === high ? `in the ${['', 'lowest', 'second', 'middle', 'fourth'][low]} fifth ${of}` : `between the lowest ${(low - 1) * 20} % and the top ${(fifths - high) * 20} % ${of}`;
}

const number = (value: number) => formatCount(Math.round(value));
const days = (value: number) => `${number(value)} ${Math.round(value) === 1 ? 'day' : 'days'}`;
