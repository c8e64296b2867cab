import type { Feature, FeatureKind, FeatureTable } from '../domain/feature.js';
import type { EncodedFeature, FeatureMatrix } from '../domain/matrix.js';
import type { Assignment, SegmentModel, SegmentStability } from '../domain/segment.js';
import { encodeValue } from '../util/encode-value.js';
import { createRng, type Rng } from '../util/rng.js';
import type { Subject } from './subject.js';

type Draw = (rng: Rng) => number;
interface Kind {
  readonly name: string;
  readonly weight: number;
  readonly draws: Readonly<Record<string, Draw>>;
}

const spread = (middle: number, sigma = 0.35): Draw => (rng) => middle * Math.exp(sigma * rng.normal());
const whole = (draw: Draw, least = 0): Draw => (rng) => Math.max(least, Math.round(draw(rng)));
const share = (middle: number, sd = 0.08): Draw => (rng) => Math.min(1, Math.max(0, middle + sd * rng.normal()));
const flag = (p: number): Draw => (rng) => (rng.next() < p ? 1 : 0);
const hour = (middle: number, sd = 2): Draw => (rng) => (middle + sd * rng.normal() + 48) % 24;

const feature = (name: string, title: string, kind: FeatureKind, family: string, high: string, low: string, more: Partial<Feature> = {}): Feature => ({
  name, title, kind, family, source: 'orders', words: { high, low }, role: 'behaviour', movable: true, empty: Number.NaN, ...more,
});

const features: readonly Feature[] = [
  feature('recency', 'Days since last order', 'days', 'recency', 'lapsed', 'recent'),
  feature('orders', 'Orders', 'count', 'frequency', 'frequent', 'occasional', { unit: 'orders' }),
  feature('orders_last_90d', 'Orders in the last 90 days', 'count', 'frequency', 'currently active', 'currently quiet', { unit: 'orders' }),
  feature('spend', 'Total spend', 'money', 'spend', 'high-spending', 'low-spending'),
  feature('average_order', 'Average order value', 'money', 'basket', 'big-basket', 'small-basket'),
  feature('basket_items', 'Items per order', 'number', 'basket', 'bulk', 'small-basket'),
  feature('tenure_days', 'Days since first order', 'days', 'tenure', 'long-standing', 'new', { movable: false }),
  feature('interval_days', 'Days between orders', 'days', 'interval', 'slow-cycle', 'quick-cycle'),
  feature('interval_cv', 'Irregularity of order intervals', 'index', 'interval', 'irregular', 'clockwork'),
  feature('weekend_share', 'Share of orders at the weekend', 'share', 'weekdays', 'weekend', 'weekday'),
  feature('night_share', 'Share of orders at night', 'share', 'hours', 'late-night', 'daytime'),
  feature('hour_mean', 'Usual hour of order', 'hour', 'hours', 'late', 'early'),
  feature('discount_share', 'Share of orders with a discount', 'share', 'discount', 'bargain-hunting', 'full-price'),
  feature('returns_share', 'Share of items returned', 'share', 'returns', 'often-returning', 'rarely-returning'),
  feature('distinct_products', 'Distinct products', 'count', 'variety', 'wide-ranging', 'narrow-range'),
  feature('category_organic_share', 'Share of organic items', 'share', 'category', 'organic', 'conventional'),
  feature('season_q4_share', 'Share of orders in the Christmas season', 'share', 'season', 'Christmas', 'year-round'),
  feature('events_view_count', 'Pages viewed', 'count', 'browsing', 'browsing', 'rarely browsing', { source: 'events' }),
  feature('email_open_rate', 'E-mails opened', 'share', 'email', 'e-mail-responsive', 'e-mail-averse', { source: 'email' }),
  feature('age', 'Age', 'number', 'age', 'older', 'younger', { role: 'attribute', movable: false, unit: 'years' }),
  feature('sex_female', 'Sex: female', 'flag', 'sex', 'female', 'male', { role: 'sensitive', movable: false }),
  feature('churned', 'Churned', 'flag', 'churned', 'churned', 'retained', { role: 'label', movable: false }),
];

const ordinary: Readonly<Record<string, Draw>> = {
  recency: whole(spread(60, 0.6)), orders: whole(spread(4, 0.5), 1), orders_last_90d: whole(spread(1, 0.7)), average_order: spread(42, 0.3),
  basket_items: spread(5, 0.3), tenure_days: whole(spread(400, 0.5), 1), interval_days: spread(60, 0.4), interval_cv: spread(0.8, 0.3),
  weekend_share: share(0.28, 0.1), night_share: share(0.06, 0.05), hour_mean: hour(14), discount_share: share(0.12, 0.08), returns_share: share(0.04, 0.03),
  distinct_products: whole(spread(12, 0.5), 1), category_organic_share: share(0.1, 0.06), season_q4_share: share(0.25, 0.1),
  events_view_count: whole(spread(40, 0.6)), email_open_rate: share(0.2, 0.1), age: whole(spread(42, 0.25), 18), sex_female: flag(0.5), churned: flag(0.2),
};

const kinds: readonly Kind[] = [
  { name: 'loyal', weight: 12, draws: { recency: whole(spread(10, 0.5)), orders: whole(spread(24, 0.3), 5), orders_last_90d: whole(spread(6, 0.3)), average_order: spread(84, 0.25), interval_days: spread(12, 0.25), interval_cv: spread(0.4, 0.2), tenure_days: whole(spread(700, 0.2)), distinct_products: whole(spread(60, 0.3)), churned: flag(0.03) } },
  { name: 'night owls', weight: 10, draws: { night_share: share(0.7, 0.1), hour_mean: hour(22.5, 0.6), category_organic_share: share(0.6, 0.1), events_view_count: whole(spread(150, 0.3)), email_open_rate: share(0.55, 0.1) } },
  { name: 'bargain', weight: 18, draws: { discount_share: share(0.75, 0.1), weekend_share: share(0.75, 0.1), average_order: spread(25, 0.25) } },
  { name: 'lapsed', weight: 10, draws: { recency: whole(spread(280, 0.2)), orders: whole(spread(12, 0.3), 3), orders_last_90d: () => 0, average_order: spread(110, 0.25), tenure_days: whole(spread(800, 0.15)), churned: flag(0.7) } },
  { name: 'gift', weight: 15, draws: { orders: () => 1, orders_last_90d: () => 0, recency: whole(spread(200, 0.3)), season_q4_share: share(0.97, 0.04), interval_days: () => Number.NaN, interval_cv: () => Number.NaN, distinct_products: whole(spread(2, 0.4), 1), tenure_days: whole(spread(200, 0.3)) } },
  { name: 'resellers', weight: 3, draws: { basket_items: spread(120, 0.3), average_order: spread(900, 0.3), orders: whole(spread(14, 0.3), 3), hour_mean: hour(11, 1) } },
  { name: 'ordinary', weight: 32, draws: {} },
];

/** A made-up shop whose customers fall into seven known kinds; labels are the kinds themselves, centroids their means. */
export function market(rows = 3000, seed = 1, shuffleLabels = false): Subject {
  const rng = createRng(seed, 'market');
  const total = kinds.reduce((sum, kind) => sum + kind.weight, 0);
  const columns = features.map(() => new Float64Array(rows));
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let pick = rng.next() * total;
    labels[i] = kinds.findIndex((kind) => (pick -= kind.weight) < 0);
    const drawn: Record<string, number> = {};
    features.forEach(({ name }, j) => {
      if (name === 'spend') return;
      const value = (kinds[labels[i]].draws[name] ?? ordinary[name])(rng);
      columns[j][i] = drawn[name] = value;
    });
    columns[features.findIndex((f) => f.name === 'spend')][i] = drawn['orders'] * drawn['average_order'];
  }
  if (shuffleLabels) for (let i = 0; i < rows; i++) labels[i] = rng.int(kinds.length);
  return subjectOf(features, columns, labels, kinds.length);
}

export const marketKinds = kinds.map((kind) => kind.name);

/** Wraps raw columns and labels as a subject: standard encoding (log for counts, money and days), centroids = means of the labelled rows. */
export function subjectOf(list: readonly Feature[], columns: readonly Float64Array[], labels: Int32Array, k: number, entityWord = { one: 'customer', many: 'customers' }): Subject {
  const rows = labels.length;
  const used = list.map((f, j) => ({ f, j })).filter(({ f }) => f.role === 'behaviour' || f.role === 'attribute');
  const encoded = used.map(({ f, j }) => encode(f, columns[j]));
  const d = used.length;
  const stride = Math.ceil(d / 4) * 4;
  const data = new Float32Array(rows * stride);
  for (let i = 0; i < rows; i++) used.forEach(({ j }, c) => (data[i * stride + c] = encodeValue(columns[j][i], encoded[c])));
  const centroids = new Array<number>(k * d).fill(0);
  const sizes = new Array<number>(k).fill(0);
  for (let i = 0; i < rows; i++) {
    sizes[labels[i]]++;
    for (let c = 0; c < d; c++) centroids[labels[i] * d + c] += data[i * stride + c];
  }
  for (let s = 0; s < k; s++) for (let c = 0; c < d; c++) centroids[s * d + c] /= Math.max(1, sizes[s]);
  const asOf = Date.UTC(2026, 9, 1);
  const table: FeatureTable = {
    rows, asOf, entities: Array.from({ length: rows }, (_, i) => `C${String(i).padStart(5, '0')}`), features: list, columns, table: 'features', sql: '',
  };
  const matrix: FeatureMatrix = { rows, d, stride, data, encoder: { features: encoded }, asOf, fingerprint: 'fixture' };
  const model: SegmentModel = {
    id: 'fixture', algorithm: 'kmeans', options: {}, params: { k, d, centroids }, encoder: { features: encoded }, seed: 1,
    trainedOn: { rows, asOf, fingerprint: 'fixture' }, kind: 'found',
  };
  const stability: SegmentStability[] = sizes.map((_, segment) => ({ segment, jaccard: 0.9, interval: [0.85, 0.94], separation: 1, silhouette: 0.3 }));
  return { table, matrix, model, assignment: assign(matrix, centroids, k, labels), stability, entityWord, currency: 'GBP' };
}

function encode(f: Feature, values: Float64Array): EncodedFeature {
  const transform = f.kind === 'count' || f.kind === 'money' || f.kind === 'days' ? 'log1p' : 'none';
  const known = values.filter((x) => !Number.isNaN(x)).sort();
  const [low, high, fill] = [0.01, 0.99, 0.5].map((q) => known[Math.floor(q * (known.length - 1))]);
  const bare = { transform, low, high, fill, centre: 0, scale: 1 } as const;
  let sum = 0, squares = 0;
  for (const value of values) {
    const z = encodeValue(value, bare);
    sum += z;
    squares += z * z;
  }
  const centre = sum / values.length;
  const sd = Math.sqrt(Math.max(1e-12, squares / values.length - centre * centre));
  return { ...bare, name: f.name, centre, scale: 1 / sd, weight: 1, reason: 'fixture' };
}

function assign({ rows, d, stride, data }: FeatureMatrix, centroids: readonly number[], k: number, labels: Int32Array): Assignment {
  const strength = new Float32Array(rows);
  const second = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const distance = Array.from({ length: k }, (_, s) => {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += (data[i * stride + c] - centroids[s * d + c]) ** 2;
      return Math.sqrt(sum);
    });
    const others = distance.map((_, s) => s).filter((s) => s !== labels[i]).sort((a, b) => distance[a] - distance[b]);
    second[i] = others[0] ?? labels[i];
    strength[i] = others.length > 0 ? Math.max(0, 1 - distance[labels[i]] / distance[others[0]]) : 1;
  }
  return { labels, strength, second };
}
