import type { Answers, Examples, Input } from '../domain/examples.js';
import type { LabelTarget, LeftOut } from '../domain/prediction.js';
import type { Source, SourceAttribute } from '../domain/source.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { formatCount } from '../util/format-value.js';
import { cleanText, listWords, upperFirst } from '../util/words.js';
import { labelOf, mostClasses } from './target.js';

/** Rows to learn from, whose they are, and (of past instants) as of when. An answer that is not known is NaN. */
export interface LearningRows {
  readonly examples: Examples;
  readonly answers: Answers;
  readonly entities: readonly string[];
  /** Per row, ms. */
  readonly cuts?: Float64Array;
}

export interface LabelledOptions {
  /** Also learn from protected characteristics. */
  readonly sensitive?: boolean;
  /** Columns that were known beforehand, whatever they look like. */
  readonly known?: readonly string[];
}

/** Columns that protected characteristics are in, for scores by them; not learnt from unless asked. */
export interface Labelled extends LearningRows {
  readonly source: Source;
  readonly leftOut: readonly LeftOut[];
  readonly groups: readonly { readonly title: string; readonly values: readonly (string | null)[] }[];
  /** What is to be known of the answers: spellings that were taken as one, or that may be one. */
  readonly limits: readonly string[];
  /** The inputs as a query over the cleaned table, for every row: `entity`, then a column each; categories by name. */
  readonly sql: string;
}

/** Kinds of a category that are told apart; rarer ones are one with what is missing. */
const KINDS = 255;
const LEAST = 3;

const unknownWord = /^(unknown|n\/?a|nan|null|none|\?|-|)$/i;
const positiveWord = /^(true|t|yes|y|1|1\.0|churned?|left|lost|converted|responded|default(ed)?|bad|fraud)$/i;

/**
 * The rows of the table that holds a label, with its other columns as inputs: numbers, days since an instant, categories. Other labels are left out, and protected
 * characteristics unless asked.
 * @throws `predict/unknown-column`, `predict/too-few-answers`, `predict/bad-target`, `predict/no-inputs`
 */
export async function labelledRows(target: LabelTarget, sources: readonly Source[], engine: Engine, { sensitive = false }: LabelledOptions = {}): Promise<Labelled> {
  const { attribute, source } = labelOf(target, sources);
  const d = dialectOf(engine.dialect);
  const leftOut: LeftOut[] = [];
  const used = source.attributes.filter((one) => {
    if (one === attribute) return false;
    if (one.label) leftOut.push({ name: one.column, why: 'label', sentence: `'${one.column}' says what happened, so it may tell the answer.` });
    else if (one.sensitive && !sensitive) leftOut.push({ name: one.column, why: 'sensitive', sentence: `'${one.column}' is a protected characteristic; scores are shown by it.` });
    else return true;
    return false;
  });
  for (const { name, role, distinct, reason } of source.columns) if (role === 'ignore' && distinct > 0) leftOut.push({ name, why: 'empty', sentence: `'${name}' is not learnt from: ${reason}.` });
  if (!used.length) throw new ShoalError('predict/no-inputs', { reason: `'${source.name}' has no column beside '${attribute.column}' that says something of each row.` });
  const groups = source.attributes.filter((one) => one.sensitive && one !== attribute && one.type !== 'number' && one.type !== 'time');
  const column = ({ column: name, type }: SourceAttribute) => (type === 'number' ? d.double(d.quote(name)) : type === 'time' ? `${d.double(d.epochMs(d.quote(name)))} / 86400000e0` : d.varchar(d.quote(name)));
  const read = async (list: readonly string[]) => engine.columns(`SELECT ${list.map((sql, i) => `${sql} AS c${i}`).join(', ')} FROM ${d.quote(source.table)}`, 'rows to learn from', source.audit.rowsKept);
  const ids = await read([d.varchar(d.quote('entity')), column(attribute), ...groups.map(column)]);
  const [entities, given, ...grouped] = ids.columns.map(({ values }) => values);
  const { values: label, limits } = oneSpelling(given, attribute.column);
  const inputs: Input[] = [];
  const columns: Float64Array[] = [];
  const selected: string[] = [];
  for (let from = 0; from < used.length; from += 32) {
    const part = used.slice(from, from + 32);
    const found = await read(part.map(column));
    for (const [j, one] of part.entries()) {
      const { values } = found.columns[j];
      const made: Coded = typeof values[0] === 'number' || values instanceof Float64Array ? { codes: finite(values as Float64Array) } : coded(values as readonly (string | null)[], one.type === 'flag');
      inputs.push({ name: one.column, title: upperFirst(cleanText(one.title, 50)), ...(made.categories && { categories: made.categories }) });
      columns.push(made.codes);
      const { yes } = made;
      selected.push(`${yes === undefined ? column(one) : `CASE ${column(one)} ${[...(made.no ?? []), yes].map((value) => `WHEN ${d.text(value)} THEN ${value === yes ? 1 : 0}`).join(' ')} END`} AS ${d.quote(one.column)}`);
    }
  }
  return {
    source, leftOut, limits, sql: `SELECT ${[d.quote('entity'), ...selected].join(',\n  ')}\nFROM ${d.quote(source.table)}`, entities: entities as readonly string[],
    examples: { rows: ids.rows, inputs, columns },
    answers: answersOf(target, attribute, label, source),
    groups: groups.map(({ title }, g) => ({ title, values: grouped[g] as readonly (string | null)[] })),
  };
}

const finite = (values: Float64Array) => values.map((value) => (Number.isFinite(value) ? value : Number.NaN));

interface Coded {
  readonly codes: Float64Array;
  readonly categories?: readonly string[];
  /** Of a flag: the text that is 1, and those that are 0. */
  readonly yes?: string;
  readonly no?: readonly string[];
}

/** Texts as indices into their kinds, most frequent first; a flag as 0 and 1. */
function coded(values: readonly (string | null)[], flag: boolean): Coded {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null && !unknownWord.test(value.trim())) counts.set(value, (counts.get(value) ?? 0) + 1);
  const kinds = [...counts].filter(([, n]) => n >= Math.min(LEAST, values.length / 10)).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, KINDS).map(([value]) => value);
  if (flag && kinds.length <= 2) {
    const yes = kinds.find((kind) => positiveWord.test(kind)) ?? kinds[1];
    return { yes, no: [...counts.keys()].filter((value) => value !== yes), codes: Float64Array.from(values, (value) => (value === null || !counts.has(value) ? Number.NaN : value === yes ? 1 : 0)) };
  }
  const index = new Map(kinds.map((value, i) => [value, i]));
  return { categories: kinds, codes: Float64Array.from(values, (value) => (value === null ? Number.NaN : index.get(value) ?? Number.NaN)) };
}

const plainly = (value: string) => value.trim().replace(/[\s.]+$/, '').toLowerCase();

/**
 * Answers that differ only by capitals or by spaces and dots at the end are one: stacked files often spell them differently. They are read as the commonest of them, and it is said. A
 * single letter or digit may be a code, so it is only said there.
 */
function oneSpelling(given: Float64Array | readonly (string | null)[], column: string): { readonly values: Float64Array | readonly (string | null)[]; readonly limits: readonly string[] } {
  if (given instanceof Float64Array) return { values: given, limits: [] };
  const counts = new Map<string, number>();
  for (const value of given) if (value !== null && !unknownWord.test(value.trim())) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size > 2 * mostClasses) return { values: given, limits: [] };
  const alike = new Map<string, string[]>();
  for (const [value] of [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))) {
    const plain = plainly(value);
    alike.set(plain, [...(alike.get(plain) ?? []), value]);
  }
  const quoted = (values: readonly string[]) => listWords(values.map((value) => `'${cleanText(value, 30)}'`));
  const read = new Map<string, string>();
  const limits: string[] = [];
  for (const [plain, [first, ...others]] of alike) {
    if (others.length === 0) continue;
    if (plain.length < 2) limits.push(`${quoted([first, ...others])} of '${column}' are taken as different answers, though they are spelt almost alike. If they are one, spell them the same in the file.`);
    else {
      limits.push(`${quoted(others)} of '${column}' ${others.length === 1 ? 'is' : 'are'} read as '${cleanText(first, 30)}' (${formatCount(others.reduce((sum, value) => sum + counts.get(value)!, 0))} rows): only capitals, or spaces and dots at the end, tell them apart. If they are different answers, name them differently in the file.`);
      for (const value of others) read.set(value, first);
    }
  }
  return { values: read.size === 0 ? given : given.map((value) => (value === null ? value : read.get(value) ?? value)), limits };
}

function answersOf(target: LabelTarget, attribute: SourceAttribute, given: Float64Array | readonly (string | null)[], source: Source): Answers {
  const name = attribute.column;
  const numbers = given instanceof Float64Array ? finite(given) : undefined;
  const texts = Array.from<number | string | null, string | undefined>(given as ArrayLike<number | string | null>, (value) => (value === null || (typeof value === 'number' && !Number.isFinite(value)) || unknownWord.test(String(value).trim()) && String(value) !== 'none' ? undefined : String(value)));
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  if (counts.size < 2) throw new ShoalError('predict/too-few-answers', { sentence: counts.size === 0 ? `No row of '${source.name}' has an answer in '${name}', so there is nothing to learn.` : `All ${formatCount(source.audit.rowsKept)} answers in '${name}' are '${cleanText([...counts.keys()][0], 40)}', so there is nothing to tell apart. Choose another column.` });
  if (target.is !== undefined) {
    const wanted = [...counts.keys()].find((value) => value === target.is) ?? [...counts.keys()].find((value) => plainly(value) === plainly(target.is!));
    if (wanted === undefined) throw new ShoalError('predict/bad-target', { given: `${name}=${target.is}`, problem: `no row says so. '${name}' is ${listWords([...counts.keys()].slice(0, mostClasses).map((value) => `'${cleanText(value, 30)}'`), 'or')}.` });
    return { task: 'binary', classes: [`not ${wanted}`, wanted], values: Float64Array.from(texts, (text) => (text === undefined ? Number.NaN : text === wanted ? 1 : 0)) };
  }
  if (numbers && (counts.size > mostClasses || !numbers.every((value) => Number.isNaN(value) || Number.isInteger(value)))) return { task: 'regression', values: numbers };
  if (counts.size > mostClasses) throw new ShoalError('predict/bad-target', { given: name, problem: `'${name}' has ${formatCount(counts.size)} different values; at most ${mostClasses} can be told apart. Name the one to predict: --target '${name}=…'.` });
  const byCount = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([value]) => value);
  if (counts.size === 2) {
    const yes = byCount.find((value) => positiveWord.test(value)) ?? byCount[1];
    const no = byCount.find((value) => value !== yes)!;
    return { task: 'binary', classes: [no, yes], values: Float64Array.from(texts, (text) => (text === undefined ? Number.NaN : text === yes ? 1 : 0)) };
  }
  const index = new Map(byCount.map((value, i) => [value, i]));
  return { task: 'multiclass', classes: byCount, values: Float64Array.from(texts, (text) => (text === undefined ? Number.NaN : index.get(text)!)) };
}
