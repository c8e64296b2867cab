import type { SegmentRow } from '../../../src/server/contract/segments.js';
import { Icon } from '../kit/Icon.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import css from './list.module.css';

const ORIGINS: Record<SegmentRow['origin'], string> = { found: 'found', ruled: 'written as a rule', drawn: 'drawn on the map', live: 'live' };

/** Where a segment comes from, in words. */
export const originWords = (origin: SegmentRow['origin']): string => ORIGINS[origin];

/** The mark of any segment: number and colour of a found one, a sign for one made by hand. Decoration beside its name. */
export function OriginMark({ row, size = 24 }: { readonly row: Pick<SegmentRow, 'origin' | 'segment'>; readonly size?: number }) {
  if (row.segment !== undefined) return <SegmentMark index={row.segment} size={size} />;
  return (
    <span className={css.handMark} style={{ width: size, height: size }} aria-hidden="true">
      <Icon name={row.origin === 'drawn' ? 'map' : 'filter'} size={size * 0.6} />
    </span>
  );
}
