import { checkAborted, type Context } from '../context.js';
import type { FeatureTable } from '../domain/feature.js';
import type { LeftOut } from '../domain/prediction.js';
import type { Source, SourceAttribute } from '../domain/source.js';
import type { Dialect } from '../engine/dialect.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { listWords } from '../util/words.js';
import { fetched } from './featurize.js';
import type { LivePlan } from './live.js';
import { plan, planQuery, type Surveyed } from './plan.js';
import { survey } from './survey.js';

/** Features as they could have been computed at past instants. */
export interface Past {
  /** Columns that cannot be placed in time, or tell an answer, and so are not used. */
  readonly leftOut: readonly LeftOut[];
  /** What was decided, in words. */
  readonly notes: readonly string[];
  /**
   * Features of everyone who was known at an instant no earlier than the first, in the engine as `table` too. Rows after it are not looked at, nor which there are.
   * @throws `featurize/too-few-entities`
   */
  at(cut: number, table: string): Promise<PastTable>;
  /** The tables that the query of `at` reads, as queries over the cleaned ones. */
  known(cut: number): readonly { readonly name: string; readonly sql: string }[];
}

/** The features at an instant; `live`: how those of one entity are computed in memory, at any instant, where they can be. */
export interface PastTable extends FeatureTable {
  readonly live?: LivePlan;
}

export interface PastOptions {
  /** Columns of tables without times that were known at every moment (a birth date, a city of birth). */
  readonly known?: readonly string[];
}

/** How many values of a category are looked at, as ingest does. */
const VALUES = 50;

/**
 * Readies features as of past instants. Which features there are, their common kinds and everyone's shares are decided by what was known at `first`, the earliest
 * instant, and are the same at each: so nothing that happened later can show, and all instants have the same columns. Only the rows of sources with times are used;
 * a table without times says how things are now, so its columns are left out but for those named as known and those of when somebody began.
 * @throws `featurize/no-features`, `predict/unknown-column`
 */
export async function openPast(sources: readonly Source[], first: number, { known = [] }: PastOptions, engine: Engine, context: Context): Promise<Past> {
  const dialect = dialectOf(engine.dialect);
  const leftOut: LeftOut[] = [];
  const used: Source[] = [];
  const unknown = new Set(known);
  for (const source of sources) {
    if (source.kind === 'lookup' || !source.has.includes('entity')) continue;
    const timed = source.has.includes('at');
    const kept = source.attributes.filter((attribute) => {
      unknown.delete(attribute.column);
      const placed = timed || known.includes(attribute.column) || isBeginning(attribute);
      const reason = attribute.label ? 'label' as const : placed ? undefined : 'untimed' as const;
      if (reason) leftOut.push({ name: attribute.column, why: reason, sentence: sentences[reason](attribute, source) });
      return !reason;
    });
    if (timed || kept.length) used.push({ ...source, attributes: kept });
  }
  if (unknown.size) throw new ShoalError('predict/unknown-column', { column: [...unknown][0], known: sources.flatMap(({ attributes }) => attributes.map(({ column }) => column)).slice(0, 30).join(', ') });
  const surveyed: Surveyed[] = [];
  for (const source of used) {
    const then = await knownAt(source, first, dialect, engine);
    const attributes = source.has.includes('at') ? await attributesThen(then, dialect, engine) : source.attributes;
    const asThen = { ...then, attributes };
    const found = await survey(asThen, engine, dialect);
    if (found.rows > 0) surveyed.push({ source: asThen, survey: found });
    checkAborted(context);
  }
  if (!surveyed.some(({ source }) => source.has.includes('at'))) throw new ShoalError('featurize/no-features', { reason: `nothing with a time was known at ${new Date(first).toISOString().slice(0, 10)}` });
  const columns = surveyed.flatMap(({ source }) => source.attributes.filter(({ column }) => source.columns.every(({ name }) => name !== column)).map(({ column }) => column));
  const lookups = columns.length ? [`${listWords(columns.slice(0, 6).map((column) => `'${column}'`))}${columns.length > 6 ? ' and others' : ''} ${columns.length === 1 ? 'comes' : 'come'} from a lookup without times: what it says of a thing is taken as always known.`] : [];
  const notes = plan(surveyed, dialect, { asOf: first }).notes;
  const whole = (name: string) => used.find((source) => source.name === name)!;
  return {
    leftOut,
    notes: [...notes, ...lookups],
    known: (cut) => surveyed.map(({ source }) => ({ name: source.table, sql: knownSql(whole(source.name), cut, dialect) })),
    async at(cut, table) {
      for (const { source } of surveyed) await knownAt(whole(source.name), cut, dialect, engine);
      const planned = plan(surveyed, dialect, { asOf: cut });
      const { sql } = planQuery(planned);
      await engine.run(`CREATE OR REPLACE TABLE ${dialect.quote(table)} AS\n${sql}`, 'features as of a past instant');
      return fetched(planned, sql, table, engine, context);
    },
  };
}

const sentences = {
  label: ({ column }: SourceAttribute) => `'${column}' says what happened, so it would tell the answer.`,
  untimed: ({ column }: SourceAttribute, { name }: Source) => `'${column}' of '${name}' has no time: it says how things are now, not how they were. If it was known at every moment, say so (known).`,
} as const;

/** A date on which somebody became known, which does not change afterwards. */
const isBeginning = ({ column, type }: SourceAttribute): boolean =>
  type === 'time' && /(^|[^a-z])(sign(ed)?[ _-]?up|regist\w*|join\w*|creat\w*|enrol\w*|customer[ _-]?since|member[ _-]?since|birth\w*|born|dob|founded|established)/i.test(column.replaceAll(/([a-z])([A-Z])/g, '$1_$2'));

/** The source as it was at an instant, as a view. */
async function knownAt(source: Source, cut: number, d: Dialect, engine: Engine): Promise<Source> {
  const table = `${source.name} known`;
  await engine.run(`CREATE OR REPLACE VIEW ${d.quote(table)} AS ${knownSql(source, cut, d)}`, 'what was known');
  return { ...source, table };
}

/** Its rows until then; instants in its columns that had not come yet are unknown. */
function knownSql(source: Source, cut: number, d: Dialect): string {
  const instant = d.timestamp(cut);
  const times = new Set(source.attributes.filter(({ type }) => type === 'time').map(({ column }) => column));
  const columns = [...new Set<string>([...source.has, ...source.attributes.map(({ column }) => column)])];
  const selected = columns.map((column) => (times.has(column) ? `CASE WHEN ${d.quote(column)} <= ${instant} THEN ${d.quote(column)} END AS ${d.quote(column)}` : d.quote(column)));
  const where = source.has.includes('at') ? `\nWHERE ${d.quote('at')} <= ${instant}` : '';
  return `SELECT ${selected.join(', ')}\nFROM ${d.quote(source.table)}${where}`;
}

/** The values of categories among the rows there were; a column that had none yet is not there. */
async function attributesThen(source: Source, d: Dialect, engine: Engine): Promise<SourceAttribute[]> {
  const table = d.quote(source.table);
  const found: SourceAttribute[] = [];
  for (const attribute of source.attributes) {
    const column = d.quote(attribute.column);
    if (!attribute.values) {
      const [{ n }] = await engine.rows(`SELECT count(${column}) AS n FROM ${table}`, 'what was known');
      if (Number(n) > 0) found.push(attribute);
      continue;
    }
    const rows = await engine.rows(`SELECT ${d.varchar(column)} AS v, count(*) AS n FROM ${table} WHERE ${column} IS NOT NULL GROUP BY ${column} ORDER BY n DESC, v LIMIT ${VALUES}`, 'what was known');
    if (rows.length) found.push({ ...attribute, values: rows.map(({ v, n }) => ({ value: String(v), rows: Number(n) })) });
  }
  return found;
}
