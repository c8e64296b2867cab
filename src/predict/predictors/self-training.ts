// Idea: what is learnt from the rows whose answer is known names answers for the others; those it is sure of are learnt from as well, again and again (Yarowsky 1995).
// Cost: a fit of the base per round. It helps where classes lie in clumps and few answers are known; where they do not it repeats its own mistakes. Compare it with its base.
import { z } from 'zod';
import { type Answers, isKnown, outputsOf } from '../../domain/examples.js';
import { type AnyPredictor, definePredictor } from '../predictor.js';

export interface SelfTrained {
  readonly base: string;
  readonly params: unknown;
  /** Rows whose answer was taken as known in the end. */
  readonly learnt: number;
}

/** Self-training of any of the predictors given; the first where none is named. */
export function selfTrainingOf<const B extends Readonly<Record<string, unknown>>>(bases: B) {
  const names = Object.keys(bases) as [keyof B & string, ...(keyof B & string)[]];
  const named = (name: string) => bases[name] as unknown as AnyPredictor;
  return definePredictor({
    name: 'self-training',
    title: 'Self-training',
    options: z.strictObject({
      base: z.enum(names).default(names[0] as never).describe('What learns.'),
      sure: z.number().min(0.5).max(1).default(0.9).describe('An answer with at least this probability is taken as known.'),
      rounds: z.int().min(1).max(100).default(10).describe('Rounds at most.'),
    }),
    traits: { tasks: ['binary', 'multiclass'], complexity: 8, unlabelled: true },
    fit: async (x, y, { base, sure, rounds }, context, kernel): Promise<SelfTrained> => {
      const predictor = named(base);
      const options = predictor.options.parse({});
      const k = outputsOf(y);
      let answers: Answers = y;
      let params = await predictor.fit(x, answers, options, context, kernel);
      for (let round = 0; round < rounds; round++) {
        const p = predictor.predict(params, x);
        const values = answers.values.map((value, i) => (isKnown(value) ? value : answerOf(p, i, k, sure)));
        if (values.every((value, i) => isKnown(value) === isKnown(answers.values[i]))) break;
        answers = { ...answers, values };
        params = await predictor.fit(x, answers, options, context, kernel);
      }
      return { base, params, learnt: answers.values.reduce((sum, value) => sum + (isKnown(value) ? 1 : 0), 0) };
    },
    predict: ({ base, params }: SelfTrained, x) => named(base).predict(params, x),
  });
}

/** The likeliest class where it is likely enough, else NaN. */
function answerOf(p: Float64Array, row: number, k: number, sure: number): number {
  if (k === 1) return p[row] >= sure ? 1 : 1 - p[row] >= sure ? 0 : Number.NaN;
  let best = 0;
  for (let c = 1; c < k; c++) if (p[row * k + c] > p[row * k + best]) best = c;
  return p[row * k + best] >= sure ? best : Number.NaN;
}
