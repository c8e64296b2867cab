import type { Answers, Examples } from '../domain/examples.js';

/** A predictor by name, with its options. */
export interface Setting {
  readonly predictor: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export const naive: Setting = { predictor: 'naive', options: {} };

/** Rows, and rows times inputs, up to which predictors that take their time are tried. */
const fewRows = 2000;
const fewNumbers = 50_000;

/** Penalties that matter more or less with the rows there are, on squares and on absolute values. */
const penalties = [{ penalty: 1 }, { penalty: 30 }, { penalty: 300 }, { penalty: 10, l1Share: 1 }];

const linear = (predictor: string): readonly Setting[] => penalties.map((options) => ({ predictor, options: { ...options, tolerance: 1e-5 } }));

/** From so many categories of an input on, splits by rare ones may be by chance, or what tells most: both are tried. */
const manyCategories = 30;
const rareBelow = 200;

/** Small trees, and larger ones where there are rows to fill them; each tree of some of the inputs, which makes up for one another's mistakes. */
function boosted({ rows, inputs }: Pick<Examples, 'rows' | 'inputs'>): readonly Setting[] {
  const sizes = rows < 10_000 ? [{ leaves: 4, learningRate: 0.1 }, { leaves: 12, learningRate: 0.05 }] : [{ leaves: 15, learningRate: 0.1 }, { leaves: 31, learningRate: 0.05 }];
  const wary = inputs.some(({ categories }) => categories && categories.length >= manyCategories) ? [{ ...sizes[1], categoryRows: rareBelow }] : [];
  return [...sizes, ...wary].map((options) => ({ predictor: 'boosted-trees', options: { ...options, inputShare: 0.6, lambda: 5 } }));
}

/** What is tried where nobody says: a few settings of each predictor that suits the task and the size. */
export function usualSettings({ rows, inputs }: Pick<Examples, 'rows' | 'inputs'>, { task }: Pick<Answers, 'task'>): readonly Setting[] {
  const small = rows <= fewRows && rows * inputs.length <= fewNumbers;
  return [
    ...linear(task === 'regression' ? 'linear-regression' : 'logistic-regression'),
    { predictor: 'decision-tree', options: {} },
    ...boosted({ rows, inputs }),
    { predictor: 'random-forest', options: { trees: 100, leafRows: Math.max(5, Math.round(rows / 2000)) } },
    ...(small && task === 'binary' ? [{ predictor: 'linear-svm', options: {} }] : []),
    ...(small ? [{ predictor: 'nearest-neighbours', options: {} }, { predictor: 'neural-network', options: { epochs: 50, patience: 5 } }] : []),
  ];
}
