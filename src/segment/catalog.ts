import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';
import type { AnyAlgorithm } from './algorithm.js';
import { agglomerative } from './algorithms/agglomerative.js';
import { consensus } from './algorithms/consensus.js';
import { gaussianMixture } from './algorithms/gaussian-mixture.js';
import { community } from './algorithms/community.js';
import { dbscan } from './algorithms/dbscan.js';
import { famd } from './algorithms/famd.js';
import { hdbscan } from './algorithms/hdbscan.js';
import { kPrototypes } from './algorithms/k-prototypes.js';
import { kmeans } from './algorithms/kmeans.js';
import { miniBatchKMeans } from './algorithms/mini-batch-kmeans.js';
import { semiSupervised } from './algorithms/semi-supervised.js';
import { spectral } from './algorithms/spectral.js';
import { som } from './algorithms/som.js';
import { behind } from './behind.js';
import type { AnyStep } from './step.js';
import { auto } from './steps/auto.js';
import { autoencoder } from './steps/autoencoder.js';
import { pca } from './steps/pca.js';

/** Every way to find segments, by name. */
export const algorithms = {
  dbscan,
  hdbscan,
  kmeans,
  'mini-batch-kmeans': miniBatchKMeans,
  agglomerative,
  'gaussian-mixture': gaussianMixture,
  som,
  'semi-supervised': semiSupervised,
  consensus,
  'k-prototypes': kPrototypes,
  famd,
  spectral,
  community,
} as const;

export type AlgorithmName = keyof typeof algorithms;

/** What can be done to rows before: 'pca+kmeans' is k-means of principal components. */
export const steps = { pca, autoencoder, auto } as const;

/** The algorithm of that name, behind a step where one is named before a '+', whatever its types. @throws `segment/unknown-algorithm` */
export function algorithmNamed(name: string): AnyAlgorithm {
  const [first, ...rest] = name.split('+');
  if (rest.length > 0 && Object.hasOwn(steps, first)) return behind(steps[first as keyof typeof steps] as unknown as AnyStep, algorithmNamed(rest.join('+')));
  if (!Object.hasOwn(algorithms, name)) throw new ShoalError('segment/unknown-algorithm', { name, known: Object.keys(algorithms).join(', '), suggestion: closest(name, Object.keys(algorithms)) });
  return algorithms[name as AlgorithmName] as unknown as AnyAlgorithm;
}
