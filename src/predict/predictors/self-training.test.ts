import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Answers, Examples } from '../../domain/examples.js';
import { openKernel } from '../../kernel/catalog.js';
import { createRng } from '../../util/rng.js';
import { predictorNamed } from '../catalog.js';
import { auc, rank } from '../metrics.js';

const kernel = await openKernel({ threads: 1 });
afterAll(() => kernel.close());

describe('self-training', () => {
  it('learns from rows whose answer is unknown where the classes lie in clumps', async () => {
    const rng = createRng(8, 'clumps');
    const n = 600;
    const truth = Float64Array.from({ length: n }, (_, i) => i % 2);
    // Two clumps along many directions, of which four rows alone tell little.
    const columns = Array.from({ length: 12 }, () => Float64Array.from(truth, (value) => 0.45 * (value * 2 - 1) + rng.normal()));
    const x: Examples = { rows: n, inputs: columns.map((_, j) => ({ name: `x${j}` })), columns };
    const y: Answers = { task: 'binary', classes: ['no', 'yes'], values: truth.map((value, i) => (i < 6 ? value : Number.NaN)) };
    const area = async (name: string) => {
      const predictor = predictorNamed(name);
      return auc(rank(truth, predictor.predict(await predictor.fit(x, y, predictor.options.parse({}), createContext(), kernel), x)));
    };
    const [alone, self] = [await area('logistic-regression'), await area('self-training')];
    expect(alone).toBeLessThan(0.995);
    expect(self).toBeGreaterThan(alone + 0.005);
  });
});
