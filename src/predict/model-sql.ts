import type { Input } from '../domain/examples.js';
import type { Link } from '../domain/forest.js';
import type { Dialect } from '../engine/dialect.js';
import { query } from '../engine/query.js';

export interface ModelSqlOptions {
  readonly dialect: Dialect;
  /** A table, view or step with the column `entity` and one per input of the model: SQL text, already quoted where needed. A categorical column holds the categories' names. */
  readonly from: string;
}

/** The inputs of a model inside its query: numbers (NULL where missing) and the texts of categories. */
export interface Columns {
  number(input: number): string;
  text(input: number): string;
}

/**
 * A model as one query: `entity` and `prediction`, or `prediction_0`, `prediction_1`, … of a model with several outputs, for every row of `from`. `sums` are
 * expressions over the columns, one per output.
 */
export function modelSql({ inputs, link }: { readonly inputs: readonly Input[]; readonly link: Link }, sums: (columns: Columns) => readonly string[], { dialect, from }: ModelSqlOptions): string {
  const used = new Set<string>();
  const column = (expression: string, name: string) => {
    used.add(`${expression} AS ${name}`);
    return name;
  };
  const named = sums({
    number: (j) => column(numberOf(inputs[j], dialect), `x${j}`),
    text: (j) => column(dialect.varchar(dialect.quote(inputs[j].name)), `c${j}`),
  }).map((sum, o) => `${sum} AS s${o}`);
  return query()
    .step('inputs', `SELECT ${[dialect.quote('entity'), ...used].join(',\n  ')}\nFROM ${from}`)
    .step('sums', `SELECT ${[dialect.quote('entity'), ...named].join(',\n  ')}\nFROM ${dialect.quote('inputs')}`)
    .select(dialect, `SELECT ${[dialect.quote('entity'), ...linked(link, named.length, dialect)].join(', ')}\nFROM ${dialect.quote('sums')}`);
}

function numberOf({ name, categories }: Input, dialect: Dialect): string {
  const column = dialect.quote(name);
  if (!categories) return `NULLIF(${dialect.double(column)}, ${dialect.double("'NaN'")})`;
  return `CASE ${dialect.varchar(column)}${categories.map((category, code) => ` WHEN ${dialect.text(category)} THEN ${dialect.literal(code)}`).join('')} END`;
}

/** Some engines refuse exponents of e that leave the range of doubles: ±700 stays inside, and changes no probability. */
function linked(link: Link, outputs: number, dialect: Dialect): string[] {
  const names = outputs === 1 ? ['prediction'] : Array.from({ length: outputs }, (_, o) => `prediction_${o}`);
  const sums = names.map((_, o) => `s${o}`);
  const exp = (x: string) => `exp(LEAST(GREATEST(${x}, ${dialect.literal(-700)}), ${dialect.literal(700)}))`;
  const one = dialect.literal(1);
  const greatest = `GREATEST(${sums.join(', ')})`;
  const all = () => sums.map((sum) => exp(`${sum} - ${greatest}`)).join(' + ');
  const written: Readonly<Record<Link, (sum: string) => string>> = {
    identity: (sum) => sum,
    logistic: (sum) => `${one} / (${one} + ${exp(`-${sum}`)})`,
    exponential: exp,
    softmax: (sum) => `${exp(`${sum} - ${greatest}`)} / (${all()})`,
  };
  return sums.map((sum, o) => `${written[link](sum)} AS ${dialect.quote(names[o])}`);
}
