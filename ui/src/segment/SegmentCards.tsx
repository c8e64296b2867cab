import type { Report } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { Section } from '../kit/Section.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import css from './segment.module.css';
import { SegmentCard } from './SegmentCard.js';

/** Every segment in full, with a list to jump by. */
export function SegmentCards({ report }: { readonly report: Report }) {
  const f = useFormats();
  const keys = useSegments();
  const proven = report.choice.verdict === 'segments';
  const reach = scaleOf(report);
  return (
    <Section
      id="segments"
      title={proven ? 'The segments' : 'The slices'}
      lead={
        proven
          ? `Who they are, how sure that is, and what to do. Effects compare each segment with all other ${f.many}.`
          : `Slices of one continuum, cut for convenience: good for planning, but there is no gap at their borders. Effects compare each slice with all other ${f.many}.`
      }
    >
      {report.segments.length > 3 ? (
        <ul className={css.index} aria-label="Jump to a segment">
          {keys.map((key) => (
            <li key={key.index}>
              <SegmentLink segment={key} />
            </li>
          ))}
        </ul>
      ) : null}
      <div className={css.cards}>
        {report.segments.map((segment) => (
          <SegmentCard key={segment.segment} segment={segment} features={report.features} rhythm={report.rhythm?.[segment.segment]} worth={report.worth} reach={reach} proven={proven} />
        ))}
      </div>
    </Section>
  );
}

/** One scale for the effects of every card, so that bars can be compared across them. */
export function scaleOf(report: Pick<Report, 'segments'>): number {
  const effects = report.segments.flatMap((s) => s.traits.map((t) => Math.abs(t.effect))).filter(Number.isFinite);
  return Math.min(4, Math.max(1, ...effects));
}
