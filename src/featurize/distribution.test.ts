import { expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { correlations, standardised } from './distribution.js';

it('correlations are the plain sums of products, whatever the number of columns and rows', () => {
  const rng = createRng(1, 'correlations');
  for (const [d, n] of [[1, 3], [2, 511], [5, 513], [7, 1025]]) {
    const z = Array.from({ length: d }, () => {
      const column = Float64Array.from({ length: n }, () => rng.normal());
      standardised(column);
      return column;
    });
    const r = correlations(z);
    for (let i = 0; i < d; i++) for (let k = 0; k < d; k++) expect(r[i][k]).toBeCloseTo(z[i].reduce((sum, x, row) => sum + x * z[k][row], 0) / n, 12);
  }
});
