// Classification and regression trees on bins (Breiman 1984, 2001): written to be read; assembly/forest.ts does the same, operation by operation.
import { hessianBits, nearest, rowBits } from './fixed-point.js';
import type { ForestPlan, ForestRows, ForestRules, ForestTree } from './forest-rows.js';
import { binOf, mostOf } from './reference-trees.js';
import { seededInts } from './seeded-ints.js';

/** Gains are differences of great sums: less than this part of them is rounding. */
const rounding = 1e-10;

/** Weights and weighted numbers of all rows as integers: sums are exact. */
export interface ForestUnits {
  /** Of a weight. */
  readonly weight: number;
  /** Of a weighted number. */
  readonly number: number;
}

/** Powers of two, so that weights take the bits that their number leaves them, and numbers 30. */
export function forestUnits({ rows, classes, targets, weights }: ForestPlan): ForestUnits {
  const exponent = (value: number) => Math.max(-900, Math.min(900, Math.ceil(Math.log2(value))));
  const weight = weights ? 2 ** (exponent(mostOf(weights)) - hessianBits(rows)) : 1;
  const most = classes > 0 ? 1 : mostOf(weights ? targets.map((y, i) => y * weights[i]) : targets);
  return { weight, number: 2 ** (exponent(most) - Math.min(30, 52 - rowBits(rows))) };
}

/** A node's rows: per class, or altogether, their number (however often they were drawn) and weight; for numbers also the sum. */
interface Sums {
  readonly n: Float64Array;
  readonly w: Float64Array;
  g: number;
}

export function forestRows(plan: ForestPlan): ForestRows {
  const { columns, bins, rows, classes, targets, weights } = plan;
  const codes = columns.map((column, j) => Uint8Array.from(column, (value) => binOf(value, bins[j])));
  const units = forestUnits(plan);
  const heavy = Float64Array.from({ length: rows }, (_, i) => (weights ? nearest(weights[i] / units.weight) : 1));
  const numbers = classes > 0 ? undefined : Float64Array.from({ length: rows }, (_, i) => nearest((targets[i] * (weights ? weights[i] : 1)) / units.number));
  const slots = Math.max(1, classes);
  const empty = (): Sums => ({ n: new Float64Array(slots), w: new Float64Array(slots), g: 0 });
  const add = (to: Sums, i: number, times: number) => {
    const slot = classes > 0 ? targets[i] : 0;
    to.n[slot]++;
    to.w[slot] += times * heavy[i];
    if (numbers) to.g += times * numbers[i];
  };
  const count = ({ n }: Sums) => n.reduce((a, b) => a + b, 0);
  /** Σ (weight of a class)² / weight, or (Σ number)² / weight: the greater the purer. */
  const purity = ({ w, g }: Sums) => {
    let total = 0;
    let squares = 0;
    for (let c = 0; c < slots; c++) {
      total += w[c];
      squares += w[c] * w[c];
    }
    return total > 0 ? (numbers ? g * g : squares) / total : 0;
  };
  const minus = (a: Sums, b: Sums): Sums => ({ n: a.n.map((n, c) => n - b.n[c]), w: a.w.map((w, c) => w - b.w[c]), g: a.g - b.g });

  function grow(seed: number, rules: ForestRules): ForestTree {
    const draw = seededInts(seed);
    const drawn = new Int32Array(rows).fill(rules.bootstrap ? 0 : 1);
    if (rules.bootstrap) for (let k = 0; k < rows; k++) drawn[draw(rows)]++;
    const order = Int32Array.from(bins.keys());
    const nodes: { input: number; bin: number; missingLeft: number; left: number; right: number; sums: Sums }[] = [];
    const visit = (part: number[], sums: Sums, depth: number): number => {
      const at = nodes.push({ input: -1, bin: 0, missingLeft: 0, left: -1, right: -1, sums }) - 1;
      const alike = part.length < 2 || (classes > 0 && sums.n.filter((n) => n > 0).length === 1);
      if (depth >= rules.maxDepth || count(sums) < 2 * rules.minRows || alike) return at;
      const own = purity(sums);
      let most = own + rounding * own;
      let found: { input: number; bin: number; missingLeft: number; left: Sums } | undefined;
      for (let tried = 0, k = 0; k < order.length && (tried < rules.tries || !found); k++) {
        const other = k + draw(order.length - k);
        [order[k], order[other]] = [order[other], order[k]];
        const input = order[k];
        const size = bins[input].count;
        const histogram = Array.from({ length: size + 1 }, empty);
        for (const i of part) add(histogram[codes[input][i]], i, drawn[i]);
        const missing = histogram[size];
        const some = count(missing) > 0;
        if (histogram.filter((bin) => count(bin) > 0).length < 2) continue;
        tried++;
        for (const missingLeft of some ? [0, 1] : [0]) {
          let left = missingLeft === 1 ? missing : empty();
          for (let bin = 0; bin < size; bin++) {
            if (count(histogram[bin]) === 0) continue;
            left = minus(left, minus(empty(), histogram[bin]));
            const right = minus(sums, left);
            if (count(left) < rules.minRows) continue;
            if (count(right) < rules.minRows) break;
            const gain = purity(left) + purity(right);
            if (gain <= most) continue;
            most = gain;
            found = { input, bin, missingLeft: some ? missingLeft : count(left) > count(right) ? 1 : 0, left };
          }
        }
      }
      if (!found) return at;
      const { input, bin, missingLeft, left } = found;
      const goesLeft = (i: number) => (codes[input][i] === bins[input].count ? missingLeft === 1 : codes[input][i] <= bin);
      Object.assign(nodes[at], { input, bin, missingLeft });
      nodes[at].left = visit(part.filter(goesLeft), left, depth + 1);
      nodes[at].right = visit(part.filter((i) => !goesLeft(i)), minus(sums, left), depth + 1);
      return at;
    };
    const all = empty();
    const part = Array.from(drawn.keys()).filter((i) => drawn[i] > 0);
    for (const i of part) add(all, i, drawn[i]);
    visit(part, all, 0);
    const width = numbers ? 2 : slots;
    const sums = new Float64Array(nodes.length * width);
    nodes.forEach((node, at) => {
      if (numbers) sums.set([node.sums.g * units.number, node.sums.w[0] * units.weight], at * 2);
      else for (let c = 0; c < slots; c++) sums[at * slots + c] = node.sums.w[c] * units.weight;
    });
    return {
      input: Int32Array.from(nodes, (node) => node.input), bin: Int32Array.from(nodes, (node) => node.bin), missingLeft: Uint8Array.from(nodes, (node) => node.missingLeft),
      left: Int32Array.from(nodes, (node) => node.left), right: Int32Array.from(nodes, (node) => node.right), sums,
    };
  }

  return { grow: (seeds, rules) => Array.from(seeds, (seed) => grow(seed, rules)), release() {} };
}
