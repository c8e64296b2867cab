import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openKernel } from '../kernel/catalog.js';
import type { Points } from '../kernel/kernel.js';
import { referenceKernel } from '../kernel/reference.js';
import { agglomerative, fitAgglomerative } from './algorithms/agglomerative.js';
import { assignNearest } from './algorithms/kmeans.js';
import { means, score, silhouetteOf, total } from './score.js';

const { iris } = JSON.parse(readFileSync(new URL('../../test/golden/clustering.json', import.meta.url), 'utf8')) as { iris: { rows: number[][] } };
const x: Points = { rows: 150, d: 4, stride: 4, data: Float64Array.from(iris.rows.flat()) };
const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());

// scikit-learn 1.9.1 on AgglomerativeClustering(k).fit_predict(iris): silhouette_score, davies_bouldin_score, calinski_harabasz_score; simplified: with D the distances
// to the k means, sorted by row, mean((D[:, 1] − D[:, 0]) / D[:, 1]).
it.each([
  [2, 0.6867350732769777, 0.38275284210068616, 502.82156350235897, 0.7766325488271307],
  [3, 0.5543236611296419, 0.6562564540642021, 558.0580408128307, 0.6689634414498528],
  [6, 0.3592376192603081, 0.9266628783258434, 464.94939152139295, 0.5189657966180105],
])('scores Ward\'s partition of iris into %i as scikit-learn does', async (k, silhouette, daviesBouldin, calinskiHarabasz, simplified) => {
  const { labels } = await fitAgglomerative(x, agglomerative.options.parse({ k }), createContext(), kernel);
  for (const [own, digits] of [[referenceKernel(), 11], [kernel, 6]] as const) {
    const found = score(x, labels, k, own);
    expect(found.silhouette).toBeCloseTo(silhouette, digits);
    expect(found.daviesBouldin).toBeCloseTo(daviesBouldin, digits);
    expect(found.calinskiHarabasz / calinskiHarabasz).toBeCloseTo(1, digits);
  }
  // The strength of a nearest-centre assignment is the simplified silhouette of the row.
  const { values } = means(x, labels, k).centres;
  expect(assignNearest({ k, d: 4, centroids: Array.from(values) }, x).strength.reduce((a, b) => a + b, 0) / 150).toBeCloseTo(simplified, 6);
});

it('gives rows alone in their label a silhouette of 0, and counts them in the other scores', () => {
  // scikit-learn 1.9.1: silhouette_samples, davies_bouldin_score, calinski_harabasz_score.
  const points: Points = { rows: 4, d: 2, stride: 2, data: Float64Array.of(0, 0, 0, 2, 5, 0, 9, 9) };
  const labels = Int32Array.of(0, 0, 1, 2);
  const silhouettes = silhouetteOf(referenceKernel().distanceSums(points, [labels], 3)[0], labels, 3);
  [0.6, 0.62860932, 0, 0].forEach((value, i) => expect(silhouettes[i]).toBeCloseTo(value, 8));
  const found = score(points, labels, 3, kernel);
  expect(found.silhouette).toBeCloseTo(total(silhouettes) / 4, 6);
  expect(found.daviesBouldin).toBeCloseTo(0.15842591671003603, 10);
  expect(found.calinskiHarabasz).toBeCloseTo(27.4375, 8);
});
