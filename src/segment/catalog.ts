import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';
import type { AnyAlgorithm } from './algorithm.js';
import { agglomerative } from './algorithms/agglomerative.js';
import { gaussianMixture } from './algorithms/gaussian-mixture.js';
import { dbscan } from './algorithms/dbscan.js';
import { hdbscan } from './algorithms/hdbscan.js';
import { kPrototypes } from './algorithms/k-prototypes.js';
import { kmeans } from './algorithms/kmeans.js';
import { som } from './algorithms/som.js';

/** Every way to find segments, by name. */
export const algorithms = {
  dbscan,
  hdbscan,
  kmeans,
  agglomerative,
  'gaussian-mixture': gaussianMixture,
  som,
  'k-prototypes': kPrototypes,
} as const;

export type AlgorithmName = keyof typeof algorithms;

/** The algorithm of that name, whatever its types. @throws `segment/unknown-algorithm` */
export function algorithmNamed(name: string): AnyAlgorithm {
  if (!Object.hasOwn(algorithms, name)) throw new ShoalError('segment/unknown-algorithm', { name, known: Object.keys(algorithms).join(', '), suggestion: closest(name, Object.keys(algorithms)) });
  return algorithms[name as AlgorithmName] as unknown as AnyAlgorithm;
}
