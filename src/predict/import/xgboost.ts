import { z } from 'zod';
import { ShoalError } from '../../errors.js';
import type { Input } from '../../domain/examples.js';
import type { DecisionTree, Forest, Link } from '../../domain/forest.js';
import { lastBelowSingle } from '../../util/double.js';
import { treeOf, type Step } from './tree-of.js';

/**
 * A model that XGBoost saved as JSON (`Booster.save_model('model.json')`, versions 1.3 to 3): boosted trees (gbtree, dart) of the objectives below. XGBoost
 * compares in single precision and strictly; thresholds are moved to the last double that it would send left, so every double goes where XGBoost sends it. Its sums are in
 * single precision too, so predictions agree to about 1e-7 of them. All trees are used, also those after `best_iteration`. The cover is `sum_hessian`.
 * @throws `predict/bad-model`, `predict/unsupported-model`
 */
export function importXgboost(text: string): Forest {
  const { learner, version } = parse(text);
  const { model, weights } = boosterOf(learner.gradient_booster);
  const { num_class: classes, num_target: targets = 1, base_score: baseScore } = learner.learner_model_param;
  if (targets > 1) refuse('several targets', 'Train one model for each.');
  const outputs = Math.max(1, classes);
  const link = linkOf(learner.objective.name, version);
  if (link === 'softmax' && outputs < 2) fail(`its objective '${learner.objective.name}' has ${outputs} classes`);
  const inputs = inputsOf(learner, model);
  if (model.tree_info.length !== model.trees.length) fail(`it has ${model.trees.length} trees, but says of ${model.tree_info.length} which class they are of`);
  return {
    inputs,
    outputs,
    base: baseOf(baseScore, outputs, learner.objective.name),
    link,
    trees: model.trees.map((tree, t) => {
      if (model.tree_info[t] >= outputs) fail(`tree ${t} is of class ${model.tree_info[t]} of ${outputs}`);
      return treeFrom(tree, model.tree_info[t], inputs.length, weights?.[t] ?? 1);
    }),
  };
}

function fail(problem: string): never {
  throw new ShoalError('predict/bad-model', { tool: 'XGBoost', problem });
}

function refuse(what: string, instead: string): never {
  throw new ShoalError('predict/unsupported-model', { tool: 'XGBoost', what, instead });
}

const whole = z.int().min(-2147483648).max(2147483647);
const wholes = z.array(whole);
const numbers = z.array(z.number());
/** Counts are saved as texts. */
const counted = z.union([z.string().regex(/^\d{1,9}$/), z.int().nonnegative()]).transform(Number);

const treeShape = z.object({
  left_children: wholes, right_children: wholes, split_indices: wholes, split_conditions: numbers,
  default_left: z.array(z.union([z.boolean().transform(Number), whole])),
  sum_hessian: numbers.optional(), base_weights: numbers.optional(), split_type: wholes.optional(),
  categories: wholes.optional(), categories_nodes: wholes.optional(), categories_segments: wholes.optional(), categories_sizes: wholes.optional(),
  tree_param: z.object({ size_leaf_vector: counted.optional() }).optional(),
});

const modelShape = z.object({
  trees: z.array(treeShape),
  tree_info: z.array(whole.nonnegative()),
  cats: z.object({ enc: z.array(z.object({ offsets: wholes.optional(), values: z.array(z.unknown()).optional() })) }).optional().catch(undefined),
});

const learnerShape = z.object({
  feature_names: z.array(z.string()).optional(),
  feature_types: z.array(z.string()).optional(),
  gradient_booster: z.discriminatedUnion('name', [
    z.object({ name: z.literal('gbtree'), model: modelShape }),
    z.object({ name: z.literal('dart'), gbtree: z.object({ model: modelShape }), weight_drop: numbers }),
  ]),
  learner_model_param: z.object({
    base_score: z.union([z.string().max(1_000_000), z.number().transform(String)]),
    num_class: counted, num_feature: counted, num_target: counted.optional(),
  }),
  objective: z.object({ name: z.string() }),
});

type Learner = z.output<typeof learnerShape>;
type Model = z.output<typeof modelShape>;
type Tree = z.output<typeof treeShape>;

function parse(text: string): { learner: Learner; version: readonly number[] } {
  let json: { learner?: { gradient_booster?: { name?: unknown } } };
  try {
    json = JSON.parse(text);
  } catch {
    return fail("it is not JSON, or it is cut off; save it as 'model.json', not as 'model.ubj'");
  }
  if (json?.learner?.gradient_booster?.name === 'gblinear') refuse('the booster gblinear', 'Train it with gbtree, or fit a linear predictor here.');
  const { data, error } = z.object({ learner: learnerShape, version: numbers.default([]) }).safeParse(json);
  if (data) return data;
  const [issue] = error.issues;
  return fail(`${issue.path.join('.') || 'the file'}: ${issue.message.slice(0, 200)}`);
}

function boosterOf(booster: Learner['gradient_booster']): { model: Model; weights?: readonly number[] } {
  if (booster.name === 'gbtree') return { model: booster.model };
  const { model } = booster.gbtree;
  if (booster.weight_drop.length !== model.trees.length) fail(`it has ${model.trees.length} trees and ${booster.weight_drop.length} weights of trees`);
  return { model, weights: booster.weight_drop };
}

const links: Readonly<Record<string, Link>> = {
  'binary:logistic': 'logistic', 'reg:logistic': 'logistic', 'binary:logitraw': 'identity', 'multi:softprob': 'softmax', 'multi:softmax': 'softmax',
  'count:poisson': 'exponential', 'reg:gamma': 'exponential', 'reg:tweedie': 'exponential',
  'reg:squarederror': 'identity', 'reg:linear': 'identity', 'reg:squaredlogerror': 'identity', 'reg:pseudohubererror': 'identity', 'reg:absoluteerror': 'identity', 'reg:quantileerror': 'identity',
  'rank:pairwise': 'identity', 'rank:ndcg': 'identity', 'rank:map': 'identity',
};

function linkOf(objective: string, [major = 0, minor = 0]: readonly number[]): Link {
  if (!Object.hasOwn(links, objective)) refuse(`the objective '${objective.slice(0, 40)}'`, `Those that are read: ${Object.keys(links).join(', ')}.`);
  if (objective === 'binary:logitraw' && (major < 3 || (major === 3 && minor < 2))) refuse("the objective 'binary:logitraw' of a version that counts base_score otherwise", 'Save it with XGBoost 3.2 or newer, or train it with binary:logistic.');
  return links[objective];
}

/** base_score is a prediction, not a sum: one for all classes, or one each. */
function baseOf(text: string, outputs: number, objective: string): Float64Array {
  const scores = text.replace(/^\[|\]$/g, '').split(',').map(Number);
  if ((scores.length !== 1 && scores.length !== outputs) || !scores.every(Number.isFinite)) fail(`base_score is '${text.slice(0, 40)}'`);
  const toSum = (score: number) => {
    if (links[objective] === 'logistic') return Math.log(score / (1 - score));
    return links[objective] === 'exponential' ? Math.log(score) : score;
  };
  const base = Float64Array.from({ length: outputs }, (_, o) => toSum(scores[scores.length === 1 ? 0 : o]));
  if (!base.every(Number.isFinite)) fail(`base_score is '${text.slice(0, 40)}', which no ${objective} model starts from`);
  return base;
}

function inputsOf({ feature_names: names = [], feature_types: types = [], learner_model_param: { num_feature: count } }: Learner, { cats }: Model): Input[] {
  if (count > 1e6) fail(`it has ${count} inputs`);
  if (names.length > 0 && names.length !== count) fail(`it has ${names.length} feature_names and ${count} inputs`);
  if (new Set(names).size < names.length) fail('two of its feature_names are the same');
  return Array.from({ length: count }, (_, j): Input => {
    const name = names[j] ?? `f${j}`;
    const categories = types[j] === 'c' ? categoriesOf(cats?.enc[j]) : undefined;
    return categories ? { name, categories } : { name };
  });
}

/** Names of categories as XGBoost keeps those of a data frame: the bytes of all, and where each begins. Without them categories are their numbers. */
function categoriesOf(encoding: { offsets?: readonly number[]; values?: readonly unknown[] } | undefined): string[] | undefined {
  const { offsets, values } = encoding ?? {};
  if (!offsets || !values || offsets.length < 2) return undefined;
  const bytes = Uint8Array.from(values, Number);
  return offsets.slice(1).map((end, i) => new TextDecoder().decode(bytes.subarray(offsets[i], end)));
}

function treeFrom(tree: Tree, output: number, inputs: number, weight: number): DecisionTree {
  const n = tree.left_children.length;
  const { left_children: left, right_children: right, split_indices: input, split_conditions: condition, default_left: defaultLeft } = tree;
  const cover = tree.sum_hessian ?? new Array<number>(n).fill(1);
  const inner = tree.base_weights ?? new Array<number>(n).fill(0);
  const types = tree.split_type?.length ? tree.split_type : new Array<number>(n).fill(0);
  for (const list of [right, input, condition, defaultLeft, cover, inner, types]) if (list.length !== n) fail(`a tree of ${n} nodes has a list of ${list.length}`);
  if (n === 0) fail('a tree has no nodes');
  if ((tree.tree_param?.size_leaf_vector ?? 1) > 1) refuse('trees with several answers in each leaf (multi_output_tree)', 'Train it with one output per tree.');
  const sets = setsOf(tree);

  function step(node: number): Step<number> {
    const common = { cover: Math.max(0, cover[node]), value: inner[node] * weight };
    if (left[node] === -1) return { leaf: Math.fround(condition[node]) * weight, cover: common.cover };
    if ([left[node], right[node]].some((child) => child < 0 || child >= n)) fail(`a node leads to node ${left[node]} or ${right[node]} of ${n}`);
    if (input[node] < 0 || input[node] >= inputs) fail(`a node asks for input ${input[node]} of ${inputs}`);
    if (!Number.isFinite(Math.fround(condition[node]))) fail(`a node asks for values below ${condition[node]}`);
    const missingLeft = defaultLeft[node] !== 0;
    // What is in the set goes right there, and left here.
    if (types[node] === 1) return { ...common, input: input[node], threshold: 0, codes: sets.get(node) ?? fail('a node has no categories'), missingLeft: !missingLeft, left: right[node], right: left[node] };
    return { ...common, input: input[node], threshold: lastBelowSingle(Math.fround(condition[node])), missingLeft, left: left[node], right: right[node] };
  }
  return treeOf(output, 0, step, n, fail);
}

/** Per categorical node its codes. */
function setsOf({ categories = [], categories_nodes: nodes = [], categories_segments: starts = [], categories_sizes: sizes = [] }: Tree): Map<number, Int32Array> {
  if (starts.length !== nodes.length || sizes.length !== nodes.length) fail('its lists of categories have different lengths');
  return new Map(nodes.map((node, i) => {
    const codes = categories.slice(starts[i], starts[i] + sizes[i]);
    if (starts[i] < 0 || sizes[i] < 0 || codes.length !== sizes[i] || codes.some((code) => code < 0)) fail('its lists of categories do not fit each other');
    if (codes.some((code) => code > 65_535)) refuse('a categorical column with a code above 65,535', 'Number its categories from 0 on, or join rare ones.');
    return [node, Int32Array.from(codes)];
  }));
}
