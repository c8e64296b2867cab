import { ShoalError } from '../errors.js';
import type { DecisionTree, Forest } from '../domain/forest.js';
import type { Dialect } from '../engine/dialect.js';
import { type Columns, modelSql, type ModelSqlOptions } from './model-sql.js';

/** Engines bound how deep expressions lie in each other (DuckDB at 1000 levels, PostgreSQL by its stack). */
const deepest = 200;

/**
 * A whole forest as one query (see `modelSql`): one expression per tree, its questions inside each other; NULL and NaN go where a missing value goes. Equal to
 * the library's predictions but for the order in which trees are added. A category that the model does not know is missing. @throws `predict/no-formula`
 */
export function forestSql(forest: Forest, options: ModelSqlOptions): string {
  return modelSql(forest, (columns) => Array.from(forest.base, (base, o) => {
    const trees = forest.trees.filter((tree) => tree.output === o);
    return summed([options.dialect.literal(base), ...trees.map((tree) => treeSql(forest, tree, columns, options.dialect))]);
  }), options);
}

/** Half and half, so that a thousand trees lie ten levels deep. */
function summed(terms: readonly string[]): string {
  if (terms.length === 1) return terms[0];
  const half = terms.length >> 1;
  return `(${summed(terms.slice(0, half))}\n  + ${summed(terms.slice(half))})`;
}

function treeSql({ inputs }: Forest, tree: DecisionTree, columns: Columns, dialect: Dialect): string {
  return node(0, 0);

  function node(at: number, depth: number): string {
    if (depth > deepest) throw new ShoalError('predict/no-formula', { what: 'SQL', problem: `one of its trees is more than ${deepest} questions deep` });
    const input = tree.input[at];
    if (input < 0) return dialect.literal(tree.value[at]);
    const missingLeft = tree.missingLeft[at] === 1;
    // What is missing satisfies no condition, so the other branch is its own.
    const condition = tree.categories[at] ? asked(input, tree.categories[at], missingLeft) : `${columns.number(input)} ${missingLeft ? '>' : '<='} ${dialect.literal(tree.threshold[at])}`;
    const [then, otherwise] = missingLeft ? [tree.right[at], tree.left[at]] : [tree.left[at], tree.right[at]];
    if (condition === undefined) return node(otherwise, depth + 1);
    return `CASE WHEN ${condition} THEN ${node(then, depth + 1)} ELSE ${node(otherwise, depth + 1)} END`;
  }

  /** Whether a category is one of those that go the other way than what is missing; undefined where none is. */
  function asked(input: number, left: Int32Array, missingLeft: boolean): string | undefined {
    const names = inputs[input].categories;
    if (!names) return left.length > 0 ? `${columns.number(input)} ${missingLeft ? 'NOT IN' : 'IN'} (${Array.from(left, (code) => dialect.literal(code)).join(', ')})` : missingLeft ? `${columns.number(input)} IS NOT NULL` : undefined;
    // No text holds the character 0, and some engines cannot write it.
    const meant = names.filter((name, code) => left.includes(code) !== missingLeft && !name.includes('\0'));
    return meant.length > 0 ? `${columns.text(input)} IN (${meant.map((name) => dialect.text(name)).join(', ')})` : undefined;
  }
}
