import type { Context } from '../context.js';
import type { EncodedFeature } from '../domain/matrix.js';
import type { SegmentRule } from '../domain/profile.js';
import type { SegmentTree, TreeNode } from '../domain/tree.js';
import { decodeValue, encodeValue } from '../util/encode-value.js';
import { formatPercent } from '../util/format-value.js';
import { gather, gatherInts } from '../util/gather.js';
import { quoteName } from '../util/quote.js';
import { stratifiedSample } from '../util/stratified-sample.js';
import { centres } from './centres.js';
import { conditionText } from './condition.js';
import { expand, type Ground, type GroundFeature, imm, type Tree } from './imm.js';
import { type Condition, ruleText } from './rules.js';
import { segmentCount, type Subject } from './subject.js';
import { below, type Thresholds, thresholds } from './thresholds.js';

export interface TreeOptions {
  /** Most leaves; by default twice the number of segments. At least one per segment. */
  readonly leaves?: number;
}

/** Rows that a tree is grown on; as many again are held out. */
const mostRows = 20_000;
/** A leaf beyond one per segment has to lower the cost by this part of what it was: a tree is read by a person. */
const worthwhile = 0.005;
/** A tree of more leaves nobody reads, and it takes long to grow. */
const mostSegments = 100;
/** Share of rows nearest to the mean of their own segment from which segments count as nearest centres. */
const centred = 0.95;

/**
 * A partition, however it was found, as a threshold tree over raw features: IMM for one leaf per segment, ExKMC for the others (see imm.ts), with centres
 * the model's or the means of the segments. Grown on one half of at most 40,000 sampled rows, on at most 255 thresholds per feature (all there are between
 * the sampled values, or as many quantiles), measured on the other half. Outliers are left out: a tree has no leaf for them. Features that took part in
 * making the segments only. Undefined with no segment at all, and with more than 100.
 */
export function thresholdTree(subject: Subject, context: Pick<Context, 'rng'>, options: TreeOptions = {}): SegmentTree | undefined {
  const k = segmentCount(subject);
  const used = usedFeatures(subject);
  if (k === 0 || k > mostSegments || used.length === 0) return undefined;
  const { train, test } = halves(subject, k, context);
  const middle = centres(subject, k);
  const cuts = used.map(({ c, column, encoding }) => thresholds(filled(gather(column, train.rows), encoding), raw(middle, k, c, subject.matrix.d, encoding)));
  const ground = groundOf(subject, train, k, used, cuts, middle);
  const distances = distancesTo(subject, train.rows, middle, k);
  const aim = nearShare(distances, ground) >= centred ? 'distance' : 'agreement';
  const cost = aim === 'distance' ? distances : mismatches(ground);
  const fewest = imm(ground);
  const { tree } = expand(ground, fewest, cost, Math.max(k, options.leaves ?? 2 * k), worthwhile);

  const held = judged(subject, test, k, used, cuts, middle);
  const said = wording(subject, used, cuts);
  const measured = held(tree);
  return {
    root: nodeOf(tree),
    leaves: measured.leaves.length,
    price: round(measured.price),
    priceOfFewest: round(held(fewest).price),
    fidelity: round(measured.fidelity),
    segments: measured.segments.map((scores, segment) => ({ segment, ...scores, text: said.segment(tree, segment, measured.leaves.map(({ share }) => share)) })),
    sql: said.sql(tree),
    aim,
    heldOutRows: test.rows.length,
  };

  function nodeOf(node: Tree): TreeNode {
    if ('segment' in node) {
      const { share, purity } = measured.leaves.find(({ leaf }) => leaf === node)!;
      return { segment: node.segment, share: round(share), purity: round(purity) };
    }
    const { feature, encoding } = used[node.feature];
    return { feature: feature.name, threshold: cuts[node.feature].at[node.cut], missing: encoding.fill, text: said.left(node.feature, node.cut), left: nodeOf(node.left), right: nodeOf(node.right) };
  }
}

/**
 * Which of the two to show first. A tree puts everybody into exactly one segment; rules of one segment each may overlap and leave some out, but each is
 * shorter. So: the tree, unless the rules find their segments clearly better (mean held-out F1 by size, over 0.03 more).
 */
export function treeOrRules(tree: SegmentTree, rules: readonly SegmentRule[], shares: readonly number[]): { readonly show: 'tree' | 'rules'; readonly reason: string } {
  const mean = (list: readonly { readonly fidelity: number }[]) => list.reduce((sum, { fidelity }, s) => sum + fidelity * shares[s], 0) / shares.reduce((a, b) => a + b, 0);
  const [ofTree, ofRules] = [mean(tree.segments), mean(rules)];
  const [a, b] = [formatPercent(ofTree), formatPercent(ofRules)];
  return ofRules > ofTree + 0.03
    ? { show: 'rules', reason: `One rule per segment finds the segments again better (F1 ${b}) than one tree for all of them does (${a}).` }
    : { show: 'tree', reason: `One tree of ${tree.leaves} leaves finds the segments again (F1 ${a}) about as well as rules of one segment each (${b}), or better, and puts everybody into exactly one.` };
}

interface Used {
  readonly c: number;
  readonly j: number;
  readonly encoding: EncodedFeature;
  readonly column: Float64Array;
  readonly feature: Subject['table']['features'][number];
}

function usedFeatures({ table, matrix }: Subject): Used[] {
  return matrix.encoder.features.flatMap((encoding, c) => {
    const j = table.features.findIndex((f) => f.name === encoding.name);
    return j < 0 || encoding.scale === 0 ? [] : [{ c, j, encoding, column: table.columns[j], feature: table.features[j] }];
  });
}

interface Half {
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

/** Rows in segments, each half with the weights that make it stand for all. Few segments keep at least 1,000 rows where they have them. */
function halves({ assignment }: Subject, k: number, context: Pick<Context, 'rng'>): { train: Half; test: Half } {
  const rng = context.rng('explain/tree');
  const limit = Math.min(mostRows, Math.floor(4e6 / k));
  const sample = stratifiedSample(assignment.labels, k, 2 * limit, Math.min(1000, Math.floor(limit / k)), rng);
  const sides: [number[], number[]] = [[], []];
  for (let i = 0; i < sample.rows.length; i++) if (assignment.labels[sample.rows[i]] >= 0) sides[rng.next() < 0.5 ? 0 : 1].push(i);
  const [train, test] = sides.map((side) => ({ rows: gatherInts(sample.rows, Int32Array.from(side)), weights: gather(sample.weights, Int32Array.from(side)) }));
  return { train, test: test.rows.length > 0 ? test : train };
}

const filled = (values: Float64Array, { fill }: EncodedFeature) => values.map((value) => (Number.isNaN(value) ? fill : value));
const raw = (middle: Float64Array, k: number, c: number, d: number, encoding: EncodedFeature) => Array.from({ length: k }, (_, s) => decodeValue(middle[s * d + c], encoding));

function groundOf({ matrix: { d }, assignment }: Subject, { rows, weights }: Half, k: number, used: readonly Used[], cuts: readonly Thresholds[], middle: Float64Array): Ground {
  return {
    k, weights,
    labels: gatherInts(assignment.labels, rows),
    features: used.map(({ c, encoding, column }, f): GroundFeature => {
      const { at, bins } = cuts[f];
      const low = new Float64Array(at.length + 1).fill(Infinity), high = new Float64Array(at.length + 1).fill(-Infinity);
      for (let i = 0; i < rows.length; i++) {
        const z = encodeValue(column[rows[i]], encoding);
        low[bins[i]] = Math.min(low[bins[i]], z);
        high[bins[i]] = Math.max(high[bins[i]], z);
      }
      return { bins, centres: Uint8Array.from(raw(middle, k, c, d, encoding), (value) => below(at, value)), cuts: at.length, low, high };
    }),
  };
}

/** Squared distances of rows to centres, rows × k. */
function distancesTo({ matrix: { d, stride, data } }: Subject, rows: Int32Array, middle: Float64Array, k: number): Float64Array {
  const made = new Float64Array(rows.length * k);
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i] * stride;
    for (let s = 0; s < k; s++) {
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const off = data[at + j] - middle[s * d + j];
        sum += off * off;
      }
      made[i * k + s] = sum;
    }
  }
  return made;
}

function nearShare(distances: Float64Array, { labels, weights, k }: Ground): number {
  let near = 0, all = 0;
  for (let i = 0; i < labels.length; i++) {
    const own = distances[i * k + labels[i]];
    let nearest = true;
    for (let s = 0; s < k; s++) nearest &&= distances[i * k + s] >= own;
    all += weights[i];
    if (nearest) near += weights[i];
  }
  return all > 0 ? near / all : 1;
}

function mismatches({ labels, k }: Ground): Float64Array {
  return Float64Array.from({ length: labels.length * k }, (_, at) => (labels[Math.floor(at / k)] === at % k ? 0 : 1));
}

/** Measures a tree on rows by their raw values. */
function judged(subject: Subject, { rows, weights }: Half, k: number, used: readonly Used[], cuts: readonly Thresholds[], middle: Float64Array) {
  const labels = gatherInts(subject.assignment.labels, rows);
  const distances = distancesTo(subject, rows, middle, k);
  const values = used.map(({ column, encoding }) => filled(gather(column, rows), encoding));
  const bins = (f: number, cut: number) => Uint8Array.from(values[f], (value) => Number(value > cuts[f].at[cut]));
  return (tree: Tree) => {
    const picked = new Float64Array(k), right = new Float64Array(k), members = new Float64Array(k);
    let cost = 0, least = 0, total = 0;
    const leaves = endsOf(tree, Int32Array.from(rows.keys())).map(({ leaf, ends }) => {
      let here = 0, own = 0;
      for (const i of ends) {
        here += weights[i];
        if (labels[i] === leaf.segment) own += weights[i];
        members[labels[i]] += weights[i];
        cost += weights[i] * distances[i * k + leaf.segment];
        let nearest = Infinity;
        for (let s = 0; s < k; s++) nearest = Math.min(nearest, distances[i * k + s]);
        least += weights[i] * nearest;
      }
      picked[leaf.segment] += here;
      right[leaf.segment] += own;
      total += here;
      return { leaf, here, own };
    });
    return {
      price: least > 0 ? cost / least : 1,
      fidelity: right.reduce((a, b) => a + b, 0) / (total || 1),
      leaves: leaves.map(({ leaf, here, own }) => ({ leaf, share: here / (total || 1), purity: here > 0 ? own / here : 0 })),
      segments: Array.from({ length: k }, (_, s) => ({
        precision: round(picked[s] > 0 ? right[s] / picked[s] : 0),
        recall: round(members[s] > 0 ? right[s] / members[s] : 0),
        fidelity: round(picked[s] + members[s] > 0 ? (2 * right[s]) / (picked[s] + members[s]) : 0),
      })),
    };
  };

  function endsOf(node: Tree, inside: Int32Array): { readonly leaf: Extract<Tree, { segment: number }>; readonly ends: Int32Array }[] {
    if ('segment' in node) return [{ leaf: node, ends: inside }];
    const up = bins(node.feature, node.cut);
    return [...endsOf(node.left, inside.filter((i) => up[i] === 0)), ...endsOf(node.right, inside.filter((i) => up[i] === 1))];
  }
}

/** The tree in words and in SQL. */
function wording(subject: Subject, used: readonly Used[], cuts: readonly Thresholds[]) {
  const whole = used.map(({ column }, f) => cuts[f].whole || known(column));
  const byFeature = new Map(used.map(({ j }, f) => [j, f]));
  const gaps = new Map<number, boolean>();
  const hasGaps = (f: number) => {
    if (!gaps.has(f)) gaps.set(f, used[f].column.some(Number.isNaN));
    return gaps.get(f)!;
  };
  /** Paths from the root to each leaf, bounds of one feature drawn together. */
  const paths = (node: Tree, bounds: readonly Condition[] = []): { readonly segment: number; readonly conditions: readonly Condition[] }[] => {
    if ('segment' in node) return [{ segment: node.segment, conditions: bounds }];
    const { j } = used[node.feature];
    const value = cuts[node.feature].at[node.cut];
    const narrowed = (op: Condition['op']) => [...bounds.filter((b) => b.j !== j || b.op !== op), { j, op, value }];
    return [...paths(node.left, narrowed('<=')), ...paths(node.right, narrowed('>'))];
  };
  const column = (f: number) => {
    const name = quoteName(used[f].feature.name);
    return hasGaps(f) ? `coalesce(nullif(CAST(${name} AS DOUBLE), CAST('NaN' AS DOUBLE)), ${used[f].encoding.fill})` : name;
  };
  return {
    left: (f: number, cut: number) => conditionText(used[f].feature, { op: '<=', value: cuts[f].at[cut] }, whole[f], subject.currency),
    /** Its leaves, the largest first; `shares` are of all leaves, from left to right. */
    segment: (tree: Tree, segment: number, shares: readonly number[]) => {
      const own = paths(tree).map((path, leaf) => ({ ...path, share: shares[leaf] })).filter((path) => path.segment === segment).sort((a, b) => b.share - a.share);
      if (own.some(({ conditions }) => conditions.length === 0)) return `all ${subject.entityWord.many}`;
      return own.map(({ conditions }) => ruleText(conditions, (j) => subject.table.features[j], (j) => whole[byFeature.get(j)!], subject)).join('; or ');
    },
    sql: (tree: Tree) => {
      const all = paths(tree);
      if (all.length === 1) return String(all[0].segment);
      const test = ({ j, op, value }: Condition) => `${column(byFeature.get(j)!)} ${op} ${value}`;
      const cases = all.slice(0, -1).map(({ segment, conditions }) => `  WHEN ${conditions.map(test).join(' AND ')} THEN ${segment}`);
      return `CASE\n${cases.join('\n')}\n  ELSE ${all[all.length - 1].segment}\nEND`;
    },
  };
}

const known = (column: Float64Array) => column.every((value) => Number.isNaN(value) || Number.isInteger(value));
const round = (x: number) => Math.round(x * 1000) / 1000;
