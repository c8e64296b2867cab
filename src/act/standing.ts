import type { Feature, FeatureTable } from '../domain/feature.js';
import { gather } from '../util/gather.js';
import { themeOf, type Theme } from '../util/theme.js';

/** One thing that the goal is decided by: what is typical in each segment and of everyone (medians; means of shares and flags). */
export interface Standing {
  readonly feature: Feature;
  readonly segments: readonly number[];
  readonly everyone: number;
}

export type Key = 'recency' | 'orders' | 'spend' | 'order value' | 'tenure' | 'interval' | 'trend' | 'discount' | 'returns' | 'items' | 'browsing' | 'email' | 'season' | 'label' | 'value';

export type Standings = Readonly<Partial<Record<Key, Standing>>>;

/** Rows that typical values are read from, evenly spaced over each segment. */
const mostRows = 10_000;

/** The features that decide what to do, found by theme and kind rather than by name, with their typical values. */
export function standings(table: FeatureTable, labels: Int32Array, k: number): Standings {
  const rows = evenRows(labels, k);
  const everyone = evenly(labels.length);
  const made: Partial<Record<Key, Standing>> = {};
  for (const key of Object.keys(finders) as Key[]) {
    const j = finders[key].map((fits) => table.features.findIndex(fits)).find((found) => found >= 0);
    if (j === undefined) continue;
    const column = table.columns[j];
    const average = table.features[j].kind === 'share' || table.features[j].kind === 'flag' || table.features[j].kind === 'index';
    const typical = (list: Int32Array) => (average ? mean : median)(gather(column, list));
    made[key] = { feature: table.features[j], segments: rows.map(typical), everyone: typical(everyone) };
  }
  return made;
}

type Fits = (feature: Feature) => boolean;
const theme = (wanted: Theme, more: Fits = () => true): Fits => (f) => themeOf(f) === wanted && more(f);
const named = (...names: string[]): Fits => (f) => names.includes(f.name);
const titled = (pattern: RegExp, more: Fits = () => true): Fits => (f) => pattern.test(f.title) && more(f);
const since: Fits = (f) => f.kind === 'days' && /since/i.test(f.title);
const numeric: Fits = (f) => f.kind === 'number' || f.kind === 'money' || f.kind === 'count';

/** Per key, from the surest way to recognise its feature to the least sure. */
const finders: Readonly<Record<Key, readonly Fits[]>> = {
  recency: [named('recency'), theme('recency', since), titled(/^recency$/i, (f) => f.role !== 'label')],
  orders: [named('orders'), theme('frequency', (f) => f.kind === 'count')],
  spend: [named('spend'), theme('spend', (f) => f.kind === 'money')],
  'order value': [named('average_order'), theme('order value', (f) => f.kind === 'money'), theme('basket', (f) => f.kind === 'money')],
  tenure: [theme('tenure', since)],
  interval: [theme('interval', (f) => f.kind === 'days')],
  trend: [named('orders_trend'), theme('trend')],
  discount: [theme('discount', (f) => f.kind === 'share')],
  returns: [theme('returns', (f) => f.kind === 'share')],
  items: [named('items_per_order'), theme('basket', (f) => f.kind === 'number')],
  browsing: [theme('browsing', (f) => f.kind === 'count')],
  email: [theme('email', (f) => f.kind === 'share' && /open/i.test(f.title)), theme('email', (f) => f.kind === 'share')],
  season: [theme('season', (f) => /christmas|q4|december|october|holiday/i.test(f.title))],
  label: [(f) => f.role === 'label' && f.kind === 'flag', (f) => f.role === 'label' && f.kind === 'share'],
  value: [titled(/spend|spent|revenue|sales|turnover|amount|charges?|fees?|value|balance/i, (f) => numeric(f) && f.role !== 'label'), titled(/income/i, numeric)],
};

function evenRows(labels: Int32Array, k: number): Int32Array[] {
  const sizes = new Int32Array(k);
  for (const label of labels) if (label >= 0) sizes[label]++;
  const steps = Array.from(sizes, (size) => Math.max(1, Math.ceil(size / mostRows)));
  const rows = Array.from(sizes, (size, s) => new Int32Array(Math.ceil(size / steps[s])));
  const seen = new Int32Array(k);
  for (let i = 0; i < labels.length; i++) {
    const s = labels[i];
    if (s < 0) continue;
    if (seen[s] % steps[s] === 0) rows[s][seen[s] / steps[s]] = i;
    seen[s]++;
  }
  return rows;
}

/** Everyone in proportion: evenly spaced rows of all. */
function evenly(n: number): Int32Array {
  const step = Math.max(1, Math.ceil(n / (4 * mostRows)));
  const all = new Int32Array(Math.ceil(n / step));
  for (let i = 0; i < all.length; i++) all[i] = i * step;
  return all;
}

function median(values: Float64Array): number {
  const known = values.filter((x) => !Number.isNaN(x)).sort();
  if (known.length === 0) return Number.NaN;
  return (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2;
}

function mean(values: Float64Array): number {
  let sum = 0, n = 0;
  for (const x of values) {
    if (Number.isNaN(x)) continue;
    sum += x;
    n++;
  }
  return n > 0 ? sum / n : Number.NaN;
}
