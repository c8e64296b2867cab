import { agglomerative } from './algorithms/agglomerative.js';
import { gaussianMixture } from './algorithms/gaussian-mixture.js';
import { dbscan } from './algorithms/dbscan.js';
import { hdbscan } from './algorithms/hdbscan.js';
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
} as const;

export type AlgorithmName = keyof typeof algorithms;
