import type { CSSProperties } from 'react';
import type { Profile } from '../../../src/domain/profile.js';
import { Exportable } from '../kit/Exportable.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import css from './overview.module.css';

type Sized = Pick<Profile, 'id' | 'segment' | 'share' | 'entities' | 'revenueShare'>;

/** Every segment's part of the customers and of the revenue, side by side. */
export function Shares({ segments }: { readonly segments: readonly Sized[] }) {
  const f = useFormats();
  const keys = useSegments();
  const withRevenue = segments.some((s) => s.revenueShare !== undefined);
  const title = withRevenue ? 'Who they are and what they bring' : 'How many there are of each';
  const widest = Math.max(0.01, ...segments.flatMap((s) => [s.share, s.revenueShare ?? 0]));
  return (
    <Exportable
      title={title}
      table={{ columns: ['segment', 'name', 'entities', 'share', 'revenue_share'], rows: () => segments.map((s, i) => [s.id, keys[i]?.name, s.entities, s.share, s.revenueShare]) }}
      head={<h2 className={css.caption}>{title}</h2>}
    >
      <div className={css.shares} data-revenue={withRevenue}>
        <table className={css.shareTable} aria-label={title}>
          <thead>
            <tr>
              <th scope="col">Segment</th>
              <th scope="col">Share of {f.many}</th>
              {withRevenue ? <th scope="col">Share of revenue</th> : null}
              {withRevenue ? (
                <th scope="col" className={css.index}>
                  Worth per head
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {segments.map((s, i) => (
              <tr key={s.segment}>
                <th scope="row">
                  <SegmentLink segment={keys[i]} />
                </th>
                <td data-label={`Share of ${f.many}`}>
                  <ShareBar share={s.share} of={widest} segment={s.segment} note={f.count(s.entities)} />
                </td>
                {withRevenue ? (
                  <td data-label="Share of revenue">
                    <ShareBar share={s.revenueShare} of={widest} segment={s.segment} hollow />
                  </td>
                ) : null}
                {withRevenue ? (
                  <td className={css.index}>
                    {worth(s, f.fixed)}
                    <span className={css.onlyNarrow}> average</span>
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
        {withRevenue ? <p className={css.tableNote}>Worth per head compares a segment’s share of revenue with its share of {f.many}: 2× means twice the average {f.one}.</p> : null}
      </div>
    </Exportable>
  );
}

function worth(s: Sized, fixed: (x: number, digits: number) => string): string {
  return s.revenueShare === undefined || !(s.share > 0) ? '–' : `${fixed(s.revenueShare / s.share, 1)}×`;
}

interface ShareBarProps {
  readonly share: number | undefined;
  readonly of: number;
  readonly segment: number;
  readonly note?: string;
  readonly hollow?: boolean;
}

function ShareBar({ share, of, segment, note, hollow }: ShareBarProps) {
  const f = useFormats();
  const width = `${Math.min(100, Math.max(0, ((share ?? 0) / of) * 100))}%`;
  return (
    <span className={css.shareCell}>
      <span className={css.shareTrack} aria-hidden="true">
        <span className={hollow ? css.shareHollow : css.shareFill} style={{ width, '--colour': segmentColour(segment) } as CSSProperties} />
      </span>
      <span className={css.shareText}>
        {f.percent(share)}
        {note ? <small>{note}</small> : null}
      </span>
    </span>
  );
}
