import type { ClusterJob, ClusterResult, Kernel, Points } from '../kernel/kernel.js';
import type { Rng } from '../util/rng.js';

/** One k-means wanted: its best of several starts. */
export interface Wanted {
  readonly points: Points;
  readonly k: number;
  readonly weights?: Float32Array;
}

export interface RestartOptions {
  /** Starts per wanted result. */
  readonly starts: number;
  /** How many of them, the best after a few iterations, are taken to convergence. */
  readonly finalists: number;
  readonly maxIterations: number;
  /** See `ClusterJob.tolerance`. */
  readonly tolerance: number;
}

/** Iterations after which starts are compared: the order of their inertias is mostly settled by then. */
const heat = 6;

/**
 * The best of several greedy k-means++ starts for each wanted clustering: all starts run a few iterations, the best few run on to the end.
 * Jobs run side by side on the kernel's threads.
 */
export function bestOf(wanted: readonly Wanted[], options: RestartOptions, rng: Rng, kernel: Kernel): ClusterResult[] {
  const tried = heats(wanted, options, rng, kernel);
  const finals = wanted.flatMap((want, w) => ranked(tried[w]).slice(0, options.finalists).map((start) => ({ want, start })));
  const results = finish(finals, options, kernel);
  const each = Math.min(options.starts, options.finalists);
  return wanted.map((_, w) => ranked(results.slice(w * each, (w + 1) * each))[0]);
}

/** `options.starts` starts of each wanted clustering, after a few iterations. */
export function heats(wanted: readonly Wanted[], options: Omit<RestartOptions, 'finalists'>, rng: Rng, kernel: Kernel): ClusterResult[][] {
  const jobs = wanted.flatMap((want) => Array.from({ length: options.starts }, () => start(want, options, rng)));
  const results = kernel.cluster(jobs);
  return wanted.map((_, w) => results.slice(w * options.starts, (w + 1) * options.starts));
}

/** Takes started clusterings to convergence. */
export function finish(
  started: readonly { readonly want: Wanted; readonly start: ClusterResult }[], { maxIterations, tolerance }: Pick<RestartOptions, 'maxIterations' | 'tolerance'>,
  kernel: Kernel,
): ClusterResult[] {
  return kernel.cluster(started.map(({ want, start }): ClusterJob => ({ ...want, start: start.values, trials: 1, maxIterations, tolerance })));
}

function start(want: Wanted, options: Omit<RestartOptions, 'finalists'>, rng: Rng): ClusterJob {
  const trials = Math.min(4, 2 + Math.floor(Math.log(want.k)));
  const draws = Float64Array.from({ length: want.k * trials }, () => rng.next());
  return { ...want, draws, trials, maxIterations: Math.min(heat, options.maxIterations), tolerance: options.tolerance };
}

/** By inertia; equal ones stay in the order they were started. */
export function ranked(results: readonly ClusterResult[]): ClusterResult[] {
  return [...results].sort((a, b) => a.inertia - b.inertia);
}
