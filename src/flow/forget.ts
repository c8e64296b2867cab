import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.js';
import type { Report } from '../domain/report.js';
import { openEngine } from '../engine/catalog.js';
import { openColumns } from '../util/column-file.js';
import { quoteName, quoteText } from '../util/quote.js';
import { renderReport } from '../util/report-html.js';
import { writeAll, writeText } from './output.js';
import { runFiles } from './run-files.js';
import { answersFile } from './view/answers.js';
import { openIds } from './view/ids.js';
import { type Everyone, everyoneFile, mapFile, writeWithout } from './view/keep.js';
import { reportTemplate, spreadsheet, withoutSeparators } from './write.js';

/**
 * Takes people out of the files of a run that was written for a workspace: their rows, what they did, and where the report names them. What was measured over everyone (sizes, averages, the model) stays as it
 * was found. Files are replaced one after the other, those that say who is in it last: where it was cut off, it is done again from the beginning. Gives how many of them were in it.
 * @throws `explain/no-run`, `run/write-failed`
 */
export async function forgetIn(folder: string, entities: readonly string[], context: Context): Promise<number> {
  const { report, saved } = await runFiles(folder);
  const file = openColumns<Everyone>(join(folder, everyoneFile));
  if (!file) return 0;
  try {
    const { order, sources } = file.meta;
    const { rowOf } = openIds({ bytes: file.read('ids') as Uint8Array, starts: file.read('starts') as Uint32Array, order });
    const gone = new Set(entities.map(rowOf).filter((row) => row >= 0));
    if (gone.size === 0) return 0;
    const engine = await openEngine({ threads: context.threads, signal: context.signal });
    try {
      const from = (name: string, more = '') => `read_parquet(${quoteText(join(folder, name))}${more})`;
      const others = `CAST(entity AS VARCHAR) NOT IN (${entities.map(quoteText).join(', ')})`;
      const template = await reportTemplate();
      const rest = reportWithout(report, new Set(entities));
      await writeAll(folder, async (path) => {
        const copy = (name: string, sql: string, options = 'FORMAT parquet') => engine.run(`COPY (${sql}) TO ${quoteText(path(name))} (${options})`, 'forget');
        const table = (name: string, of: string) => engine.run(`CREATE TABLE ${name} AS SELECT * FROM ${from(of)} WHERE ${others}`, 'forget');
        await table('shoal_kept', 'features.parquet');
        await table('shoal_membership', 'membership.parquet');
        // A row's number is its entity's place among those that are left.
        for (const { file: source, has } of sources) {
          await copy(source, `SELECT CAST(f.rowid AS INTEGER) AS "row", s.* EXCLUDE ("row", file_row_number) FROM ${from(source, ', file_row_number = true')} s JOIN shoal_kept f ON s.entity = f.entity
            ORDER BY 1${has.includes('at') ? ', s."at"' : ''}, s.file_row_number`, 'FORMAT parquet, ROW_GROUP_SIZE 30720');
        }
        if (await isThere(join(folder, mapFile))) await copy(mapFile, `SELECT * FROM ${from(mapFile)} WHERE ${others}`);
        await copy('features.parquet', `FROM ${quoteName('shoal_kept')}`);
        await copy('membership.csv', ...(await spreadsheet('shoal_membership', await withoutSeparators('shoal_membership', engine), engine)));
        await copy('membership.parquet', 'FROM shoal_membership');
        await writeText(path('report.html'), renderReport(template, rest));
        await writeText(path('segments.json'), `${JSON.stringify(rest, undefined, 1)}\n`);
        writeWithout(path(everyoneFile), file, gone, saved.features);
        // What it cost to work out is worked out again when it is asked.
      }, [answersFile]);
    } finally {
      await engine.close();
    }
    return gone.size;
  } finally {
    file.close();
  }
}

function reportWithout(report: Report, entities: ReadonlySet<string>): Report {
  const { map, segments } = report;
  const shown = map.entity.flatMap((entity, i) => (entities.has(entity) ? [] : [i]));
  const at = <T>(values: readonly T[]) => shown.map((i) => values[i]);
  return {
    ...report, map: { ...map, x: at(map.x), y: at(map.y), segment: at(map.segment), entity: at(map.entity) },
    segments: segments.map((segment) => ({ ...segment, typical: segment.typical.filter(({ entity }) => !entities.has(entity)) })),
  };
}

const isThere = (path: string) => access(path).then(() => true, () => false);
