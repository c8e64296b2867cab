import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ShoalError } from '../../errors.js';
import { importForest } from './read.js';

const golden = (file: string) => (JSON.parse(readFileSync(new URL(`../../../test/golden/${file}`, import.meta.url), 'utf8')) as { cases: { name: string; model: string }[] }).cases;
const lightgbm = golden('lightgbm-models.json')[0].model;
const xgboost = golden('xgboost-models.json')[0].model;
const categorical = golden('lightgbm-models.json').find(({ name }) => name === 'quantile')!.model;

/** The model with a list of its first tree made another. */
function withTree(change: (tree: Record<string, number[]>) => void): string {
  const json = JSON.parse(xgboost);
  change(json.learner.gradient_booster.model.trees[0]);
  return JSON.stringify(json);
}

function withLearner(change: (learner: Record<string, Record<string, unknown>>) => void): string {
  const json = JSON.parse(xgboost);
  change(json.learner);
  return JSON.stringify(json);
}

describe('a model that cannot be read', () => {
  it.each([
    ['nothing', '', 'neither a text that LightGBM saves'],
    ['another text', 'tree\nnonsense', "before the line 'end of trees'"],
    ['numbers that are none', lightgbm.replace(/leaf_value=\S+/, 'leaf_value=nan'), "leaf_value has the value 'nan'"],
    ['infinite leaves', lightgbm.replace(/leaf_value=\S+/, 'leaf_value=inf'), "leaf_value has the value 'inf'"],
    ['too few values', lightgbm.replace(/leaf_value=\S+ /, 'leaf_value='), 'leaf_value has 7 values where 8 are expected'],
    ['more leaves than it has', lightgbm.replace(/num_leaves=8/, 'num_leaves=9000000'), 'values where 9000000 are expected'],
    ['a number of leaves that cannot be', lightgbm.replace(/num_leaves=8/, 'num_leaves=1e300'), 'must be a whole number'],
    ['a node that leads to itself', lightgbm.replace(/left_child=\S+/, 'left_child=0'), 'lead back to each other'],
    ['an input that is not there', lightgbm.replace(/split_feature=\S+/, 'split_feature=4'), 'split_feature has the value 4'],
    ['categories that are not there', categorical.replaceAll(/num_cat=\d/g, 'num_cat=0'), 'asks for categories number 0 of 0'],
    ['classes among which its trees do not part', lightgbm.replace('num_tree_per_iteration=1', 'num_tree_per_iteration=3'), 'do not part among its 3 classes'],
    ['two inputs of one name', lightgbm.replace('feature_names=age spend', 'feature_names=age age'), 'are the same'],
    ['JSON of something else', '{"a": 1}', 'learner'],
    ['JSON cut off', xgboost.slice(0, -9), 'it is cut off'],
    ['a node that leads to itself', withTree((tree) => (tree.left_children[0] = 0)), 'lead back to each other'],
    ['nodes that share what is below them', withTree((tree) => (tree.left_children[0] = tree.right_children[0])), 'lead back to each other'],
    ['a node that leads nowhere', withTree((tree) => (tree.right_children[0] = 1e6)), 'leads to node'],
    ['lists of different lengths', withTree((tree) => tree.split_indices.pop()), 'has a list of'],
    ['an input that is not there', withTree((tree) => (tree.split_indices[0] = 7)), 'asks for input 7 of 4'],
    ['categories that end too late', withTree((tree) => (tree.categories_sizes[0] = 50)), 'do not fit each other'],
    ['texts for numbers', withTree((tree) => (tree.split_conditions[0] = 'x' as never)), 'split_conditions'],
    ['a base that is no probability', withLearner((learner) => (learner.learner_model_param.base_score = '[2E0]')), 'base_score'],
    ['more inputs than anything has', withLearner((learner) => (learner.learner_model_param.num_feature = '999999999')), 'inputs'],
    ['trees of a class that is not there', withLearner((learner) => ((learner.gradient_booster.model as Record<string, number[]>).tree_info[0] = 5)), 'is of class 5 of 1'],
  ])('says why: %s', (_, text, problem) => {
    expect(() => importForest(text)).toThrow(problem);
    expect(() => importForest(text)).toThrow(expect.objectContaining({ code: 'predict/bad-model' }));
  });

  it.each([
    ['an objective that ends in something else', lightgbm.replace('objective=binary', 'objective=cross_entropy_lambda'), "the objective 'cross_entropy_lambda'"],
    ['a square root', lightgbm.replace('objective=binary sigmoid:1', 'objective=regression sqrt'), 'square root'],
    ['linear leaves', lightgbm.replace('is_linear=0', 'is_linear=1'), 'linear models in its leaves'],
    ['another objective', withLearner((learner) => (learner.objective.name = 'survival:aft')), "the objective 'survival:aft'"],
    ['a linear booster', withLearner((learner) => (learner.gradient_booster.name = 'gblinear')), 'the booster gblinear'],
    ['several targets', withLearner((learner) => (learner.learner_model_param.num_target = '2')), 'several targets'],
    ['codes without end', withTree((tree) => (tree.categories[0] = 2 ** 30)), 'a code above 65,535'],
  ])('says what is not supported: %s', (_, text, what) => {
    expect(() => importForest(text)).toThrow(what);
    expect(() => importForest(text)).toThrow(expect.objectContaining({ code: 'predict/unsupported-model' }));
  });

  it('never throws anything but its sentence, whatever is altered', () => {
    for (const [text, step] of [[lightgbm, 211], [xgboost, 307]] as const) {
      for (let at = 5; at < text.length; at += step) {
        for (const put of ['', '-', '9', ' ', 'e9', '[', '\n', '\0']) {
          try {
            importForest(text.slice(0, at) + put + text.slice(at + 1));
          } catch (error) {
            expect(error).toBeInstanceOf(ShoalError);
            expect((error as ShoalError).code).toMatch(/^predict\/(bad|unsupported)-model$/);
          }
        }
      }
    }
  });
});
