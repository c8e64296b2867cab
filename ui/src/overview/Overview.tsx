import type { Lint } from '../../../src/domain/brief.js';
import type { Report } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { Stat } from '../kit/Section.js';
import { prose } from '../kit/prose.js';
import { Lints } from './Lints.js';
import css from './overview.module.css';
import { Shares } from './Shares.js';
import { Since } from './Since.js';
import { Verdict } from './Verdict.js';

type OverviewProps = Pick<Report, 'title' | 'headline' | 'choice' | 'totals' | 'segments' | 'lints' | 'run' | 'since' | 'steadiness'>;

/** The market on one page: what was found, how sure it is, where the money is, what to beware of. */
export function Overview({ title, headline, choice, totals, segments, lints, run, since, steadiness }: OverviewProps) {
  const f = useFormats();
  return (
    <section id="overview" className={css.overview} aria-labelledby="overview-title">
      <header className={css.hero}>
        <p className={css.eyebrow}>
          {title}
          {run.asOf > 0 ? <span> · as of {f.date(run.asOf)}</span> : null}
        </p>
        <h1 id="overview-title" className={headline.length > 220 ? css.headlineLong : css.headline}>
          {prose(headline)}
        </h1>
      </header>
      <dl className={css.totals}>
        <Stat label={capital(f.many)} value={f.count(totals.entities)} />
        {totals.orders === undefined ? null : <Stat label="Orders" value={f.count(totals.orders)} />}
        {totals.revenue === undefined ? null : <Stat label="Revenue" value={f.compactMoney(totals.revenue)} note={f.money(totals.revenue)} />}
        <Stat label={choice.verdict === 'segments' ? 'Segments' : 'Slices'} value={f.count(segments.length)} />
        <Period {...totals} />
      </dl>
      <Verdict choice={choice} stabilities={segments.map((s) => s.stability)} steadiness={steadiness} />
      <Shares segments={segments} />
      <Since since={since} />
      <Lints lints={[...lints, ...stale(run.asOf, Date.now())]} />
    </section>
  );
}

const DAY = 86_400_000;

/** How old the data is depends on when the page is read, so it is said here and not in the report's bytes. */
function stale(asOf: number, now: number): Lint[] {
  const days = Math.floor((now - asOf) / DAY);
  if (asOf <= 0 || days < 90) return [];
  return [{ kind: 'stale', severity: days >= 180 ? 'warning' : 'note', sentence: `The data ends ${days} days ago. People have moved on since: find the segments again on fresh data before acting on them.` }];
}

function Period({ entities, from, to, rows }: Report['totals']) {
  const f = useFormats();
  if (from === undefined || to === undefined) return rows === entities ? null : <Stat label="Rows" value={f.count(rows)} />;
  return <Stat label="Period" value={`${f.month(from)} – ${f.month(to)}`} note={`${f.count(rows)} rows`} />;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
