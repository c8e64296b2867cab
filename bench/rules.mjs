// Rules over 1 million customers and about 10 million events: how long a change of one condition takes, and whether the SQL it prints takes the same people.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { flags, machine, main, megabytes, report, root, say } from './measure.mjs';

const { openEngine } = await import(join(root, 'dist/engine/catalog.js'));
const { openRules } = await import(join(root, 'dist/segment/rules/evaluate.js'));

const asOf = Date.parse('2025-12-31T12:00:00.000Z');
const columns = (...all) => all.map(([name, type]) => ({ name, title: name, type }));
const sources = [
  { name: 'orders', kind: 'transactions', timed: true, columns: columns(['order_id', 'text'], ['product', 'text'], ['amount', 'number'], ['returned', 'flag']) },
  { name: 'web', kind: 'events', timed: true, columns: columns(['event', 'text'], ['product', 'text'], ['session', 'number']) },
  { name: 'tickets', kind: 'text', timed: true, columns: columns(['topic', 'text']) },
  { name: 'people', kind: 'entities', timed: false, columns: columns(['country', 'text'], ['age', 'number']) },
];
const feature = (name, kind) => ({ name, title: name, kind, family: name, source: 'orders', words: { high: 'high', low: 'low' }, role: 'behaviour', movable: true, empty: NaN });
const features = [feature('spend', 'money'), feature('orders', 'count'), feature('recency', 'days')];
const segments = ['a', 'b', 'c', 'd', 'e'].map((id, segment) => ({ segment, id, name: `Segment ${id}` }));

/** A condition of each kind, changed a little each time. */
const edits = {
  'feature': (i) => ({ kind: 'feature', feature: 'spend', op: '>', value: 100 + i }),
  'segment': (i) => ({ kind: 'segment', segment: 'abcde'[i % 5], strength: i / 1000 }),
  'performed: how often': (i) => ({ kind: 'performed', source: 'web', where: [{ column: 'event', op: '=', value: 'cart' }], op: '>=', value: 1 + (i % 4), window: { last: 10 + i, unit: 'days' } }),
  'performed: another product': (i) => ({ kind: 'performed', source: 'orders', where: [{ column: 'product', op: '=', value: `product ${i}` }], op: '>=', value: 1 }),
  'performed: two tests': (i) => ({ kind: 'performed', source: 'web', where: [{ column: 'product', op: 'contains', value: `${i}` }, { column: 'event', op: '!=', value: 'view' }], op: '=', value: 0, window: { last: 90, unit: 'days' } }),
  'performed: sum': (i) => ({ kind: 'performed', source: 'orders', sum: 'amount', where: [{ column: 'returned', op: '=', value: false }], op: '>', value: 200 + i, window: { last: 90 + i, unit: 'days' } }),
  'performed: orders': (i) => ({ kind: 'performed', source: 'orders', distinct: 'order_id', op: '>=', value: 2 + (i % 3), window: { last: 100 + i, unit: 'days' } }),
  'sequence': (i) => ({ kind: 'sequence', first: { source: 'web', where: [{ column: 'event', op: '=', value: 'cart' }] }, then: { source: 'orders' }, followed: i % 2 === 0, within: { length: 1 + i, unit: 'days' } }),
  'sequence of the same product': (i) => ({ kind: 'sequence', first: { source: 'web', where: [{ column: 'event', op: '=', value: 'cart' }] }, then: { source: 'orders' }, followed: i % 2 === 0, within: { length: 1 + i, unit: 'days' }, per: 'product' }),
  'first': (i) => ({ kind: 'first', source: 'orders', op: '<', value: 30 + i, unit: 'days' }),
  'last': (i) => ({ kind: 'last', source: 'web', where: [{ column: 'event', op: '=', value: 'view' }], op: '>=', value: 30 + i, unit: 'days' }),
  'attribute': (i) => ({ kind: 'attribute', source: 'people', column: 'age', op: '>=', value: 20 + i / 10 }),
  'drawn': (i) => ({ kind: 'drawn', run: 'bench', points: Array.from({ length: 200 }, (_, j) => [Math.cos(j / 31.8) * (1 + ((j * 7 + i) % 5) / 10), Math.sin(j / 31.8) * 1.2]) }),
};

const whole = (value) => value.toFixed(0).padStart(4);

await main(async () => {
  const { entities, times } = flags({ entities: 1_000_000, times: 40 });
  const folder = await market(entities);
  const engine = await openEngine({ threads: 2, memory: '300MB', temp: folder });
  const book = openRules(await ground(folder, entities, engine));
  const around = (condition) => ({ all: [{ kind: 'segment', segment: 'b' }, { any: [condition, { kind: 'feature', feature: 'orders', op: '>=', value: 30 }] }, { kind: 'feature', feature: 'recency', op: '<', value: 300 }] });
  await book.evaluate(around(edits.feature(999)));
  const rows = [];
  for (const [name, edit] of Object.entries(edits)) {
    const first = (await timed(() => book.evaluate(around(edit(0))))).ms;
    const [changed, busy, again] = [[], [], []];
    for (let i = 1; i <= times; i++) {
      const rule = around(edit(i));
      const { ms, cpu, value } = await timed(() => book.evaluate(rule));
      changed.push(ms);
      busy.push(cpu);
      if (i > 1) again.push((await timed(() => book.evaluate(around(edit(i - 1))))).ms);
      if (i === times && !(name === 'drawn' && entities > 100_000)) await agree(engine, value, name);
    }
    const row = { name, first, changed: quantiles(changed), cpu: quantiles(busy), again: quantiles(again) };
    rows.push(row);
    say(`${name.padEnd(30)} first ${first.toFixed(0).padStart(5)} ms   changed p50 ${whole(row.changed.p50)} p95 ${whole(row.changed.p95)} p99 ${whole(row.changed.p99)}   processor p50 ${whole(row.cpu.p50)} p95 ${whole(row.cpu.p95)}   the same again p95 ${whole(row.again.p95)}`);
  }
  const worst = Math.max(...rows.map(({ changed }) => changed.p95));
  say(`memory ${megabytes(process.memoryUsage().rss)}`);
  report('rules', { date: new Date().toISOString(), machine: { ...machine(), busy: loadavg()[0] > 0.3 * availableParallelism() }, contenders: {}, ratios: {}, entities, times, rows, worst, memory: process.memoryUsage().rss }, [
    { what: `a changed condition answers within 200 ms p95, whatever its kind (${worst.toFixed(0)} ms)`, met: worst < 200 },
    { what: `within 1 GB (${megabytes(process.memoryUsage().rss)})`, met: process.memoryUsage().rss < 1e9 },
  ]);
  await engine.close();
});

async function timed(work) {
  const start = performance.now(), before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - start, cpu: (user + system) / 1000, value };
}

function quantiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p) => sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)];
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

async function agree(engine, answer, name) {
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM (${answer.sql})`);
  if (Number(n) !== answer.entities) throw new Error(`${name}: the SQL takes ${n}, the rows are ${answer.entities}.`);
}

/** A market as Parquet files, made once and kept: everyone, and what they did, by customer and time. */
async function market(entities) {
  const folder = join(process.env.SHOAL_BENCH_CACHE ?? join(tmpdir(), 'shoal-bench-data'), `rules-${entities}`);
  const path = (name) => join(folder, `${name}.parquet`);
  if (existsSync(path('people'))) return folder;
  say(`Making ${folder} (once) …`);
  mkdirSync(folder, { recursive: true });
  const engine = await openEngine({ threads: 2, memory: '2GB', temp: folder });
  const write = (name, sql) => engine.run(`COPY (${sql}) TO '${path(name)}' (FORMAT parquet)`);
  const h = (k, n) => `(hash(i * 31 + ${k}) % ${n})`;
  const who = `SELECT printf('%08d', "row") AS entity, * FROM`;
  // Few do a lot and many do little: squares of a uniform number.
  const row = `CAST(floor(pow(${h(1, 1e6)} / 1e6, 2) * ${entities}) AS INTEGER) AS "row"`;
  const at = `TIMESTAMP '2024-01-01' + to_milliseconds(CAST(${h(2, 731 * 86_400_000)} AS BIGINT)) AS "at"`;
  const [few, some, many] = [0.5, 3, 6.5].map((each) => Math.round(each * entities));
  await write('features', `${who} (SELECT CAST(i AS INTEGER) AS "row", ${h(3, 100000)} / 100 AS spend, ${h(4, 40)}::DOUBLE AS orders, CASE WHEN ${h(5, 9)} > 0 THEN ${h(6, 365)}::DOUBLE END AS recency FROM range(${entities}) t(i)) ORDER BY "row"`);
  await write('everyone', `${who} (SELECT CAST(i AS INTEGER) AS "row", CAST(${h(7, 5)} AS INTEGER) AS segment, CAST(${h(8, 1000)} / 1000 AS FLOAT) AS strength, CAST(${h(9, 4000)} / 1000.0 - 2 AS FLOAT) AS x, CAST(${h(10, 4000)} / 1000.0 - 2 AS FLOAT) AS y FROM range(${entities}) t(i)) ORDER BY "row"`);
  await write('orders', `${who} (SELECT ${row}, ${at}, 'o' || ${h(11, Math.round(some / 3))} AS order_id, 'product ' || ${h(12, 500)} AS product, CAST(${h(13, 20000)} / 100 AS DECIMAL(18, 4)) AS amount, ${h(14, 30)} = 0 AS returned FROM range(${some}) t(i)) ORDER BY "row", "at"`);
  await write('web', `${who} (SELECT ${row}, ${at}, ['view', 'view', 'view', 'search', 'cart'][1 + CAST(${h(15, 5)} AS INTEGER)] AS event, 'product ' || ${h(16, 500)} AS product, CAST(${h(17, 5)} AS BIGINT) AS session FROM range(${many}) t(i)) ORDER BY "row", "at"`);
  await write('tickets', `${who} (SELECT ${row}, ${at}, ['refund', 'delivery', 'other'][1 + CAST(${h(18, 3)} AS INTEGER)] AS topic FROM range(${few}) t(i)) ORDER BY "row", "at"`);
  await write('people', `${who} (SELECT CAST(i AS INTEGER) AS "row", ['UK', 'IE', 'FR', 'DE'][1 + CAST(${h(19, 4)} AS INTEGER)] AS country, CAST(18 + ${h(20, 70)} AS DOUBLE) AS age FROM range(${entities}) t(i)) ORDER BY "row"`);
  await engine.close();
  say(['orders', 'web', 'tickets', 'people'].map((name) => `${name} ${megabytes(statSync(path(name)).size)}`).join(', '));
  return folder;
}

async function ground(folder, rows, engine) {
  const relation = (name) => `read_parquet('${join(folder, `${name}.parquet`)}')`;
  const numbers = async (table, column) => (await engine.columns(`SELECT ${column} FROM ${relation(table)}`, column, rows)).columns[0].values;
  const kept = new Map();
  for (const { name } of features) kept.set(name, await numbers('features', name));
  const membership = { segment: Int16Array.from(await numbers('everyone', 'segment')), strength: Float32Array.from(await numbers('everyone', 'strength')) };
  const map = { x: Float32Array.from(await numbers('everyone', 'x')), y: Float32Array.from(await numbers('everyone', 'y')) };
  return {
    rows, asOf, engine, value: 'spend', vocabulary: { run: 'bench', entityWord: { one: 'customer', many: 'customers' }, features, segments, sources },
    relations: { features: relation('features'), membership: relation('everyone'), map: relation('everyone'), sources: Object.fromEntries(sources.map(({ name }) => [name, relation(name)])) },
    feature: async (name) => kept.get(name), membership: async () => membership, map: async () => map,
  };
}
