import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Answers, Examples } from '../domain/examples.js';
import { openKernel } from '../kernel/catalog.js';
import { createRng } from '../util/rng.js';
import { coverageOf, fitInterval, intervalsOf } from './interval.js';

const kernel = await openKernel({ threads: 1 });
afterAll(() => kernel.close());

/** A number that lies the wider around its mean the greater the first input is, skewed. */
function drawn(n: number, seed: number): { x: Examples; y: Answers } {
  const rng = createRng(seed, 'interval');
  const columns = [0, 1].map(() => Float64Array.from({ length: n }, () => rng.next()));
  return { x: { rows: n, inputs: [{ name: 'a' }, { name: 'b' }], columns }, y: { task: 'regression', values: columns[0].map((a, i) => 10 * columns[1][i] + (1 + 9 * a) * -Math.log(1 - rng.next())) } };
}

describe('ranges of numbers', () => {
  it.each([0.8, 0.9])('hold %f of what happens on untouched rows, within sampling noise over seeds, and are wide where the number is', async (level) => {
    const held: number[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { x, y } = drawn(1600, seed);
      const fitted = (await fitInterval(x, y, undefined, createContext({ seed }), kernel, level))!;
      const later = drawn(4000, 100 + seed);
      const found = intervalsOf(fitted, later.x);
      const { coverage } = coverageOf(later.y, found, level);
      held.push(coverage.value);
      // 400 rows say where the ends lie: the coverage of one fit is off by √(p q / 400) and the tested rows' own noise.
      expect(Math.abs(coverage.value - level)).toBeLessThan(4 * Math.sqrt(level * (1 - level) * (1 / 400 + 1 / 4000)));
      const width = (keep: (a: number) => boolean) => { const own = [...found.low.keys()].filter((i) => keep(later.x.columns[0][i])); return own.reduce((sum, i) => sum + found.high[i] - found.low[i], 0) / own.length; };
      expect(width((a) => a > 0.7)).toBeGreaterThan(1.7 * width((a) => a < 0.3));
    }
    expect(Math.abs(held.reduce((a, b) => a + b, 0) / held.length - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level) * (1 / 400 + 1 / 4000)) / held.length));
  }, 60_000);

  it('hold as often as they say where nothing can be learnt: quantiles that are worth nothing are moved until they do', async () => {
    const { x, y } = drawn(1200, 7);
    const noise = { ...x, columns: x.columns.map((column) => column.map((_, i) => (i * 7919) % 13)) };
    const fitted = (await fitInterval(noise, y, undefined, createContext({ seed: 7 }), kernel))!;
    const rest = drawn(3000, 8);
    const { coverage } = coverageOf(rest.y, intervalsOf(fitted, { ...rest.x, columns: rest.x.columns.map((column) => column.map((_, i) => (i * 7919) % 13)) }));
    expect(Math.abs(coverage.value - 0.8)).toBeLessThan(0.1);
  });

  it('keep all rows of one on one side, never go beyond what was seen, and are not given of too few', async () => {
    const { x, y } = drawn(900, 9);
    const fitted = (await fitInterval(x, y, Array.from({ length: 900 }, (_, i) => `${i % 300}`), createContext({ seed: 1 }), kernel))!;
    const { low, high } = intervalsOf(fitted, x);
    expect(Math.min(...low)).toBeGreaterThanOrEqual(Math.min(...y.values));
    expect(Math.max(...high)).toBeLessThanOrEqual(Math.max(...y.values));
    expect(low.every((value, i) => value <= high[i])).toBe(true);
    expect(await fitInterval(...few(drawn(60, 10)), undefined, createContext(), kernel)).toBeUndefined();
  });
});

const few = ({ x, y }: { x: Examples; y: Answers }): [Examples, Answers] => [x, y];
