import { checkAborted, type Context } from '../context.js';
import type { FeatureTable } from '../domain/feature.js';
import type { Source } from '../domain/source.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { livePlan, type LivePlan } from './live.js';
import { plan, planQuery, type Plan } from './plan.js';
import { survey } from './survey.js';

export interface FeaturizeOptions {
  /** The instant to compute features at, ms; the latest event of the sources unless given. Later rows are not looked at. */
  readonly asOf?: number;
  /** Engine table to make. */
  readonly table?: string;
}

/** Fewer entities than this cannot be segmented. */
const FEWEST = 2;
/** Columns fetched at a time: bounds the memory between the engine and the arrays. */
const AT_A_TIME = 32;

/**
 * Sources → raw features of every entity, by one generated query; the engine keeps them as a table too. Rows are ordered by entity.
 * The bits do not depend on the number of threads. Throws `featurize/no-features`, `featurize/too-few-entities`.
 */
export async function featurize(
  sources: readonly Source[], options: FeaturizeOptions, engine: Engine, context: Context,
): Promise<FeatureTable & { readonly notes: readonly string[]; readonly live?: LivePlan }> {
  const dialect = dialectOf(engine.dialect);
  context.progress({ stage: 'featurize', note: 'looking at the sources', done: 0 });
  const surveyed = [];
  for (const source of sources) {
    if (source.kind === 'lookup' || !source.has.includes('entity')) continue;
    surveyed.push({ source, survey: await survey(source, engine, dialect) });
    checkAborted(context);
  }
  const planned = plan(surveyed, dialect, options);
  const { sql } = planQuery(planned);
  const table = options.table ?? 'features';
  context.progress({ stage: 'featurize', note: `${planned.features.length} features`, done: 0.1 });
  await engine.run(`CREATE OR REPLACE TABLE ${dialect.quote(table)} AS\n${sql}`, 'features');
  checkAborted(context);
  context.progress({ stage: 'featurize', note: 'reading the features', done: 0.85 });
  return fetched(planned, sql, table, engine, context);
}

/** The features of a plan, which the engine has as `table` already. @throws `featurize/too-few-entities` */
export async function fetched(planned: Plan, sql: string, table: string, engine: Engine, context: Context) {
  const { dialect } = planned;
  const features = planned.features.map(({ feature }) => feature);
  const read = (names: readonly string[], rows?: number) => engine.columns(`SELECT ${names.join(', ')} FROM ${dialect.quote(table)}`, 'features', rows);
  const ids = await read([`${dialect.varchar(dialect.quote('entity'))} AS ${dialect.quote('entity')}`]);
  if (ids.rows < FEWEST) throw new ShoalError('featurize/too-few-entities', { count: ids.rows, minimum: FEWEST });
  checkAborted(context);
  // Asked together, so that the engine reads some while this thread copies others.
  const parts = Array.from({ length: Math.ceil(features.length / AT_A_TIME) }, (_, i) => features.slice(i * AT_A_TIME, (i + 1) * AT_A_TIME));
  const answers = await Promise.all(parts.map((part) => read(part.map(({ name }) => dialect.quote(name)), ids.rows)));
  const columns = answers.flatMap((part) => part.columns.map(({ values }) => values as Float64Array));
  return {
    rows: ids.rows, asOf: planned.asOf, entities: ids.columns[0].values as readonly string[], features, columns, table, sql, notes: planned.notes, live: livePlan(planned),
  };
}
