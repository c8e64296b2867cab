import { expect, it } from 'vitest';
import { openEngine } from '../../engine/catalog.js';
import { createRng } from '../../util/rng.js';
import { scaledSum, tenThousandths } from './scaled-sum.js';

it('rounds to four digits as the engine does, halves and all', async () => {
  const rng = createRng(11);
  const half = () => (Math.round((rng.next() - 0.5) * 1e6) * 10 + 5) / 1e5;
  const x = Float64Array.from({ length: 20_000 }, (_, i) => [half(), (rng.next() - 0.5) * 1000, Math.round(rng.next() * 1e9) + 0.00005, rng.int(100), (rng.next() - 0.5) * 1e30][i % 5]);
  const engine = await openEngine({ threads: 1 });
  try {
    await engine.load('t', { x });
    const { columns: [rounded] } = await engine.columns('SELECT CAST(CAST(TRY_CAST(x AS DECIMAL(18, 4)) AS DECIMAL(38, 4)) * 10000 AS DOUBLE) FROM t');
    expect([...x].filter((value, i) => !Object.is(tenThousandths(value), rounded.values[i]))).toEqual([]);
  } finally {
    await engine.close();
  }
});

it('adds up exactly in any order, also what no double holds', () => {
  const total = scaledSum();
  const add = (values: readonly number[]) => {
    total.clear();
    values.forEach((value) => total.add(value));
    return total.value();
  };
  expect(add([0.1, 0.2, 0.3, Number.NaN])).toBe(0.6);
  const large = [9e11, 9e11, 0.0001, -9e11, -9e11, 0.0002];
  expect([add(large), add([...large].reverse())]).toEqual([0.0003, 0.0003]);
});
