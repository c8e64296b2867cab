import type { Input } from '../domain/examples.js';
import type { Link } from '../domain/forest.js';
import type { Calibration } from '../domain/prediction.js';
import type { Dialect } from '../engine/dialect.js';
import { query } from '../engine/query.js';

export interface ModelSqlOptions {
  readonly dialect: Dialect;
  /** A table, view or step with the column `entity` and one per input of the model: SQL text, already quoted where needed. A categorical column holds the categories' names. */
  readonly from: string;
  /** What is done to the predictions last, as `applyCalibrations` has it: one, or one per output. */
  readonly calibration?: readonly Calibration[];
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
export function modelSql({ inputs, link }: { readonly inputs: readonly Input[]; readonly link: Link }, sums: (columns: Columns) => readonly string[], { dialect, from, calibration = [] }: ModelSqlOptions): string {
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
    .step('inputs', `SELECT ${[dialect.quote('entity'), ...used].join(',\n  ')}\nFROM ${from}${dialect.once}`)
    .step('sums', `SELECT ${[dialect.quote('entity'), ...named].join(',\n  ')}\nFROM ${dialect.quote('inputs')}${dialect.once}`)
    .step('said', `SELECT ${[dialect.quote('entity'), ...linked(link, named.length, dialect).map((said, o) => `${said} AS p${o}`)].join(', ')}\nFROM ${dialect.quote('sums')}${dialect.once}`)
    .step('calibrated', `SELECT ${[dialect.quote('entity'), ...named.map((_, o) => `${calibratedSql(calibration[o % calibration.length], `p${o}`, dialect)} AS q${o}`)].join(', ')}\nFROM ${dialect.quote('said')}${dialect.once}`)
    .select(dialect, `SELECT ${[dialect.quote('entity'), ...shares(named.length, calibration.length > 1, dialect)].join(', ')}\nFROM ${dialect.quote('calibrated')}`);
}

/** `prediction`, or one per output; made to sum up to 1 where each has been calibrated for itself. */
function shares(outputs: number, apart: boolean, dialect: Dialect): string[] {
  if (outputs === 1) return [`q0 AS ${dialect.quote('prediction')}`];
  const all = Array.from({ length: outputs }, (_, o) => `q${o}`);
  const total = all.join(' + ');
  return all.map((one, o) => `${apart ? `CASE WHEN ${total} > ${dialect.literal(0)} THEN ${one} / (${total}) ELSE ${dialect.literal(1 / outputs)} END` : one} AS ${dialect.quote(`prediction_${o}`)}`);
}

/** See `calibrated` in calibrate.ts. */
function calibratedSql(calibration: Calibration | undefined, p: string, dialect: Dialect): string {
  if (calibration === undefined || calibration.method === 'none') return p;
  const number = (value: number) => dialect.literal(value);
  if (calibration.method === 'platt') {
    const inside = `LEAST(GREATEST(${p}, ${number(1e-12)}), ${number(1 - 1e-12)})`;
    const score = calibration.logOdds ? dialect.ln(`${inside} / (${number(1)} - ${inside})`) : p;
    return `${number(1)} / (${number(1)} + ${expSql(`${number(calibration.a)} * ${score} + ${number(calibration.b)}`, dialect)})`;
  }
  const { at, value } = calibration;
  const between = at.slice(1).map((high, i) => ` WHEN ${p} < ${number(high)} THEN ${number(value[i])} + ${number(value[i + 1] - value[i])} * (${p} - ${number(at[i])}) / ${number(high - at[i])}`);
  return `CASE WHEN ${p} <= ${number(at[0])} THEN ${number(value[0])}${between.join('')} ELSE ${number(value[value.length - 1])} END`;
}

/** Some engines refuse exponents of e that leave the range of doubles: ±700 stays inside, and changes no probability. */
const expSql = (x: string, dialect: Dialect) => `exp(LEAST(GREATEST(${x}, ${dialect.literal(-700)}), ${dialect.literal(700)}))`;

function numberOf({ name, categories }: Input, dialect: Dialect): string {
  const column = dialect.quote(name);
  if (!categories) return `NULLIF(${dialect.double(column)}, ${dialect.double("'NaN'")})`;
  return `CASE ${dialect.varchar(column)}${categories.map((category, code) => ` WHEN ${dialect.text(category)} THEN ${dialect.literal(code)}`).join('')} END`;
}

function linked(link: Link, outputs: number, dialect: Dialect): string[] {
  const sums = Array.from({ length: outputs }, (_, o) => `s${o}`);
  const exp = (x: string) => expSql(x, dialect);
  const one = dialect.literal(1);
  const greatest = `GREATEST(${sums.join(', ')})`;
  const all = () => sums.map((sum) => exp(`${sum} - ${greatest}`)).join(' + ');
  const written: Readonly<Record<Link, (sum: string) => string>> = {
    identity: (sum) => sum,
    logistic: (sum) => `${one} / (${one} + ${exp(`-${sum}`)})`,
    exponential: exp,
    softmax: (sum) => `${exp(`${sum} - ${greatest}`)} / (${all()})`,
  };
  return sums.map((sum) => written[link](sum));
}
