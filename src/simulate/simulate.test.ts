import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { behaviours } from './segments.js';
import { simulate, simulatedSources, type Simulated, type SimulateOptions } from './simulate.js';

const context = createContext();
const perCustomer = ['customers', 'orders', 'events', 'emails', 'reviews', 'support'] as const;
const OWLS = 'health-conscious night owls';
const home = mkdtempSync(join(tmpdir(), 'shoal-market-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('simulate', () => {
  it('gives the same bytes for the same seed, and others for another', async () => {
    const [a, b, c] = [await market('a', { customers: 300 }), await market('b', { customers: 300 }), await market('c', { customers: 300, seed: 6 })];
    for (const source of simulatedSources) expect(bytes(b, source).equals(bytes(a, source)), source).toBe(true);
    expect(readFileSync(b.truthFile).equals(readFileSync(a.truthFile))).toBe(true);
    expect(b.counts).toEqual(a.counts);
    for (const source of perCustomer) expect(bytes(c, source).equals(bytes(a, source)), source).toBe(false);
  });

  it('begins a larger market with the smaller one, byte for byte', async () => {
    const [small, large] = [await market('small', { customers: 250 }), await market('large', { customers: 700 })];
    for (const source of perCustomer) {
      const part = bytes(small, source);
      expect(bytes(large, source).subarray(0, part.length).equals(part), source).toBe(true);
    }
    const part = readFileSync(small.truthFile);
    expect(readFileSync(large.truthFile).subarray(0, part.length).equals(part)).toBe(true);
  });

  it('writes the same orders when the other files are left out', async () => {
    const [all, only] = [await market('all', { customers: 200 }), await market('only', { customers: 200, only: ['orders'] })];
    expect(bytes(only, 'orders').equals(bytes(all, 'orders'))).toBe(true);
    expect(readdirSync(join(home, 'only')).sort()).toEqual(['orders.csv', 'truth']);
  });

  it('writes Parquet with the same rows', async () => {
    const made = await market('parquet', { customers: 200, format: 'parquet' });
    expect(readdirSync(join(home, 'parquet')).filter((name) => !name.endsWith('.parquet'))).toEqual(['truth']);
    const engine = await openEngine();
    for (const source of simulatedSources) {
      const [row] = await engine.rows(`SELECT count(*) AS n FROM read_parquet('${made.files[source]}')`);
      expect(row.n, source).toBe(made.counts.rows[source]);
    }
    await engine.close();
  });

  it('leaves nothing behind when it is stopped', async () => {
    const stop = new AbortController();
    const stopping = createContext({ signal: stop.signal, progress: ({ done }) => (done ?? 0) > 0.2 && stop.abort() });
    const out = join(home, 'stopped');
    await expect(simulate({ customers: 20_000, seed: 1, out, only: ['orders'] }, stopping)).rejects.toMatchObject({ code: 'run/aborted' });
    expect(readdirSync(out)).toEqual(['truth']);
    expect(readdirSync(join(out, 'truth'))).toEqual([]);
  });

  it('refuses what it cannot do in one sentence', async () => {
    const unknown = { customers: 10, seed: 1, out: home, colour: 'blue' } as SimulateOptions;
    await expect(simulate(unknown, context)).rejects.toMatchObject({ code: 'config/invalid' });
    await expect(simulate({ customers: 0, seed: 1, out: home }, context)).rejects.toThrow(/customers/);
    const file = join(home, 'a-file');
    writeFileSync(file, '');
    await expect(simulate({ customers: 10, seed: 1, out: file }, context)).rejects.toMatchObject({ code: 'run/write-failed' });
    expect(existsSync(join(home, 'orders.csv'))).toBe(false);
  });

  it('plants nothing in a market without structure', async () => {
    const made = await market('none', { customers: 400, structure: 'none' });
    expect(made.counts.segments).toEqual({ none: 400 });
    expect(readFileSync(made.truthFile, 'utf8').split('\n').slice(1, -1).every((line) => line.split(',')[1] === 'none')).toBe(true);
  });
});

describe('the market of 12,000 customers', () => {
  const customers = 12_000;
  let made: Simulated;
  let engine: Engine;
  beforeAll(async () => {
    made = await market('main', { customers });
    engine = await openEngine();
    for (const source of simulatedSources) await engine.run(`CREATE TABLE ${source} AS SELECT * FROM read_csv('${made.files[source]}', header = true, sample_size = -1)`);
    await engine.run(`CREATE TABLE truth AS SELECT * FROM read_csv('${made.truthFile}', header = true)`);
  });
  afterAll(() => engine.close());
  const one = async (sql: string) => (await engine.rows(sql))[0];

  it('tells the truth about every customer once, in the planted shares', async () => {
    expect(await one('SELECT count(*) AS n, count(DISTINCT customer_id) AS ids FROM truth')).toEqual({ n: customers, ids: customers });
    for (const { id, share } of behaviours) {
      // Four standard deviations of a binomial share.
      expect(Math.abs(made.counts.segments[id] / customers - share), id).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / customers));
    }
    expect(behaviours.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
  });

  it('counts the rows it writes', async () => {
    for (const source of simulatedSources) expect((await one(`SELECT count(*) AS n FROM ${source}`)).n, source).toBe(made.counts.rows[source]);
  });

  it('spoils about one order line in a hundred, and counts how', async () => {
    const { missingIds, returns, duplicates, zeroPrices, futureDates } = made.counts.dirt;
    const rows = made.counts.rows.orders as number;
    const found = await one(`SELECT count(*) FILTER (customer_id IS NULL) AS missing, count(*) FILTER (quantity < 0) AS back, count(*) FILTER (unit_price = 0) AS free,
      count(*) FILTER (ordered_at > TIMESTAMP '2026-07-01') AS future, count(*) - (SELECT count(*) FROM (SELECT DISTINCT * FROM orders)) AS twice FROM orders`);
    expect(found).toEqual({ missing: missingIds, back: returns, free: zeroPrices, future: futureDates, twice: duplicates });
    expect((missingIds + duplicates + zeroPrices + futureDates) / rows).toBeGreaterThan(0.004);
    expect((missingIds + returns + duplicates + zeroPrices + futureDates) / rows).toBeLessThan(0.025);
    expect(returns / rows).toBeGreaterThan(0.005);
  });

  it('gives every order one number, one customer and one moment', async () => {
    const mixed = await one(`SELECT count(*) AS n FROM (SELECT order_id FROM orders WHERE customer_id IS NOT NULL AND quantity > 0 AND ordered_at < TIMESTAMP '2026-07-01'
      GROUP BY order_id HAVING count(DISTINCT customer_id) > 1 OR count(DISTINCT ordered_at) > 1)`);
    expect(mixed.n).toBe(0);
  });

  it('keeps demographics independent of the segments (chi-square below its 99.9 % point)', async () => {
    for (const column of ['gender', 'country', 'income_band', 'email_opt_in', 'found_us_by', 'birth_year // 10']) {
      const cells = await engine.rows(`WITH t AS (SELECT t.segment AS s, coalesce(CAST(c.${column} AS VARCHAR), '') AS v, count(*) AS n
        FROM (SELECT DISTINCT * FROM customers) c JOIN truth t USING (customer_id) GROUP BY ALL)
        SELECT n, sum(n) OVER (PARTITION BY s) * sum(n) OVER (PARTITION BY v) / sum(n) OVER () AS e, s, v FROM t`);
      const usable = cells.filter((cell) => Number(cell.e) >= 2);
      const chi2 = usable.reduce((sum, cell) => sum + (Number(cell.n) - Number(cell.e)) ** 2 / Number(cell.e), 0);
      const freedom = (new Set(usable.map((cell) => cell.s)).size - 1) * (new Set(usable.map((cell) => cell.v)).size - 1);
      expect(chi2, column).toBeLessThan(chiSquareLimit(freedom));
    }
  });

  // Habits are asserted on those who do not straddle two segments: the others act as somebody else in up to half of what they do.
  it('shows night owls around half past ten in the evening, with organic low-sugar products and hardly a sugary box', async () => {
    const hour = (at: string, rows: string) => one(`WITH h AS (SELECT (hour(${at}) + minute(${at}) / 60.0) * pi() / 12 AS a FROM ${rows} JOIN truth USING (customer_id) WHERE segment = '${OWLS}' AND straddles = 'no')
      SELECT (atan2(avg(sin(a)), avg(cos(a))) * 12 / pi() + 24) % 24 AS mean, avg(CAST(a >= 22 * pi() / 12 AS INT)) AS late FROM h`);
    const browsing = await hour('"at"', 'events');
    const opening = await hour('"at"', "(FROM emails WHERE event = 'open')");
    expect(Math.abs(Number(browsing.mean) - 22.5)).toBeLessThan(0.2);
    expect(Math.abs(Number(opening.mean) - 22.5)).toBeLessThan(0.2);
    expect(browsing.late).toBeGreaterThan(0.75);
    const share = (source: string, category: string, who: string) => one(`SELECT avg(CAST(category = '${category}' AS INT)) AS s FROM ${source} JOIN products USING (product_id)
      JOIN truth USING (customer_id) WHERE segment ${who} '${OWLS}'`).then((row) => Number(row.s));
    for (const source of ['orders', 'events']) {
      expect(await share(source, 'Organic low-sugar', '=')).toBeGreaterThan(0.55);
      expect(await share(source, 'Organic low-sugar', '<>')).toBeLessThan(0.08);
      expect(await share(source, 'Sugary boxes', '=')).toBeLessThan(0.01);
      expect(await share(source, 'Sugary boxes', '<>')).toBeGreaterThan(0.02);
    }
  });

  it('sends bargain hunters at the weekend, flash buyers within minutes of a flash sale, bots round the clock without orders', async () => {
    const weekend = await one(`SELECT avg(CAST(isodow(ordered_at) >= 6 AS INT)) AS s, avg(CAST(discount > 0 AS INT)) AS d FROM orders JOIN truth USING (customer_id) WHERE segment = 'weekend bargain hunters' AND straddles = 'no'`);
    expect(weekend.s).toBeGreaterThan(0.8);
    expect(weekend.d).toBeGreaterThan(0.7);
    const flash = await one(`SELECT avg(CAST(name LIKE 'Flash%' AS INT)) AS s, median(date_diff('minute', starts, ordered_at)) FILTER (name LIKE 'Flash%') AS wait
      FROM orders JOIN truth USING (customer_id) LEFT JOIN promotions USING (promotion_id) WHERE segment = 'flash-sale impulse buyers' AND straddles = 'no' AND quantity > 0 AND ordered_at < TIMESTAMP '2026-07-01'`);
    expect(flash.s).toBeGreaterThan(0.8);
    expect(flash.wait).toBeLessThan(10);
    const bots = await one(`WITH b AS (SELECT * FROM truth WHERE segment = 'bots') SELECT (SELECT count(*) FROM orders JOIN b USING (customer_id)) * 1.0 / count(*) AS lines,
      (SELECT count(*) FROM events JOIN b USING (customer_id)) * 1.0 / count(*) AS events, (SELECT avg(CAST(hour("at") < 6 AS INT)) FROM events JOIN b USING (customer_id)) AS night FROM b`);
    expect(bots.lines).toBeLessThan(0.3);
    expect(bots.events).toBeGreaterThan(300);
    expect(bots.night).toBeCloseTo(0.25, 1);
  });

  it('drifts: flash buyers begin with the flash sales, loyal high spenders fall silent on the day the truth says', async () => {
    const clean = `(SELECT DISTINCT * FROM orders WHERE quantity > 0 AND ordered_at < TIMESTAMP '2026-07-01') JOIN truth USING (customer_id)`;
    const flash = await one(`SELECT CAST(min(ordered_at) AS DATE)::VARCHAR AS first, (SELECT min(starts)::DATE::VARCHAR FROM promotions WHERE name LIKE 'Flash%') AS sale
      FROM ${clean} WHERE segment = 'flash-sale impulse buyers'`);
    expect(String(flash.first) >= '2026-03-01' && String(flash.sale) >= '2026-03-01').toBe(true);
    const lapsed = await one(`SELECT count(*) AS n, count(*) FILTER (ordered_at >= changed_on) AS after, min(changed_on)::VARCHAR AS first, max(changed_on)::VARCHAR AS last FROM ${clean} WHERE previous_segment IS NOT NULL`);
    expect(lapsed.after).toBe(0);
    expect([lapsed.first, lapsed.last]).toEqual([expect.stringMatching(/^2025-1[01]/), expect.stringMatching(/^2026-0[23]/)]);
    const shrink = await one(`SELECT count(*) FILTER (changed_on IS NULL) * 1.0 / count(*) AS left_over FROM truth WHERE 'loyal high spenders' IN (segment, previous_segment)`);
    expect(shrink.left_over).toBeCloseTo(0.5, 1);
  });
});

const market = (name: string, options: Partial<SimulateOptions>) => simulate({ customers: 100, seed: 5, out: join(home, name), ...options }, context);

const bytes = (made: Simulated, source: (typeof simulatedSources)[number]): Buffer => readFileSync(made.files[source] as string);

/** The 99.9 % point of chi-square, by the cube-root approximation of Wilson & Hilferty (1931). */
const chiSquareLimit = (freedom: number): number => freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;
