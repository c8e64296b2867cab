import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';

/** What a prediction is about: one of two answers, one of several, or a number. */
export type Task = 'binary' | 'multiclass' | 'regression';

/** One column that a prediction is made from. */
export interface Input {
  /** Unique among the inputs; the feature's name. */
  readonly name: string;
  /** For a person; the name where absent. */
  readonly title?: string;
  /** The categories that a categorical column's codes stand for, in order; absent for numbers. */
  readonly categories?: readonly string[];
}

/**
 * Rows to learn from or to predict for: one column per input, all of length `rows`. NaN is missing. A categorical column holds indices into
 * its `categories`; a category that was not there at training time is missing.
 */
export interface Examples {
  readonly rows: number;
  readonly inputs: readonly Input[];
  readonly columns: readonly Float64Array[];
}

/**
 * What is to be learnt, one per row of the examples. NaN = not known: the row is left out of fitting and of scores, except by predictors that learn from
 * unlabelled rows too.
 */
export interface Answers {
  readonly task: Task;
  /** Regression: the number. Else the index of the class; for two classes 0 or 1, where 1 is what is predicted ("churned"). */
  readonly values: Float64Array;
  /** Names of the classes, where the task has classes. */
  readonly classes?: readonly string[];
  /** How much each row counts, more than 0; 1 where absent. */
  readonly weights?: Float64Array;
}

/** Numbers predicted per row: one column, or for several classes one per class. */
export function outputsOf(answers: Pick<Answers, 'task' | 'classes'>): number {
  return answers.task === 'multiclass' ? answers.classes!.length : 1;
}

/**
 * The columns that a model with these inputs takes, in its order, its categories' codes in place of those of the examples; a category that the model
 * does not know is missing. @throws `predict/no-input`
 */
export function columnsFor(inputs: readonly Input[], x: Pick<Examples, 'inputs' | 'columns'>): Float64Array[] {
  const position = new Map(x.inputs.map(({ name }, j) => [name, j]));
  return inputs.map((input) => {
    const j = position.get(input.name);
    if (j === undefined) throw new ShoalError('predict/no-input', { input: input.name, suggestion: closest(input.name, [...position.keys()]) });
    return recoded(x.columns[j], x.inputs[j].categories, input.categories);
  });
}

function recoded(column: Float64Array, from: readonly string[] | undefined, to: readonly string[] | undefined): Float64Array {
  if (!from || !to || from === to || (from.length === to.length && from.every((name, code) => name === to[code]))) return column;
  const codes = new Map(to.map((name, code) => [name, code]));
  const map = from.map((name) => codes.get(name) ?? Number.NaN);
  return column.map((code) => map[code] ?? Number.NaN);
}

/** Whether the answer of a row is known. */
export function isKnown(value: number): boolean {
  return value === value;
}

/** Some of the rows, in this order; a row may come more than once. */
export function examplesAt({ inputs, columns }: Examples, rows: Int32Array): Examples {
  return { rows: rows.length, inputs, columns: columns.map((column) => at(column, rows)) };
}

/** The answers of some of the rows. */
export function answersAt({ values, weights, ...answers }: Answers, rows: Int32Array): Answers {
  return { ...answers, values: at(values, rows), ...(weights && { weights: at(weights, rows) }) };
}

function at(values: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let r = 0; r < rows.length; r++) out[r] = values[rows[r]];
  return out;
}
