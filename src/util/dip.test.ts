import { describe, expect, it } from 'vitest';
import { dip, dipP } from './dip.js';
import { createRng } from './rng.js';

// The dip by its definition: for each possible mode a linear programme finds the unimodal distribution nearest to the data (scipy 1.x, HiGHS).
const byDefinition = [
  { x: [0.054, 0.286, 0.515, 0.805, 0.808], dip: 0.115845539 },
  { x: [0.045, 0.049, 0.235, 0.383, 0.408, 0.435, 0.652, 0.999], dip: 0.122781065 },
  { x: [-1.732, -1.163, -0.629, -0.084, 0.203, 1.6, 4.287, 4.411, 4.512, 4.937, 5.41, 5.553], dip: 0.127962840 },
  { x: [-1.643, -1.289, -1.048, -0.981, -0.304, -0.257, -0.173, -0.038, 0.021, 0.83, 3.002, 3.645, 3.891, 3.898, 3.909, 4.604, 5.225, 5.272, 5.717, 6.17], dip: 0.112075134 },
  { x: [0.015, 0.086, 0.107, 0.222, 0.236, 0.24, 0.368, 0.399, 0.464, 0.506, 0.507, 0.556, 0.641, 0.674, 0.684, 0.741, 0.845, 0.933, 0.936, 0.951], dip: 0.066573034 },
  { x: [-0.865, -0.397, -0.365, -0.152, -0.021, 0.103, 0.189, 0.242, 0.609, 0.896, 5.702, 5.718, 5.728, 5.799, 5.864, 5.945, 6.029, 6.639, 7.421, 7.967, 13.082, 13.37, 13.402, 13.742, 13.777, 13.839, 13.973, 13.997, 14.307, 14.669], dip: 0.124578762 },
  { x: [-1.576, -0.941, -0.721, -0.634, -0.615, -0.52, -0.479, -0.464, -0.38, -0.352, -0.205, 0.018, 0.1, 0.16, 0.265, 0.348, 0.479, 0.907, 1.734, 1.901, 3.785, 3.941, 3.974, 4.007, 4.468, 4.675, 4.694, 4.985, 5.048, 5.054, 5.258, 5.297, 5.421, 5.434, 5.461, 5.488, 5.722, 5.869, 6.069, 6.876], dip: 0.125138640 },
  { x: [0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 5, 6, 6, 6, 7, 7, 7, 7, 8, 8], dip: 0.100000000 },
];

describe('dip', () => {
  it.each(byDefinition)('is the distance to the nearest unimodal distribution ($dip)', ({ x, dip: expected }) => {
    expect(dip(x)).toBeCloseTo(expected, 8);
  });

  it.each(byDefinition)('is the same when the values are mirrored ($dip)', ({ x, dip: expected }) => {
    expect(dip(x.map((value) => -value).reverse())).toBeCloseTo(expected, 8);
  });

  it('is at least 1/(2n), and just that for evenly spaced values', () => {
    expect(dip(Array.from({ length: 50 }, (_, i) => i))).toBe(1 / 100);
    expect(dip([3, 3, 3, 3])).toBe(1 / 8);
  });

  it('nears 1/4 for two far points of equal weight', () => {
    expect(dip([...Array.from({ length: 200 }, () => 0), ...Array.from({ length: 200 }, () => 1)])).toBeCloseTo(0.25, 2);
  });
});

describe('the p-value of a dip', () => {
  // Quantiles printed in R's diptest (qDiptab): n = 4 and n = 10.
  it.each([[4, 0.1874, 0.1], [4, 0.20727, 0.05], [10, 0.13995, 0.05], [10, 0.15978, 0.01]])('agrees with R for n = %i, dip %d', (n, value, p) => {
    expect(dipP(value, n)).toBeCloseTo(p, 2);
  });

  it('is uniform for uniform values, also between the tabled sizes', () => {
    for (const n of [40, 320, 3_000]) {
      const rng = createRng(n, 'dip test');
      const p = Array.from({ length: 600 }, () => {
        const x = Float64Array.from({ length: n }, () => rng.next()).sort();
        return dipP(dip(x), n);
      });
      for (const level of [0.05, 0.25, 0.5, 0.75]) {
        const share = p.filter((value) => value <= level).length / p.length;
        expect(Math.abs(share - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / p.length));
      }
    }
  });

  it('is large for one normal group and small for two', () => {
    const rng = createRng(2, 'dip test');
    const one = Float64Array.from({ length: 1000 }, () => rng.normal()).sort();
    const two = Float64Array.from({ length: 1000 }, (_, i) => rng.normal() + (i % 2) * 4).sort();
    expect(dipP(dip(one), 1000)).toBeGreaterThan(0.5);
    expect(dipP(dip(two), 1000)).toBeLessThan(0.001);
  });

  it('falls as the dip grows, and is 1 where there is no test', () => {
    let last = 1;
    for (let value = 0.005; value < 0.2; value += 0.001) {
      const p = dipP(value, 137);
      expect(p).toBeLessThanOrEqual(last);
      last = p;
    }
    expect(dipP(0.2, 3)).toBe(1);
  });
});
