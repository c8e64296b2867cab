import { instantOf, isInstant } from '../../domain/instant.js';
import type { RowTest } from '../../domain/rule.js';
import type { Dialect } from '../../engine/dialect.js';
import { ShoalError } from '../../errors.js';
import { listWords, lowerFirst } from '../../util/words.js';
import { comparisons } from './compare.js';
import { exactMoney, exactNumber, quoted } from './exactly.js';
import { instantWords } from './spans.js';
import type { ColumnWords } from './vocabulary.js';

/** A question about one column, whatever its op: that of a row of a source or of an entity's own. */
export type Test = Omit<RowTest, 'column'>;

/** A question about a column, made fit to be asked in SQL, of numbers, of texts and in words. A missing value fulfils 'missing' and nothing else. */
export interface CompiledTest {
  /** A condition over a column of that name. */
  sql(d: Dialect, column: string): string;
  /** Of a value that is not missing: a number, a flag as 0 or 1, a time as microseconds. */
  readonly number: (value: number) => boolean;
  readonly text: (value: string) => boolean;
  /** Whether a missing value fulfils it. */
  readonly missing: boolean;
  /** After the column's title: "at least 20", "one of ‘A’ or ‘B’", "containing ‘x’". */
  readonly words: string;
}

/** Upper and lower case are one, letter by letter, as the engine's lower() has it. */
export const fold = (text: string): string => [...text].map((letter) => [...letter.toLowerCase()][0]).join('');

const never = () => false;
const always = () => true;
const typeWords: Readonly<Record<ColumnWords['type'], readonly [string, string]>> = {
  number: ['a number', 'a number'], text: ['text', "text by =, !=, 'in' or 'contains'"], flag: ['yes or no', 'true or false by = or !='], time: ['a time', "a date ('2024-03-01') or a date and time"],
};

/** @throws `rules/wrong-type` where the value is of another type than the column */
export function compileTest(test: Test, column: ColumnWords, currency?: string): CompiledTest {
  const { type, name } = column;
  const refuse = (): never => {
    throw new ShoalError('rules/wrong-type', { name, type: typeWords[type][0], wanted: typeWords[type][1] });
  };
  const t = test as RowTest;
  switch (t.op) {
    case 'missing': return { sql: (_, c) => `${c} IS NULL`, number: never, text: never, missing: true, words: 'unknown' };
    case 'known': return { sql: (_, c) => `${c} IS NOT NULL`, number: always, text: always, missing: false, words: 'known' };
    case 'contains':
    case 'not contains': {
      if (type !== 'text') return refuse();
      const part = fold(t.value), wanted = t.op === 'contains';
      return {
        sql: (d, c) => `position(${d.text(part)} IN lower(${d.varchar(c)})) ${wanted ? '>' : '='} 0`,
        number: never, text: (value) => fold(value).includes(part) === wanted, missing: false, words: `${wanted ? '' : 'not '}containing ${quoted(t.value)}`,
      };
    }
    case 'in':
    case 'not in': {
      const wanted = t.op === 'in';
      const of = type === 'text' ? 'string' : type === 'number' ? 'number' : refuse();
      if (t.values.some((value) => typeof value !== of)) return refuse();
      const values = new Set(t.values);
      const literal = (d: Dialect, value: string | number) => (typeof value === 'string' ? d.text(value) : numberSql(d, value));
      return {
        sql: (d, c) => `${of === 'number' ? d.double(c) : d.varchar(c)} ${wanted ? 'IN' : 'NOT IN'} (${[...values].map((value) => literal(d, value)).join(', ')})`,
        number: (value) => values.has(value) === wanted, text: (value) => values.has(value) === wanted, missing: false,
        words: `${wanted ? '' : 'other than '}${listWords(shown([...values]), 'or')}`,
      };
    }
    case 'between': {
      const time = type === 'time';
      if (typeof t.from !== typeof t.to || (time ? typeof t.from !== 'string' : type !== 'number' || typeof t.from !== 'number')) return refuse();
      const [from, to] = time ? [micros(t.from as string), micros(t.to as string)] : [t.from as number, t.to as number];
      const literal = (d: Dialect, value: string | number) => (typeof value === 'string' ? d.timestamp(instantOf(value)) : numberSql(d, value));
      return {
        sql: (d, c) => `${time ? c : d.double(c)} BETWEEN ${literal(d, t.from)} AND ${literal(d, t.to)}`,
        number: (value) => value >= from && value <= to, text: never, missing: false,
        words: `between ${valueWords(t.from, column, currency)} and ${valueWords(t.to, column, currency)}`,
      };
    }
    default: {
      const { sql, holds, words } = comparisons[t.op];
      const equality = t.op === '=' || t.op === '!=';
      const { value } = t;
      const said = () => `${words(type === 'time')}${valueWords(value, column, currency)}`;
      if (type === 'text' && typeof value === 'string' && equality) {
        return { sql: (d, c) => `${d.varchar(c)} ${sql} ${d.text(value)}`, number: never, text: (x) => (x === value) === (t.op === '='), missing: false, words: `${t.op === '=' ? '' : 'other than '}${quoted(value)}` };
      }
      if (type === 'flag' && typeof value === 'boolean' && equality) {
        return { sql: (_, c) => `${c} ${sql} ${value ? 'TRUE' : 'FALSE'}`, number: (x) => holds(x, +value), text: never, missing: false, words: said() };
      }
      if (type === 'time' && typeof value === 'string' && isInstant(value)) {
        return { sql: (d, c) => `${c} ${sql} ${d.timestamp(instantOf(value))}`, number: (x) => holds(x, micros(value)), text: never, missing: false, words: said() };
      }
      if (type !== 'number' || typeof value !== 'number') return refuse();
      return { sql: (d, c) => `${d.double(c)} ${sql} ${numberSql(d, value)}`, number: (x) => holds(x, value), text: never, missing: false, words: said() };
    }
  }
}

/** A number as SQL: whole ones plainly, others as doubles. */
export const numberSql = (d: Dialect, value: number): string => (Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : d.number(value));

const micros = (written: string) => instantOf(written) * 1000;

/** "with product ‘Mug’", "with amount at least £20", "with no product", "marked returned": after the thing that has the column. */
export function withWords(test: Test, column: ColumnWords, currency?: string): string {
  const title = lowerFirst(column.title);
  const { words } = compileTest(test, column, currency);
  if (column.type === 'flag' && 'value' in test) return `${(test as { value: unknown; op: string }).value === (test.op === '=') ? '' : 'not '}marked ${title}`;
  if (test.op === 'missing') return `without ${title}`;
  return test.op === 'known' ? `with a known ${title}` : `with ${title} ${words}`;
}

/** "country is ‘UK’", "age is at least 30", "country is unknown": of somebody's own. */
export function isWords(test: Test, column: ColumnWords, currency?: string): string {
  const { words } = compileTest(test, column, currency);
  return `${lowerFirst(column.title)} ${/^(not )?containing/.test(words) ? words.replace('containing', 'contain').replace(/^not contain/, 'does not contain').replace(/^contain/, 'contains') : `is ${words}`}`;
}

function valueWords(value: string | number | boolean, { type, name }: ColumnWords, currency?: string): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return /^(amount|price|discount)$/.test(name) ? exactMoney(value, currency) : exactNumber(value);
  return type === 'time' ? instantWords(value) : quoted(value);
}

/** The first dozen, and how many more. */
function shown(values: readonly (string | number)[]): string[] {
  const words = values.map((value) => (typeof value === 'string' ? quoted(value) : exactNumber(value)));
  return words.length > 13 ? [...words.slice(0, 12), `${words.length - 12} more`] : words;
}
