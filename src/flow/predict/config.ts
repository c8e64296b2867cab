import { z } from 'zod';
import { targetSchema } from '../../domain/prediction.js';
import { ingestOptions } from '../../ingest/options.js';

/** `{ missed: 10, alarm: 1 }`, or as written on a command line: '10:1'. */
const cost = z.preprocess(
  (given) => {
    const [, missed, alarm] = typeof given === 'string' ? /^([\d.]+):([\d.]+)$/.exec(given.trim()) ?? [] : [];
    return missed === undefined ? given : { missed: Number(missed), alarm: Number(alarm) };
  },
  z.strictObject({ missed: z.number().min(0), alarm: z.number().min(0) }, { error: 'must be two numbers such as 10:1' }),
);

/** What to predict, how, and what to do with it. */
export const aheadOptions = {
  target: z.union([z.string().min(1), targetSchema]).optional()
    .describe("What to predict: a column ('churn', 'readmitted=<30'), 'any orders 90d', 'none orders 90d', 'amount orders 365d', or JSON; by default a column that says what happened, else repeat orders and lapse").meta({ value: '<target>' }),
  predictor: z.string().min(1).default('auto').describe('How to predict; auto tries several on held-out folds').meta({ value: '<name>' }),
  horizon: z.number().int('must be a whole number').min(1).max(3660).optional().describe('Days to look ahead where no target is given; by default from how long customers usually wait').meta({ value: '<days>' }),
  gap: z.number().int('must be a whole number').min(0).max(3660).default(0).describe('Days between knowing and the time that is asked about: what it takes to act').meta({ value: '<days>' }),
  capacity: z.number().int('must be a whole number').min(1).optional().describe('Choose as many as can be reached: the likeliest 500').meta({ value: '<number>' }),
  cost: cost.optional().describe('Choose for the lowest cost: what missing one costs and what a false alarm costs').meta({ value: '<missed:alarm>' }),
  known: z.array(z.string()).optional().describe('Columns that were known beforehand, though they have no time or tell the answer well').meta({ value: '<column>' }),
  sensitive: z.boolean().default(false).describe('Also learn from protected characteristics'),
};

/** Everything that `predict` can be told. */
export const predictOptions = ingestOptions.extend({
  ...aheadOptions,
  previous: z.string().min(1).optional().describe('Folder of earlier predictions to compare the model with; by default where the results go').meta({ value: '<folder>' }),
  currency: z.string().max(8, 'must be a symbol or code such as £ or EUR').optional().describe('Currency of the amounts, as it should be shown'),
  seed: z.number().int('must be a whole number').min(0, 'must not be negative').default(1).describe('Same input and seed give the same result'),
  threads: z.number().int().min(1, 'must be at least 1').max(64, 'must be at most 64').optional().describe('Threads to use; the result does not depend on it'),
});

export type PredictOptions = z.output<typeof predictOptions>;
export type PredictInput = z.input<typeof predictOptions>;

/** The same for files: also what customers are worth. */
export const predictFilesOptions = predictOptions.extend({
  value: z.boolean().default(false).describe('Also what each customer will buy and be worth, from a log of purchases (as far ahead as --horizon, or a year)'),
});

export type PredictFilesInput = z.input<typeof predictFilesOptions>;
