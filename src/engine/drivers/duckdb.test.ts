import { afterAll, expect, it } from 'vitest';
import { openEngine } from '../catalog.js';

const engine = await openEngine({ threads: 2 });
afterAll(() => engine.close());

it('reads every numeric type in bulk with NULL as NaN', async () => {
  const { rows, columns } = await engine.columns(`SELECT i::DOUBLE a, i::TINYINT b, i::BIGINT c, (i % 2 = 0) d, DATE '2020-01-01' + i::INT e,
    TIMESTAMP '2020-01-01 00:00:00.25' + i * INTERVAL 1 MILLISECOND f, CASE WHEN i = 1 THEN NULL ELSE i END::FLOAT g, (i/2)::DECIMAL(18,4)::DOUBLE h FROM range(3) t(i)`);
  expect(rows).toBe(3);
  const values = columns.map((c) => [...c.values]);
  expect(values).toEqual([
    [0, 1, 2], [0, 1, 2], [0, 1, 2], [1, 0, 1],
    [0, 1, 2].map((i) => Date.UTC(2020, 0, 1 + i)),
    [0, 1, 2].map((i) => Date.UTC(2020, 0, 1) + 250 + i),
    [0, Number.NaN, 2], [0, 0.5, 1],
  ]);
});

it('reads more rows than one chunk, in order, with strings and NULLs', async () => {
  const { columns } = await engine.columns(`SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 's' || i END s FROM range(10000) t(i) ORDER BY i`);
  expect(columns[0].values[9999]).toBe(9999);
  expect(columns[1].values.slice(0, 4)).toEqual([null, 's1', 's2', null]);
});

it('loads typed arrays and reads them back', async () => {
  const n = 5000;
  await engine.load('loaded "x"', { a: Float64Array.from({ length: n }, (_, i) => i / 3), b: Int32Array.from({ length: n }, (_, i) => -i) });
  const [row] = await engine.rows('SELECT count(*) n, sum(b) s, max(a) m FROM "loaded ""x"""');
  expect(row).toEqual({ n, s: (-n * (n - 1)) / 2, m: (n - 1) / 3 });
});

it('stops a long query promptly when aborted', async () => {
  const controller = new AbortController();
  const own = await openEngine({ signal: controller.signal });
  setTimeout(() => controller.abort(), 30);
  await expect(own.run('SELECT count(*) FROM range(100000000) a, range(1000) b WHERE a.range * b.range % 7 = 3')).rejects.toMatchObject({ code: 'run/aborted' });
  await own.close();
});

it('answers questions that are asked at the same time side by side, each as it would be alone', async () => {
  await engine.run('CREATE OR REPLACE TABLE numbers AS SELECT range AS i FROM range(300000)');
  const asked = Array.from({ length: 12 }, (_, m) => engine.rows(`SELECT count(*) AS n FROM numbers WHERE i % 12 = ${m}`));
  expect((await Promise.all(asked)).map(([{ n }]) => n)).toEqual(new Array(12).fill(25_000));
  const [[zone], small, large] = await Promise.all([
    engine.rows("SELECT CAST(TIMESTAMPTZ '2026-01-01 12:00:00+00' AS VARCHAR) AS at"),
    engine.columns('SELECT i, CAST(i AS VARCHAR) AS s FROM numbers WHERE i < 5000 ORDER BY i', 'small', 'small'),
    engine.columns('SELECT i, CAST(i AS VARCHAR) AS s FROM numbers WHERE i < 5000 ORDER BY i', 'large'),
  ]);
  expect(zone.at).toBe('2026-01-01 12:00:00+00');
  expect(small).toEqual(large);
});

it('changes tables while questions are on their way', async () => {
  const questions = Array.from({ length: 6 }, (_, m) => engine.rows(`SELECT count(*) AS n FROM range(400000) r WHERE hash(r.range) % 6 = ${m}`));
  const loads = Array.from({ length: 4 }, (_, t) => engine.load(`loaded ${t}`, { x: new Int32Array(10_000).fill(t) }));
  await Promise.all([...loads, engine.run('CREATE OR REPLACE TABLE made AS SELECT 1 AS x'), ...questions]);
  const counts = await Promise.all(loads.map((_, t) => engine.rows(`SELECT count(*) AS n FROM "loaded ${t}" WHERE x = ${t}`)));
  expect(counts.map(([{ n }]) => n)).toEqual([10_000, 10_000, 10_000, 10_000]);
});

it('finds temporary tables from one statement to the next', async () => {
  await engine.run('CREATE TEMP TABLE passing AS SELECT 7 AS x');
  expect(await engine.rows('SELECT x FROM passing')).toEqual([{ x: 7 }]);
});

it('closes after the questions that are still on their way', async () => {
  const own = await openEngine({ threads: 2 });
  const slow = own.rows('SELECT count(*) AS n FROM range(3000000) a WHERE hash(a.range) % 7 = 3');
  await expect(Promise.all([own.rows('SELECT nope'), slow])).rejects.toMatchObject({ code: 'engine/failed' });
  await own.close();
  expect((await slow)[0].n).toBeGreaterThan(0);
});

it('names the step when SQL fails', async () => {
  await expect(engine.run('SELECT nope', 'the step')).rejects.toMatchObject({ code: 'engine/failed', message: expect.stringContaining('the step') });
});
