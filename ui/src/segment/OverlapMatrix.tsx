import type { OverlapAnswer } from '../../../src/domain/answer.js';
import type { SegmentRow } from '../../../src/server/contract/segments.js';
import { useFormats } from '../kit/formats.js';
import { Hidden } from '../kit/Hidden.js';
import { Scroller } from '../kit/Section.js';
import { OriginMark } from './OriginMark.js';
import css from './overlap.module.css';

export type Shows = 'entities' | 'share' | 'jaccard';

interface OverlapMatrixProps {
  readonly overlap: OverlapAnswer & { readonly ids: readonly string[] };
  readonly rows: readonly SegmentRow[];
  readonly shows: Shows;
  /** Ids of the segments that have a row; each has a column. */
  readonly sides: readonly string[];
  /** Address of the comparison of two segments. */
  readonly link: (a: string, b: string) => string;
}

/** Every pair of segments as a cell, the darker the more they share. */
export function OverlapMatrix({ overlap, rows, shows, sides, link }: OverlapMatrixProps) {
  const f = useFormats();
  const { ids, names, sizes, both, jaccard } = overlap;
  const mark = (id: string) => rows.find((row) => row.id === id) ?? { origin: 'ruled' as const };
  // How dark a cell is says the same whatever is written in it, but for the share, which depends on the side.
  const shade = (i: number, j: number) => (shows === 'share' ? both[i][j] / Math.max(1, sizes[i]) : both[i][j] / Math.max(1, Math.min(sizes[i], sizes[j])));
  const text = (i: number, j: number) => (shows === 'entities' ? f.count(both[i][j]) : shows === 'share' ? f.percent(both[i][j] / Math.max(1, sizes[i])) : f.fixed(jaccard[i][j], 2));
  return (
    <Scroller label="Overlap of segments">
      <table className={css.matrix}>
        <caption className={css.caption}>
          {shows === 'jaccard'
            ? 'Jaccard: those in both, of those in either; 1 is the same people.'
            : shows === 'share'
              ? 'How many of the segment at the left are also in the one on top.'
              : `How many ${f.many} are in both. The darker, the more of the smaller one.`}
        </caption>
        <thead>
          <tr>
            <td />
            {ids.map((id, j) => (
              <th key={id} scope="col">
                <span className={css.head} title={names[j]}>
                  <OriginMark row={mark(id)} size={22} />
                  <span>{names[j]}</span>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ids.map((id, i) => sides.includes(id) ? (
            <tr key={id}>
              <th scope="row">
                <span className={css.side}>
                  <OriginMark row={mark(id)} size={22} />
                  <span>{names[i]}</span>
                  <small>{f.count(sizes[i])}</small>
                </span>
              </th>
              {ids.map((other, j) =>
                i === j ? (
                  <td key={other} className={css.own}>
                    <Hidden>itself</Hidden>
                  </td>
                ) : (
                  <td key={other} style={{ '--shade': `${Math.round(Math.min(1, shade(i, j)) * 50)}%` } as never} data-none={both[i][j] === 0}>
                    <a href={link(id, other)} title={`${names[i]} and ${names[j]}: ${f.count(both[i][j])} in both, Jaccard ${f.fixed(jaccard[i][j], 2)}`}>
                      {both[i][j] === 0 ? <span aria-label="none">·</span> : text(i, j)}
                    </a>
                  </td>
                ),
              )}
            </tr>
          ) : null)}
        </tbody>
      </table>
    </Scroller>
  );
}
