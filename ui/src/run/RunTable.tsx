import type { RunRow } from '../../../src/server/contract/runs.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Hidden } from '../kit/Hidden.js';
import type { ExportTable } from '../kit/table-files.js';
import table from '../kit/table.module.css';
import { isPublished, type PublishedRun, usePaths } from '../wire/runs.js';
import css from './runs.module.css';
import { filesIn } from './run-input.js';
import { RunActions } from './RunActions.js';

/** Every run, newest first: when, of what, what came out, and what can be done with it. */
export function RunTable({ runs, champion }: { readonly runs: readonly RunRow[]; readonly champion?: PublishedRun }) {
  const f = useFormats();
  const to = usePaths();
  return (
    <table className={table.table}>
      <caption className={css.caption}>
        <span className={css.titled}>
          All runs <ExportMenu title="All runs" table={tableOf(runs)} />
        </span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">When and who</th>
          <th scope="col">Groups</th>
          <th scope="col">Found again</th>
          <th scope="col">Steady</th>
          <th scope="col">
            <Hidden>What to do with it</Hidden>
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => {
          const published = isPublished(run) ? run : undefined;
          const files = filesIn(run);
          return (
            <tr key={run.id}>
              <th scope="row" className={css.name}>
                {published ? <a href={to('', { run: run.id === champion?.id ? undefined : run.id })}>{run.title}</a> : run.title}
                {run.aliases.map((alias) => (
                  <span key={alias} className={css.alias} data-alias={alias}>
                    {alias === 'champion' ? 'in use' : 'to compare'}
                  </span>
                ))}
                <span className={table.soft}>{files.length > 0 ? files.join(', ') : null}</span>
                {run.error ? <span className={css.error}>{run.error}</span> : null}
              </th>
              <td data-label="When">
                <span>
                  {f.moment(run.endedAt ?? run.begunAt)}
                  <span className={css.by}>{run.begunBy}</span>
                </span>
              </td>
              <td data-label="Groups" className={table.number}>
                <span>
                  {f.count(published?.summary.segments)}
                  {published ? <span className={css.by}>{published.summary.kind === 'found' ? 'proven' : 'for convenience'}</span> : null}
                </span>
              </td>
              <td data-label="Found again" className={table.number} title="Agreement of the groups with those found in data that was held back">
                {f.percent(published?.summary.metrics['strength'])}
              </td>
              <td data-label="Steady" className={table.number} title="How much of a group stays when the sample changes, on average">
                {f.percent(published?.summary.metrics['stability'])}
              </td>
              <td className={css.actions}>{published ? <RunActions run={published} champion={champion} /> : null}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function tableOf(runs: readonly RunRow[]): ExportTable {
  const at = (instant: number | undefined) => (instant === undefined ? null : new Date(instant).toISOString());
  return {
    columns: ['id', 'title', 'state', 'aliases', 'begun_at', 'begun_by', 'ended_at', 'algorithm', 'kind', 'entities', 'segments', 'as_of', 'strength', 'stability', 'headline', 'files'],
    rows: () => runs.map((run) => {
      const s = run.summary;
      return [run.id, run.title, run.state, run.aliases.join(', '), at(run.begunAt), run.begunBy, at(run.endedAt), s?.algorithm, s?.kind, s?.entities, s?.segments, at(s?.asOf), s?.metrics['strength'], s?.metrics['stability'], s?.headline, filesIn(run).join(', ')];
    }),
  };
}
