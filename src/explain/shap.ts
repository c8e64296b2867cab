import { columnsFor, type Examples } from '../domain/examples.js';
import type { DecisionTree, Forest } from '../domain/forest.js';
import type { Kernel } from '../kernel/kernel.js';
import { leftShare, shapPlans } from './shap-plan.js';

/** Why a model says what it says: per row, the sum before the link (log-odds for a probability) parted among the inputs. */
export interface Shap {
  readonly rows: number;
  readonly outputs: number;
  readonly inputs: number;
  /** What is said where nothing is known, one per output. */
  readonly base: Float64Array;
  /** rows × outputs × inputs. With the base, those of a row and an output sum to what the model says. */
  readonly values: Float64Array;
}

/** Rows that are made ready for the kernel at once. */
const block = 16_384;

/**
 * Exact Shapley values of the path-dependent game of TreeSHAP (Lundberg et al. 2020): what an unknown input leads to is weighted by the training rows
 * that went each way. How they are worked out: kernel/reference-shap.ts. The same bits whatever kernel, threads and number of rows. @throws `predict/no-input`
 */
export function treeShap(forest: Forest, x: Examples, kernel: Pick<Kernel, 'shap'>): Shap {
  const columns = columnsFor(forest.inputs, x);
  const d = columns.length;
  const { outputs } = forest;
  const values = new Float64Array(x.rows * outputs * d);
  for (const plan of shapPlans(forest)) {
    const shap = kernel.shap(plan, x.rows);
    try {
      for (let start = 0; start < x.rows; start += block) {
        const count = Math.min(block, x.rows - start);
        const some = new Float64Array(d * count);
        columns.forEach((column, j) => some.set(column.subarray(start, start + count), j * count));
        shap.add(some, count, values.subarray(start * outputs * d, (start + count) * outputs * d));
      }
    } finally {
      shap.release();
    }
  }
  return { rows: x.rows, outputs, inputs: d, base: meanOf(forest), values };
}

/** What a forest says of a row of which nothing is known, one sum per output. */
function meanOf(forest: Forest): Float64Array {
  const base = forest.base.slice();
  for (const tree of forest.trees) base[tree.output] += treeMean(tree);
  return base;
}

function treeMean(tree: DecisionTree): number {
  const means = tree.value.slice();
  // Children come after their parent.
  for (let n = tree.input.length - 1; n >= 0; n--) {
    if (tree.input[n] < 0) continue;
    const left = leftShare(tree, n);
    means[n] = left * means[tree.left[n]] + (1 - left) * means[tree.right[n]];
  }
  return means[0];
}
