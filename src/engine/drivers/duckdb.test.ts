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

it('names the step when SQL fails', async () => {
  await expect(engine.run('SELECT nope', 'the step')).rejects.toMatchObject({ code: 'engine/failed', message: expect.stringContaining('the step') });
});
