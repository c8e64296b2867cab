import { nodeWords, type Shap, type ShapPlan, treeWords } from './shap-plan.js';

/**
 * Idea: the Shapley value of an input in a leaf is an integral over t in (0, 1) of a polynomial, the product over the other inputs on its path of o t + z (1 − t):
 * o = 1 where the row satisfies what the path asks of the input, z = the share of the training rows that did. With enough points the integral is exact, and at a
 * point all leaves below an edge are one sum: down the tree go products, up come sums, and each edge gives its input a weighted sum of them. O(nodes × points) per row
 * and tree, where points are half the inputs on the longest path; all in one magnitude, so nothing overflows or cancels in deep trees.
 * After Yang, "Fast TreeSHAP" (arXiv 2109.09847), and Yu et al., "Linear TreeShap" (arXiv 2209.08192), with Gauss–Legendre points in place of polynomial arithmetic.
 */
export function shapReference(plan: ShapPlan): Shap {
  const { d, outputs, trees, inputs } = plan;
  return {
    add(columns, count, values) {
      for (let t = 0; t < trees.length; t += treeWords) {
        const own = inputs.subarray(trees[t + 7], trees[t + 7] + trees[t + 8]);
        const scratch = scratchOf(plan, t);
        for (let i = 0; i < count; i++) {
          const given = valuesOf(plan, t, (j) => columns[j * count + i], scratch);
          own.forEach((j, k) => (values[(i * outputs + trees[t + 6]) * d + j] += given[k]));
        }
      }
    },
    release() {},
  };
}

interface Scratch {
  /** Per slot and point: on the way down the product of the factors above, on the way up the sum below. */
  readonly sums: Float64Array;
  /** Per inner node: 0 = another edge of its input, above, is not the row's; 1 = the row goes left; 2 = right. */
  readonly states: Uint8Array;
  /** The value of each of the tree's inputs. */
  readonly values: Float64Array;
}

function scratchOf({ trees }: ShapPlan, t: number): Scratch {
  const [inner, leaves, points] = [trees[t + 1], trees[t + 3], trees[t + 4]];
  return { sums: new Float64Array((inner + leaves) * points), states: new Uint8Array(inner), values: new Float64Array(trees[t + 8]) };
}

function valuesOf(plan: ShapPlan, t: number, of: (input: number) => number, { sums, states, values }: Scratch): Float64Array {
  const { trees, nodes, leaves, constants } = plan;
  const [first, inner, firstLeaf, leafCount, q, constantsAt] = trees.subarray(t, t + 6);
  const stride = 9 * q;
  values.fill(0);
  sums.fill(1, 0, q);
  for (let n = 0; n < inner; n++) {
    const at = (first + n) * nodeWords;
    const above = nodes[at + 5];
    const state = above >= 0 && states[above] !== nodes[at + 6] ? 0 : goesLeft(plan, first + n, of(nodes[at])) ? 1 : 2;
    states[n] = state;
    const own = constantsAt + n * stride + state * 3 * q;
    const [left, right] = [nodes[at + 3] * q, nodes[at + 4] * q];
    for (let p = 0; p < q; p++) {
      const here = sums[n * q + p];
      sums[left + p] = here * constants[own + p];
      sums[right + p] = here - sums[left + p];
    }
  }
  for (let l = 0; l < leafCount; l++) for (let p = 0; p < q; p++) sums[(inner + l) * q + p] *= leaves[firstLeaf + l];
  for (let n = inner - 1; n >= 0; n--) {
    const at = (first + n) * nodeWords;
    const [left, right] = [nodes[at + 3] * q, nodes[at + 4] * q];
    const weights = constantsAt + n * stride + states[n] * 3 * q + q;
    // Even and odd points apart, as two lanes add them.
    let even = 0, odd = 0;
    for (let p = 0; p < q; p += 2) {
      even += sums[left + p] * constants[weights + p] + sums[right + p] * constants[weights + q + p];
      odd += sums[left + p + 1] * constants[weights + p + 1] + sums[right + p + 1] * constants[weights + q + p + 1];
    }
    values[nodes[at + 7]] += even + odd;
    for (let p = 0; p < q; p++) sums[n * q + p] = sums[left + p] + sums[right + p];
  }
  return values;
}

function goesLeft({ nodes, thresholds, sets }: ShapPlan, node: number, value: number): boolean {
  const at = node * nodeWords;
  if (Number.isNaN(value)) return nodes[at + 1] === 1;
  const set = nodes[at + 2];
  if (set < 0) return value <= thresholds[node];
  const code = value | 0;
  return code === value && code >= 0 && code >> 5 < sets[set] && ((sets[set + 1 + (code >> 5)] >> (code & 31)) & 1) === 1;
}
