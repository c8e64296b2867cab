import { expect, it } from 'vitest';
import { normalQuantile } from './normal-quantile.js';

// scipy 1.17.1: scipy.stats.norm.ppf.
it.each([
  [1e-20, -9.262340089798408], [1e-6, -4.753424308822899], [0.025, -1.9599639845400545], [0.3, -0.5244005127080409],
  [0.5, 0], [0.8, 0.8416212335729143], [0.975, 1.959963984540054], [0.9999, 3.719016485455709],
])('the normal quantile of %d is that of SciPy', (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 11);
});
