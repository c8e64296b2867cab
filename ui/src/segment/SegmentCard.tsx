import type { Feature } from '../../../src/domain/feature.js';
import type { Report } from '../../../src/domain/report.js';
import { BriefCard } from '../act/BriefCard.js';
import { Rhythm } from '../act/Rhythm.js';
import { RuleCard } from '../explain/RuleCard.js';
import { Traits } from '../explain/Traits.js';
import { Typical } from '../explain/Typical.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
import { Stat } from '../kit/Section.js';
import { prose, sentence } from '../kit/prose.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegment } from '../kit/segments.js';
import { SegmentWorth } from '../value/SegmentWorth.js';
import css from './segment.module.css';
import { Stability } from './Stability.js';

type Segment = Report['segments'][number];

interface SegmentCardProps {
  readonly segment: Segment;
  readonly features: readonly Feature[];
  readonly rhythm?: readonly number[];
  readonly worth?: Report['worth'];
  /** Largest effect the bars show. */
  readonly reach: number;
  readonly proven: boolean;
}

/** One segment: its story, its size, how steady it is, what sets it apart, how to find it and what to do. */
export function SegmentCard({ segment, features, rhythm, worth, reach, proven }: SegmentCardProps) {
  const key = useSegment(segment.segment);
  return (
    <article id={key.anchor} className={css.card} aria-labelledby={`${key.anchor}-name`} style={{ borderTopColor: segmentColour(key.index) }}>
      <header className={css.cardHead}>
        <SegmentMark index={key.index} size={32} />
        <h3 id={`${key.anchor}-name`} className={css.cardName}>
          {key.name}
        </h3>
        {proven ? null : <span className={css.slice}>convenience slice</span>}
      </header>
      <SegmentStory segment={segment} features={features} rhythm={rhythm} worth={worth} reach={reach} />
    </article>
  );
}

type SegmentStoryProps = Omit<SegmentCardProps, 'proven'> & {
  /** Where an entity has a page of its own. */
  readonly entityLink?: (entity: string) => string;
};

/** What there is to say about a segment, under its name: in the report's card and on its page. */
export function SegmentStory({ segment, features, rhythm, worth, reach, entityLink }: SegmentStoryProps) {
  const busy = rhythm && rhythm.some((n) => n > 0) ? rhythm : undefined;
  return (
    <>
      <div className={css.cardBody}>
        <div className={css.story}>
          <p className={css.narrative}>{prose(segment.narrative)}</p>
          <Numbers segment={segment} worth={worth} />
          <Stability stability={segment.stability} />
          <Nearest segment={segment} />
        </div>
        <Traits traits={segment.traits} reach={reach} colour={segmentColour(segment.segment)} />
      </div>
      <BriefCard brief={segment.brief} />
      {busy ? <Rhythm counts={busy} segment={segment.segment} /> : null}
      <div className={css.proof}>
        <RuleCard rule={segment.rule} />
        <Typical members={segment.typical} features={features} link={entityLink} />
      </div>
    </>
  );
}

function Numbers({ segment, worth }: Pick<SegmentCardProps, 'segment' | 'worth'>) {
  const f = useFormats();
  const [low, high] = segment.shareInterval;
  return (
    <dl className={css.numbers}>
      <Stat label={`${f.many}`} value={f.count(segment.entities)} note={`${f.percent(segment.share)} (${f.percent(low)} to ${f.percent(high)})`} />
      {segment.revenue === undefined ? null : <Stat label="Revenue" value={f.compactMoney(segment.revenue)} note={`${f.percent(segment.revenueShare)} of all`} />}
      {segment.revenue === undefined ? null : <Stat label={`Per ${f.one}`} value={f.money(segment.revenue / segment.entities)} />}
      <SegmentWorth worth={worth} segment={segment.segment} />
    </dl>
  );
}

function Nearest({ segment }: { readonly segment: Segment }) {
  const other = useSegment(segment.nearest?.segment ?? -1);
  if (!segment.nearest) return null;
  return (
    <p className={css.nearest}>
      <span>
        Nearest: <a href={other.href}>{other.name}</a>.
      </span>{' '}
      {sentence(segment.nearest.difference)}
    </p>
  );
}
