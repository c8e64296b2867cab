import type { Report } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import css from './overview.module.css';

/** The segments worth winning back, dearest first: who they are, what they brought, why they count as lost. */
export function AtRisk({ segments }: Pick<Report, 'segments'>) {
  const f = useFormats();
  const keys = useSegments();
  const quiet = segments.filter((s) => s.brief.goal === 'win back').sort((a, b) => (b.revenue ?? 0) - (a.revenue ?? 0) || b.entities - a.entities);
  if (quiet.length === 0) return null;
  return (
    <div>
      <h2 className={css.caption}>Who is at risk</h2>
      <ul className={css.risk}>
        {quiet.map((segment) => (
          <li key={segment.segment}>
            <div className={css.riskHead}>
              <SegmentLink segment={keys[segment.segment]} />
              <p>
                <strong>{f.count(segment.entities)}</strong> {f.many}
                {segment.revenue === undefined ? null : (
                  <>
                    , <strong>{f.compactMoney(segment.revenue)}</strong> so far: {f.percent(segment.revenueShare)} of all revenue
                  </>
                )}
              </p>
            </div>
            <p className={css.riskWhy}>{prose(segment.brief.reason)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
