import type { TimedTarget } from '../domain/prediction.js';
import type { Source } from '../domain/source.js';
import type { Dialect } from '../engine/dialect.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { windowOf, type Cuts } from './cuts.js';
import { happeningOf, rowsWithin } from './target.js';

const DAY = 86_400_000;
const unitMs = { days: DAY, weeks: 7 * DAY, months: 30 * DAY } as const;

/** Who the answers are about: the rows of `table`, ordered by its column `entity`. */
export interface Asked {
  readonly table: string;
  readonly rows: number;
  readonly cut: number;
}

/**
 * The answers of everyone in a table of features as of a cut, in its order: 0 or 1, or a number. NaN for those that the target does not ask about (they have lapsed already).
 * Only what happened in (cut + gap, cut + gap + horizon] counts.
 * @throws `predict/unknown-happening`, `predict/bad-target`
 */
export async function outcomes(target: TimedTarget, { table, rows, cut }: Asked, lengths: Pick<Cuts, 'gap' | 'horizon'>, sources: readonly Source[], engine: Engine): Promise<Float64Array> {
  const d = dialectOf(engine.dialect);
  const { from, to } = windowOf(cut, lengths);
  if ('sql' in target) {
    const sql = target.sql.replaceAll('$cut', d.timestamp(from)).replaceAll('$end', d.timestamp(to));
    return aligned(`SELECT ${d.varchar('entity')} AS entity, max(${d.double('answer')}) AS answer FROM (${sql.replace(/;\s*$/, '')}) q GROUP BY 1`, table, rows, engine, d).catch((cause) => {
      if (cause instanceof ShoalError && cause.code === 'engine/failed') throw new ShoalError('predict/bad-target', { given: target.sql.slice(0, 80), problem: cause.message }, { cause });
      throw cause;
    });
  }
  const happening = await happeningOf('none' in target ? target.none : 'any' in target ? target.any : target.amount, sources, engine);
  const source = d.quote(happening.source.table);
  const entity = `${d.varchar(d.quote('entity'))} AS entity`;
  const count = (where: string) => aligned(`SELECT ${entity}, ${d.double('count(*)')} AS answer FROM ${source} WHERE ${where} GROUP BY 1`, table, rows, engine, d);
  if ('amount' in target) {
    if (!happening.source.has.includes('amount')) throw new ShoalError('predict/bad-target', { given: target.amount, problem: `'${happening.source.name}' has no amounts of money.` });
    // What is sent back counts against what was bought.
    const within = rowsWithin({ ...happening, source: { ...happening.source, has: happening.source.has.filter((column) => column !== 'returned') } }, from, to, d);
    const sums = await aligned(`SELECT ${entity}, ${d.double(`sum(${d.quote('amount')})`)} AS answer FROM ${source} WHERE ${within} GROUP BY 1`, table, rows, engine, d);
    return target.over === undefined ? sums : sums.map((sum) => (sum > target.over! ? 1 : 0));
  }
  const answers = await count(rowsWithin(happening, from, to, d));
  if ('any' in target) return answers.map((n) => (n > 0 ? 1 : 0));
  const lapsed = await lapsedAlready(target, { table, rows, cut }, sources, engine);
  return answers.map((n, i) => (lapsed?.[i] ? Number.NaN : n > 0 ? 0 : 1));
}

/** Of whom a target asks where it does not ask of everyone (of those only who had such an event lately): SQL that gives their ids, `entity`. */
export async function askedOf(target: TimedTarget, cut: number, sources: readonly Source[], engine: Engine): Promise<string | undefined> {
  if (!('none' in target) || target.active === undefined) return undefined;
  const d = dialectOf(engine.dialect);
  const happening = await happeningOf(target.none, sources, engine);
  return `SELECT DISTINCT ${d.varchar(d.quote('entity'))} AS entity FROM ${d.quote(happening.source.table)} WHERE ${rowsWithin(happening, cut - target.active * unitMs[target.unit], cut, d)}`;
}

/** Of whom a target does not ask because they had no such event for long enough: 1 each; absent where it asks of everyone. */
export async function lapsedAlready(target: TimedTarget, { table, rows, cut }: Asked, sources: readonly Source[], engine: Engine): Promise<Uint8Array | undefined> {
  const asked = await askedOf(target, cut, sources, engine);
  if (asked === undefined) return undefined;
  const before = await aligned(`SELECT entity, 1e0 AS answer FROM (${asked}) q`, table, rows, engine, dialectOf(engine.dialect));
  return Uint8Array.from(before, (n) => (n > 0 ? 0 : 1));
}

/** Answers by entity in the order of the table; 0 where there is none. */
async function aligned(answers: string, table: string, rows: number, engine: Engine, d: Dialect): Promise<Float64Array> {
  const entity = `f.${d.quote('entity')}`;
  const result = await engine.columns(`SELECT coalesce(a.answer, 0) AS answer FROM ${d.quote(table)} f LEFT JOIN (${answers}) a ON a.entity = ${d.varchar(entity)} ORDER BY ${entity}`, 'answers', rows);
  return result.columns[0].values as Float64Array;
}
