import type { ReactNode } from 'react';
import type { Report } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { Stat } from '../kit/Section.js';
import { capital, prose } from '../kit/prose.js';
import { AtRisk } from './AtRisk.js';
import { SegmentWorth } from '../value/SegmentWorth.js';
import { stale } from './stale.js';
import { Lints } from './Lints.js';
import css from './overview.module.css';
import { Shares } from './Shares.js';
import { Since } from './Since.js';
import { Verdict } from './Verdict.js';

type OverviewProps = Pick<Report, 'title' | 'headline' | 'choice' | 'totals' | 'segments' | 'lints' | 'run' | 'since' | 'steadiness' | 'worth'> & {
  /** Where it is told how the number of segments was decided. */
  readonly choiceHref?: string;
  /** What the workspace knows beside the report, before the lints. */
  readonly children?: ReactNode;
};

/** The market on one page: what was found, how sure it is, where the money is, who is at risk, what changed, what to beware of. */
export function Overview({ title, headline, choice, totals, segments, lints, run, since, steadiness, worth, choiceHref = '#choice', children }: OverviewProps) {
  const f = useFormats();
  return (
    <section id="overview" className={css.overview} aria-labelledby="overview-title">
      <header className={css.hero}>
        <p className={css.eyebrow}>
          {title}
          {run.asOf > 0 ? <span> · as of {f.date(run.asOf)}</span> : null}
        </p>
        <h1 id="overview-title" tabIndex={-1} className={headline.length > 220 ? css.headlineLong : css.headline}>
          {prose(headline)}
        </h1>
      </header>
      <dl className={css.totals}>
        <Stat label={capital(f.many)} value={f.count(totals.entities)} />
        {totals.orders === undefined ? null : <Stat label="Orders" value={f.count(totals.orders)} />}
        {totals.revenue === undefined ? null : <Stat label="Revenue" value={f.compactMoney(totals.revenue)} note={f.money(totals.revenue)} />}
        <Stat label={choice.verdict === 'segments' ? 'Segments' : 'Slices'} value={f.count(segments.length)} />
        <Period {...totals} />
        <SegmentWorth worth={worth} />
      </dl>
      <Verdict choiceHref={choiceHref} choice={choice} stabilities={segments.map((s) => s.stability)} steadiness={steadiness} />
      <Shares segments={segments} />
      <AtRisk segments={segments} />
      <Since since={since} />
      {children}
      <Lints lints={[...lints, ...stale(run.asOf, Date.now())]} />
    </section>
  );
}

function Period({ entities, from, to, rows }: Report['totals']) {
  const f = useFormats();
  if (from === undefined || to === undefined) return rows === entities ? null : <Stat label="Rows" value={f.count(rows)} />;
  return <Stat label="Period" value={`${f.month(from)} – ${f.month(to)}`} note={`${f.count(rows)} rows`} />;
}
