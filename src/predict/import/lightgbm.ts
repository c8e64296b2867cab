import { ShoalError } from '../../errors.js';
import type { Input } from '../../domain/examples.js';
import type { DecisionTree, Forest, Link } from '../../domain/forest.js';
import { doubleBelow } from '../../util/double.js';
import { treeOf, type Step } from './tree-of.js';

/**
 * A model that LightGBM saved as text (`Booster.save_model`, versions 2 to 4): boosted trees or a random forest of any of its objectives that ends in a sum, a
 * probability, several or an exponential. Its predictions are LightGBM's, and so are its Shapley values (`pred_contrib`), but that
 * the sums here are the log-odds themselves where `sigmoid` is not 1, and the mean of the trees where it is a random forest. @throws `predict/bad-model`, `predict/unsupported-model`
 */
export function importLightgbm(text: string): Forest {
  const { head, trees, rest } = blocks(text);
  const inputs = inputsOf(head, rest);
  const outputs = wholes(head, 'num_tree_per_iteration', 1, 1, 10_000)[0];
  const { link, factor } = objectiveOf(head.get('objective'));
  if (trees.length % outputs !== 0) fail(`it has ${trees.length} trees, which do not part among its ${outputs} classes`);
  const scale = factor / (head.has('average_output') ? Math.max(1, trees.length / outputs) : 1);
  return {
    inputs,
    outputs,
    base: new Float64Array(outputs),
    link,
    trees: trees.map((fields, t) => treeFrom(fields, t % outputs, inputs.length, scale)),
  };
}

type Fields = ReadonlyMap<string, string>;

function fail(problem: string): never {
  throw new ShoalError('predict/bad-model', { tool: 'LightGBM', problem });
}

function refuse(what: string, instead: string): never {
  throw new ShoalError('predict/unsupported-model', { tool: 'LightGBM', what, instead });
}

/** The fields before the first tree, those of each tree, and the lines after the last. */
function blocks(text: string): { head: Fields; trees: Fields[]; rest: readonly string[] } {
  const lines = text.split('\n');
  if (lines[0]?.trim() !== 'tree') fail("it does not begin with the line 'tree'");
  const head = new Map<string, string>();
  const trees: Map<string, string>[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i].trimEnd();
    if (line === 'end of trees') return { head, trees, rest: lines.slice(i + 1) };
    const equals = line.indexOf('=');
    const [key, value] = equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
    if (key === 'Tree') trees.push(new Map());
    else if (key !== '') (trees.at(-1) ?? head).set(key, value);
  }
  return fail("it ends before the line 'end of trees'");
}

function inputsOf(head: Fields, rest: readonly string[]): Input[] {
  const names = (head.get('feature_names') ?? fail('it has no feature_names')).split(' ');
  if (new Set(names).size < names.length) fail('two of its feature_names are the same');
  if (wholes(head, 'max_feature_idx', 1, 0, 1e6)[0] !== names.length - 1) fail('it has another number of feature_names than max_feature_idx says');
  const infos = head.get('feature_infos')?.split(' ') ?? [];
  const categorical = names.flatMap((_, j) => (/^-?\d+(:-?\d+)*$/.test(infos[j] ?? '') ? [j] : []));
  const lists = categoriesOf(rest);
  // Without the names that pandas gave them, categories are the numbers that they were.
  const known = lists.length === categorical.length ? new Map(categorical.map((j, i) => [j, lists[i]])) : new Map<number, string[]>();
  return names.map((name, j) => (known.has(j) ? { name, categories: known.get(j)! } : { name }));
}

function categoriesOf(rest: readonly string[]): string[][] {
  const line = rest.find((one) => one.startsWith('pandas_categorical:'));
  if (!line) return [];
  try {
    const lists: unknown = JSON.parse(line.slice('pandas_categorical:'.length));
    return Array.isArray(lists) && lists.every(Array.isArray) ? lists.map((list) => list.map(String)) : [];
  } catch {
    return fail('its pandas_categorical line is not JSON');
  }
}

const links: Readonly<Record<string, Link>> = {
  binary: 'logistic', cross_entropy: 'logistic', xentropy: 'logistic', multiclassova: 'logistic', multiclass: 'softmax',
  poisson: 'exponential', gamma: 'exponential', tweedie: 'exponential',
  regression: 'identity', regression_l1: 'identity', huber: 'identity', fair: 'identity', quantile: 'identity', mape: 'identity', lambdarank: 'identity', rank_xendcg: 'identity',
};

/** The link, and what sums are multiplied with before it. A model without an objective (a custom one) says its sums. */
function objectiveOf(objective: string | undefined): { link: Link; factor: number } {
  if (objective === undefined) return { link: 'identity', factor: 1 };
  const [name, ...settings] = objective.split(' ');
  if (!Object.hasOwn(links, name)) refuse(`the objective '${name}'`, `Those that are read: ${Object.keys(links).join(', ')}.`);
  if (settings.includes('sqrt')) refuse('an answer learnt as its square root (reg_sqrt)', 'Train it without reg_sqrt, on the square roots where they are wanted.');
  const sigmoid = settings.find((setting) => setting.startsWith('sigmoid:'));
  return { link: links[name], factor: sigmoid ? finite(sigmoid.slice(8), 'sigmoid') : 1 };
}

/** Where a child is: an inner node, or −1 − a leaf; `part` of a node whose zeros go another way, and how much of the cover still counts. */
interface Place {
  readonly node: number;
  readonly part?: 'below' | 'within';
  readonly share: number;
}

/** What counts as zero where zeros are missing values. */
const zero = Math.fround(1e-35);
/** So little of the cover that it is nothing beside the rest, but still parts in the same proportion. */
const nothing = 2 ** -80;

function treeFrom(fields: Fields, output: number, inputs: number, scale: number): DecisionTree {
  if (fields.get('is_linear') === '1') refuse('linear models in its leaves (linear_tree)', 'Train it without linear_tree.');
  const leaves = wholes(fields, 'num_leaves', 1, 1, 1e7)[0];
  const n = leaves - 1;
  const value = numbers(fields, 'leaf_value', leaves);
  if (n === 0) return treeOf<number>(output, 0, () => ({ leaf: value[0] * scale, cover: 1 }), 1, fail);
  const [input, types] = [wholes(fields, 'split_feature', n, 0, inputs - 1), wholes(fields, 'decision_type', n, 0, 15)];
  const [left, right] = [wholes(fields, 'left_child', n, -leaves, n - 1), wholes(fields, 'right_child', n, -leaves, n - 1)];
  const threshold = numbers(fields, 'threshold', n, (word) => (/^-?inf$/.test(word) ? (word[0] === '-' ? -Infinity : Infinity) : finite(word, 'threshold')));
  const sets = setsOf(fields);
  const covers = coversOf(fields, leaves);
  const inner = fields.has('internal_value') ? numbers(fields, 'internal_value', n) : new Float64Array(n);

  const coverOf = (node: number) => (node < 0 ? covers.leaf[-1 - node] : covers.inner[node]);

  function step({ node, part, share }: Place): Step<Place> {
    if (node < 0) return { leaf: value[-1 - node] * scale, cover: coverOf(node) * share };
    const common = { input: input[node], value: inner[node] * scale, cover: coverOf(node) * share };
    const to = (child: Int32Array, weight = share): Place => ({ node: child[node], share: weight });
    if (types[node] & 1) return { ...common, threshold: 0, codes: sets(threshold[node]), missingLeft: false, left: to(left), right: to(right) };
    // LightGBM reads what is this small as 0.
    const t = Math.abs(threshold[node]) > zero ? threshold[node] : threshold[node] < 0 ? doubleBelow(-zero) : zero;
    const missing = types[node] >> 2;
    const missingLeft = missing === 0 ? t >= 0 : (types[node] & 2) !== 0;
    const plain = { ...common, missingLeft, left: to(left), right: to(right) };
    if (missing !== 1) return { ...plain, threshold: t };
    // Zeros are missing: they go where a missing value goes, wherever the threshold would send them.
    if (missingLeft === (t >= zero)) return { ...plain, threshold: t };
    const [theirs, others] = missingLeft ? [left, right] : [right, left];
    // What the threshold alone would send to one side with the zeros is parted: below them, the zeros, above them. Its cover is all on one of the parts.
    const next = (of: Place['part'], weight = share): Place => ({ node, part: of, share: weight });
    const parted = { ...plain, cover: coverOf(others[node]) * share };
    if (part === 'below') return { ...parted, threshold: doubleBelow(-zero), left: to(others, share * nothing), right: next('within') };
    if (part === 'within') return { ...parted, threshold: zero, left: to(theirs, share * nothing), right: to(others) };
    return missingLeft ? { ...plain, threshold: t, right: next('below') } : { ...plain, threshold: t, left: next('below') };
  }
  // A node whose zeros go another way stands three times over what is below it.
  return treeOf(output, { node: 0, share: 1 }, step, types.some((type) => type >> 2 === 1 && !(type & 1)) ? 64 * leaves : 2 * leaves - 1, fail);
}

/** The codes of a categorical node, whose threshold is the number of its set. */
function setsOf(fields: Fields): (index: number) => Int32Array {
  const sets = fields.has('num_cat') ? wholes(fields, 'num_cat', 1, 0, 1e7)[0] : 0;
  const bounds = sets > 0 ? wholes(fields, 'cat_boundaries', sets + 1, 0, 1e8) : new Int32Array(1);
  const words = sets > 0 ? wholes(fields, 'cat_threshold', bounds[sets], 0, 2 ** 32 - 1, Float64Array) : new Float64Array();
  return (index) => {
    if (!Number.isInteger(index) || index < 0 || index >= sets || bounds[index + 1] < bounds[index]) fail(`a node asks for categories number ${index} of ${sets}`);
    const codes: number[] = [];
    for (let w = bounds[index]; w < bounds[index + 1]; w++) for (let bit = 0; bit < 32; bit++) if ((words[w] >>> bit) & 1) codes.push((w - bounds[index]) * 32 + bit);
    if ((codes.at(-1) ?? 0) > 65_535) refuse('a categorical column with a code above 65,535', 'Number its categories from 0 on, or join rare ones.');
    return Int32Array.from(codes);
  };
}

/** Rows that came through each leaf and each inner node; their weights where they were not counted. */
function coversOf(fields: Fields, leaves: number): { leaf: Float64Array; inner: Float64Array } {
  const named = (leaf: string, inner: string) => (fields.has(leaf) && fields.has(inner) ? { leaf: numbers(fields, leaf, leaves), inner: numbers(fields, inner, leaves - 1) } : undefined);
  const found = named('leaf_count', 'internal_count') ?? named('leaf_weight', 'internal_weight') ?? { leaf: new Float64Array(leaves).fill(1), inner: new Float64Array(leaves - 1).fill(1) };
  if ([...found.leaf, ...found.inner].some((cover) => cover < 0)) fail('less than no rows came through a node');
  return found;
}

function numbers(fields: Fields, key: string, count: number, read = (word: string) => finite(word, key)): Float64Array {
  const words = (fields.get(key) ?? fail(`it has no ${key}`)).split(' ');
  if (words.length !== count) fail(`${key} has ${words.length} values where ${count} are expected`);
  return Float64Array.from(words, read);
}

function finite(word: string, key: string): number {
  const value = word.trim() === '' ? Number.NaN : Number(word);
  return Number.isFinite(value) ? value : fail(`${key} has the value '${word.slice(0, 40)}', which is no number`);
}

function wholes(fields: Fields, key: string, count: number, least: number, most: number): Int32Array;
function wholes(fields: Fields, key: string, count: number, least: number, most: number, kind: typeof Float64Array): Float64Array;
function wholes(fields: Fields, key: string, count: number, least: number, most: number, kind: typeof Int32Array | typeof Float64Array = Int32Array): Int32Array | Float64Array {
  const found = numbers(fields, key, count);
  const bad = found.find((value) => !Number.isInteger(value) || value < least || value > most);
  if (bad !== undefined) fail(`${key} has the value ${bad}, which must be a whole number from ${least} to ${most}`);
  return kind.from(found);
}
