import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alignment } from '../domain/alignment.js';
import type { Report } from '../domain/report.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { fates } from '../explain/fates.js';
import { align } from '../segment/align.js';
import { quoteText } from '../util/quote.js';
import type { Findings } from './batch.js';

/** Who was in which segment in an earlier run. */
export interface Earlier {
  readonly report: Report;
  readonly entities: readonly string[];
  readonly labels: ArrayLike<number>;
}

/** Reads the memberships of a run from its folder. @throws `explain/no-run` */
export async function earlierRun(folder: string, engine: Engine): Promise<Earlier> {
  const path = (name: string) => join(folder, name);
  await Promise.all(['segments.json', 'membership.parquet'].map((name) => access(path(name)))).catch((cause) => {
    throw new ShoalError('explain/no-run', { folder }, { cause });
  });
  const report: Report = JSON.parse(await readFile(path('segments.json'), 'utf8'));
  const { columns: [ids, labels] } = await engine.columns(`SELECT CAST(entity AS VARCHAR), CAST(segment AS DOUBLE) FROM read_parquet(${quoteText(path('membership.parquet'))})`, 'earlier run');
  return { report, entities: ids.values as readonly string[], labels: labels.values as Float64Array };
}

/** What became of earlier segments in a run whose segments are called `names`, and want the ids `wanted`. */
export function continued({ report, entities, labels }: Earlier, now: { readonly entities: readonly string[]; readonly labels: Int32Array; readonly wanted: readonly string[] }): Alignment {
  const ids = report.segments.map(({ id }) => id);
  return align({ labels, entities, ids, retired: report.since?.retired }, now, { k: now.wanted.length, wanted: now.wanted });
}

/**
 * The same findings under the ids of the segments they continue, with what changed since. Where the earlier run is about something else, nothing lives on; its ids are
 * not given again.
 */
export function continuing(findings: Findings, before: Earlier): Findings {
  const { table, assignment, profiles, entityWord } = findings;
  const same = aboutTheSame(findings, before);
  const earlier = same ? before : { ...before, entities: [], labels: [] };
  const alignment = continued(earlier, { entities: table.entities, labels: assignment.labels, wanted: profiles.map(({ id }) => id) });
  const names = new Map(earlier.report.segments.map(({ id, name }) => [id, name]));
  const sentences = !same ? [`The run before is about other ${before.report.entityWord.many}, so none of its segments lives on here.`] : fates(alignment, { before: names, now: new Map(profiles.map(({ name }, segment) => [alignment.ids[segment], name])), entityWord });
  const gone = [...names.keys()].filter((id) => !alignment.ids.includes(id));
  return {
    ...findings,
    profiles: profiles.map((profile, segment) => ({ ...profile, id: alignment.ids[segment] })),
    since: { run: earlier.report.run.id, asOf: earlier.report.run.asOf, sentences, retired: [...(earlier.report.since?.retired ?? []), ...gone], ...(!same && { apart: true }) },
  };
}

/** Least share of the smaller side that two runs about the same have in common: of their columns, and of their entities. */
const common = { columns: 0.5, entities: 0.05 };

/** Whether two runs are about the same entities: called the same, described by much the same columns, and enough of them there both times. Ids alone may agree by chance. */
export function aboutTheSame({ ingested: { sources }, table: { entities }, entityWord }: Pick<Findings, 'ingested' | 'table' | 'entityWord'>, earlier: Earlier): boolean {
  const columns = (of: Report['sources'] | typeof sources) => of.flatMap((source) => source.columns.map(({ name }) => name.toLowerCase()));
  return entityWord.one === earlier.report.entityWord.one
    && shared(columns(sources), columns(earlier.report.sources)) >= common.columns && shared(entities, earlier.entities) >= common.entities;
}

/** Share of the smaller list that is in the larger one. */
function shared(a: readonly string[], b: readonly string[]): number {
  const [small, large] = a.length < b.length ? [a, new Set(b)] : [b, new Set(a)];
  const different = new Set(small);
  let count = 0;
  for (const one of different) if (large.has(one)) count++;
  return different.size === 0 ? 0 : count / different.size;
}
