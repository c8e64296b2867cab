import type { Page } from '../../../src/domain/answer.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { capital } from '../kit/prose.js';
import { Scroller } from '../kit/Section.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { usePaths } from '../wire/runs.js';
import { useSegments } from '../kit/segments.js';
import css from './entity.module.css';

/** A feature's name, 'strength' or 'entity'. */
export interface Sort {
  readonly by: string;
  readonly descending: boolean;
}

interface EntityTableProps {
  readonly page: Page;
  readonly label: string;
  readonly sort?: Sort;
  /** Another page is on its way. */
  readonly waiting?: boolean;
  onSort?(sort: Sort | undefined): void;
}

/** People as rows: who, in which segment and how firmly, and some features. */
export function EntityTable({ page, label, sort, waiting = false, onSort }: EntityTableProps) {
  const f = useFormats();
  const to = usePaths();
  const segments = useSegments();
  const name = (index: number) => (index < 0 ? 'in none' : (segments.find((s) => s.index === index)?.name ?? `Segment ${index + 1}`));
  const head = (by: string, title: string, number = true) => <Head key={by} by={by} title={title} number={number} sort={sort} onSort={onSort} />;
  return (
    <Scroller label={label}>
      <table className={css.table} data-waiting={waiting}>
        <thead>
          <tr>
            {head('entity', capital(f.one), false)}
            <th scope="col">Segment</th>
            {head('strength', 'How firmly')}
            {page.columns.map((column) => head(column.feature, column.title))}
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr key={row.row}>
              <th scope="row">
                <a href={to(`entities/${encodeURIComponent(row.entity)}`)}>{row.entity}</a>
              </th>
              <td>
                <span className={css.segmentCell}>
                  {row.segment < 0 ? null : <SegmentMark index={row.segment} size={20} />}
                  <span>{name(row.segment)}</span>
                </span>
              </td>
              <td className={css.figure}>{f.percent(row.strength)}</td>
              {page.columns.map((column, i) => (
                <td key={column.feature} className={css.figure}>
                  {row.values[i]?.text ?? '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function Head({ by, title, number, sort, onSort }: { readonly by: string; readonly title: string; readonly number: boolean; readonly sort?: Sort; onSort?(sort: Sort | undefined): void }) {
  const now = sort?.by === by ? sort : undefined;
  if (!onSort) return <th scope="col">{title}</th>;
  // Numbers are looked at from the top first, names from A.
  const next = now === undefined ? { by, descending: number } : now.descending === number ? { by, descending: !number } : undefined;
  return (
    <th scope="col" aria-sort={now ? (now.descending ? 'descending' : 'ascending') : 'none'} className={number ? css.figure : undefined}>
      <button type="button" className={css.sort} data-now={now !== undefined} onClick={() => onSort(next)}>
        <span>{title}</span>
        <Icon name={now && !now.descending ? 'up' : 'down'} size={13} />
      </button>
    </th>
  );
}
