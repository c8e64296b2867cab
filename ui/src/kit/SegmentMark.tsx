import css from './kit.module.css';
import { segmentColour, segmentInk } from './palette.js';
import { type SegmentKey, useSegment } from './segments.js';

/** The numbered, coloured mark of a segment. Decoration beside its name; named when it stands alone. */
export function SegmentMark({ index, alone = false, size = 22 }: { readonly index: number; readonly alone?: boolean; readonly size?: number }) {
  const key = useSegment(index);
  return (
    <span
      className={css.mark}
      style={{ background: segmentColour(index), color: segmentInk(index), minWidth: size, height: size, fontSize: size * 0.55 }}
      role={alone ? 'img' : undefined}
      aria-label={alone ? (index < 0 ? 'In no segment' : `${key.number}. ${key.name}`) : undefined}
      aria-hidden={alone ? undefined : true}
      title={alone ? (index < 0 ? 'In no segment' : key.name) : undefined}
    >
      {index < 0 ? '–' : key.number}
    </span>
  );
}

/** Mark and name, leading to the segment's card. */
export function SegmentLink({ segment }: { readonly segment: SegmentKey }) {
  return (
    <a className={css.segmentLink} href={segment.href}>
      <SegmentMark index={segment.index} />
      <span>{segment.name}</span>
    </a>
  );
}
