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

/** The same findings under the ids of the segments they continue, with what changed since. */
export function continuing(findings: Findings, earlier: Earlier): Findings {
  const { table, assignment, profiles, entityWord } = findings;
  const alignment = continued(earlier, { entities: table.entities, labels: assignment.labels, wanted: profiles.map(({ id }) => id) });
  const before = new Map(earlier.report.segments.map(({ id, name }) => [id, name]));
  const sentences = fates(alignment, { before, now: new Map(profiles.map(({ name }, segment) => [alignment.ids[segment], name])), entityWord });
  const gone = [...before.keys()].filter((id) => !alignment.ids.includes(id));
  return {
    ...findings,
    profiles: profiles.map((profile, segment) => ({ ...profile, id: alignment.ids[segment] })),
    since: { run: earlier.report.run.id, asOf: earlier.report.run.asOf, sentences, retired: [...(earlier.report.since?.retired ?? []), ...gone] },
  };
}
