import type { Feature } from '../../domain/feature.js';
import { openEngine } from '../../engine/catalog.js';
import type { Engine } from '../../engine/engine.js';
import { createRng } from '../../util/rng.js';
import type { Ground } from './ground.js';
import type { Vocabulary } from './vocabulary.js';

// A small shop whose raw rows are at hand, so that a test can answer any question by looking at each of them.

export const asOf = Date.parse('2024-06-30T18:00:00.123Z');
export const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

type Cell = string | number | boolean | null;
/** `at` in microseconds, as engines keep it. */
export type Row = Readonly<Record<string, Cell>> & { readonly entity: string };
export interface Shop {
  readonly entities: readonly string[];
  readonly features: Readonly<Record<string, readonly (number | null)[]>>;
  readonly segment: Int32Array;
  readonly strength: Float32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly sources: Readonly<Record<string, readonly Row[]>>;
}

const feature = (name: string, title: string, kind: Feature['kind'], unit?: string): Feature => ({
  name, title, kind, unit, family: name, source: 'orders', words: { high: 'high', low: 'low' }, role: 'behaviour', movable: true, empty: Number.NaN,
});

export const vocabulary: Vocabulary = {
  run: 'a1b2', entityWord: { one: 'customer', many: 'customers' }, currency: 'GBP',
  features: [
    feature('spend', 'Spend', 'money'), feature('orders', 'Orders', 'count', 'orders'), feature('recency', 'Days since the last order', 'days'),
    feature('night_share', 'Share of orders at night', 'share'), feature('hour_mean', 'Typical hour of orders', 'hour'), feature('contract_monthly', 'Contract: month-to-month', 'flag'),
  ],
  segments: [{ segment: 0, id: 'loyal-regulars', name: 'Loyal regulars' }, { segment: 1, id: 'lapsing', name: 'Lapsing; -- \u2028\nDROP' }, { segment: 2, id: 'büro', name: 'Büro' }],
  sources: [
    {
      name: 'orders', kind: 'transactions', timed: true, columns: [
        { name: 'order_id', title: 'Order', type: 'text' }, { name: 'product', title: 'Product', type: 'text' }, { name: 'amount', title: 'Amount', type: 'number' },
        { name: 'quantity', title: 'Quantity', type: 'number' }, { name: 'returned', title: 'Returned', type: 'flag' }, { name: 'shipped', title: 'Shipped', type: 'time' },
      ],
    },
    { name: 'web', kind: 'events', timed: true, columns: [{ name: 'event', title: 'Event', type: 'text' }, { name: 'product', title: 'Product', type: 'text' }, { name: 'session', title: 'Session', type: 'number' }] },
    { name: 'support_tickets', kind: 'text', timed: true, columns: [{ name: 'topic', title: 'Topic', type: 'text' }] },
    {
      name: 'people', kind: 'entities', timed: false, columns: [
        { name: 'country', title: 'Country', type: 'text' }, { name: 'age', title: 'Age', type: 'number' }, { name: 'newsletter', title: 'Newsletter', type: 'flag' }, { name: 'joined', title: 'Joined', type: 'time' },
      ],
    },
  ],
};

/** Texts that hurt: quotes, wildcards, comments, cases that fold oddly, right-to-left, nothing at all. */
export const texts = ['Mug', 'mug', 'MÜG', "o'neil", '"; DROP TABLE orders; --', '%', '_', '\\', 'İstanbul', 'ΣΑΣ', 'שלום', '😀', '', ' ', 'a\nb', '/* x */', '$1', 'null', '5', '5.0'] as const;
export const events = ['cart', 'view', 'order'] as const;
/** Lengths of time that rules are likely to ask for, so that rows fall on their very edges. */
export const spans = [MINUTE, 30 * MINUTE, HOUR, 36 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY] as const;

/** A shop of `n` customers and about `rows` rows in each source, in no order; ids, texts and times are as awkward as they come. */
export function makeShop(seed: number, n = 40, rows = 300): Shop {
  const rng = createRng(seed, 'shop');
  const one = <T>(items: readonly T[]) => items[rng.int(items.length)];
  const or = <T>(value: T): T | null => (rng.int(6) === 0 ? null : value);
  const ids = Array.from({ length: n }, (_, i) => `${one(["o'brien ", 'ü', '名', '', '"', '--', '😀', 'x'])}${String(i)}`);
  const entities = [...new Set(ids)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const strangers = ['nobody', "no'body"];
  const who = () => (rng.int(20) === 0 ? one(strangers) : one(entities.slice(0, Math.max(1, entities.length - 4))));
  const at = () => {
    const edge = asOf - one([0, ...spans]) - (rng.int(3) === 0 ? one(spans) : 0);
    return rng.int(2) === 0 ? (edge + rng.int(3) - 1) * 1000 + (rng.int(4) === 0 ? rng.int(3) - 1 : 0) : (asOf - rng.int(120) * DAY + rng.int(3 * HOUR) - HOUR) * 1000;
  };
  const many = (k: number, make: () => Row) => {
    const made = Array.from({ length: k }, make);
    return made.flatMap((row) => (rng.int(12) === 0 ? [row, { ...row }] : [row]));
  };
  const amount = () => one([0, 0.1, 0.2, 0.3, 19.99, 250, 500, -19.99, 1234.5678]);
  const column = (make: () => number) => entities.map(() => or(make()));
  return {
    entities,
    features: {
      spend: column(() => one([0, 0.1, 499.99, 500, 500.01, 1e6, -5])), orders: column(() => rng.int(5)), recency: column(() => one([0, 30, 89.99999, 90, 90.00001])),
      night_share: column(() => one([0, 0.25, 0.5, 1])), hour_mean: column(() => rng.next() * 24), contract_monthly: column(() => rng.int(2)),
    },
    segment: Int32Array.from(entities, () => rng.int(4) - 1),
    strength: Float32Array.from(entities, () => one([0, 0.1, 0.69994, 0.69996, 0.7, 0.70004, 1, rng.next()])),
    x: Float32Array.from(entities, () => one([-1, 0, 0.5, 1, rng.normal()])), y: Float32Array.from(entities, () => one([-1, 0, 0.5, 1, rng.normal()])),
    sources: {
      orders: many(rows, () => ({ entity: who(), at: or(at()), order_id: or(`o${rng.int(60)}`), product: or(one(texts)), amount: or(amount()), quantity: or(rng.int(5) - 1), returned: or(rng.int(3) === 0), shipped: or(at()) })),
      web: many(rows, () => ({ entity: who(), at: or(at()), event: or(one(events)), product: or(one(texts)), session: or(rng.int(4)) })),
      support_tickets: many(rows / 4, () => ({ entity: who(), at: or(at()), topic: or(one(texts)) })),
      people: many(n / 2, () => ({ entity: who(), country: or(one(['UK', 'IE', 'Österreich', ...texts])), age: or(one([0, 18, 29.5, 30, 99])), newsletter: or(rng.int(2) === 0), joined: or(Date.parse(one(['2024-01-01', '2024-01-01T00:00:00.001Z', '2023-12-31T23:59:59.999Z'])) * 1000) })),
    },
  };
}

const types: Readonly<Record<string, string>> = {
  entity: 'VARCHAR', at: 'TIMESTAMP', amount: 'DECIMAL(18, 4)', quantity: 'DECIMAL(18, 4)', returned: 'BOOLEAN', newsletter: 'BOOLEAN', shipped: 'TIMESTAMP', joined: 'TIMESTAMP', session: 'BIGINT', age: 'DOUBLE', x: 'FLOAT', y: 'FLOAT', strength: 'FLOAT', segment: 'INTEGER', row: 'INTEGER',
};

/** The shop in an engine of its own, as a view gives a run. Close the engine when done. */
export async function openShop(shop: Shop): Promise<Ground & { readonly engine: Engine }> {
  const engine = await openEngine({ threads: 2 });
  const rowOf = new Map(shop.entities.map((entity, row) => [entity, row]));
  const table = async (name: string, columns: Readonly<Record<string, string>>, rows: readonly Readonly<Record<string, Cell>>[]) => {
    await engine.run(`CREATE TABLE "${name}" (${Object.entries(columns).map(([c, type]) => `"${c}" ${type}`).join(', ')})`);
    const literal = (value: Cell, type: string) => {
      if (value === null) return 'NULL';
      if (type === 'TIMESTAMP') return `make_timestamp(${String(value)})`;
      return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
    };
    const values = rows.map((row) => `(${Object.entries(columns).map(([c, type]) => literal(row[c] ?? null, type)).join(', ')})`);
    if (values.length) await engine.run(`INSERT INTO "${name}" VALUES ${values.join(',\n')}`);
  };
  const columnsOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, types[name] ?? 'VARCHAR']));
  const everyone = shop.entities.map((entity, i) => ({ entity, segment: shop.segment[i], strength: shop.strength[i], x: shop.x[i], y: shop.y[i] }));
  const names = Object.keys(shop.features);
  await table('features', { entity: 'VARCHAR', ...Object.fromEntries(names.map((name) => [name, 'DOUBLE'])) }, shop.entities.map((entity, i) => ({ entity, ...Object.fromEntries(names.map((name) => [name, shop.features[name][i]])) })));
  await table('membership', columnsOf(['entity', 'segment', 'strength']), everyone);
  await table('map', columnsOf(['entity', 'x', 'y']), everyone);
  for (const { name, timed, columns } of vocabulary.sources) {
    const rows = shop.sources[name].map((row) => ({ ...row, row: rowOf.get(row.entity) ?? null }));
    await table(`rows of "${name}"`.replaceAll('"', '_'), columnsOf(['entity', 'row', ...(timed ? ['at'] : []), ...columns.map((column) => column.name)]), rows);
  }
  return {
    rows: shop.entities.length, asOf, vocabulary, engine, value: 'spend',
    relations: { features: '"features"', membership: '"membership"', map: '"map"', sources: Object.fromEntries(vocabulary.sources.map(({ name }) => [name, `"rows of _${name}_"`])) },
    feature: async (name) => Float64Array.from(shop.features[name], (value) => value ?? Number.NaN),
    membership: async () => ({ segment: shop.segment, strength: shop.strength }),
    map: async () => ({ x: shop.x, y: shop.y }),
  };
}
