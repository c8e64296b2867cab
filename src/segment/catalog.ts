import { kmeans } from './algorithms/kmeans.js';

/** Every way to find segments, by name. */
export const algorithms = {
  kmeans,
} as const;

export type AlgorithmName = keyof typeof algorithms;
