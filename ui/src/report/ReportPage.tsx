import { useMemo } from 'react';
import type { Report } from '../../../src/domain/report.js';
import { Choose } from '../choose/Choose.js';
import { DataAudit } from '../data/DataAudit.js';
import { Distributions } from '../explain/Distributions.js';
import { Heatmap } from '../explain/Heatmap.js';
import { Tree } from '../explain/Tree.js';
import { createFormats, FormatsProvider } from '../kit/formats.js';
import { useLightPrint } from '../kit/SchemeToggle.js';
import { Empty, SourceLine } from '../kit/Section.js';
import { SegmentsProvider } from '../kit/segments.js';
import { Overview } from '../overview/Overview.js';
import { Predictions } from '../predict/Predictions.js';
import { Method } from '../run/Method.js';
import { SegmentCards } from '../segment/SegmentCards.js';
import { SegmentMap } from '../segment/SegmentMap.js';
import { Tiers } from '../segment/Tiers.js';
import { Worth } from '../value/Worth.js';
import { Nav } from './Nav.js';
import css from './report.module.css';
import { sectionsOf } from './sections.js';

/** The whole report, read-only, from one document. */
export function ReportPage({ report, locale }: { readonly report: Report; readonly locale?: string }) {
  useLightPrint();
  const sections = useMemo(() => sectionsOf(report), [report]);
  const { one, many } = report.entityWord;
  return (
    <FormatsProvider locale={locale} currency={report.currency} one={one} many={many}>
      <SegmentsProvider segments={report.segments}>
        <SourceLine value={sourceOf(report, locale)}>
          <a className={css.skip} href="#overview">
            Skip to the report
          </a>
          <div className={css.page}>
            <Nav sections={sections} title={report.title} />
            <main className={css.main}>
              <Overview {...report} />
              <SegmentMap map={report.map} />
              <SegmentCards report={report} />
              <Tree tree={report.tree} />
              <Heatmap heatmap={report.heatmap} features={report.features} />
              <Distributions distributions={report.distributions} features={report.features} heatmap={report.heatmap} />
              <Predictions predictions={report.predictions} />
              <Worth worth={report.worth} />
              <Tiers tiers={report.tiers} proven={report.choice.verdict === 'segments'} />
              <Choose choice={report.choice} />
              <DataAudit sources={report.sources} features={report.features} encodingNotes={report.encodingNotes} />
              <Method run={report.run} totals={report.totals} />
              <footer className={css.footer}>Made by Shoal {report.run.version}. This file holds everything it shows; it asks nothing of the network.</footer>
            </main>
          </div>
        </SourceLine>
      </SegmentsProvider>
    </FormatsProvider>
  );
}

/** What an image of the report's charts is of. */
function sourceOf({ title, run, entityWord, totals }: Report, locale?: string): string {
  const f = createFormats({ locale });
  return `${title}: ${f.count(totals.entities)} ${entityWord.many}, ${f.date(run.asOf)} · Shoal`;
}

/** The template opened without data. */
export function NoReport() {
  return (
    <main className={css.main}>
      <Empty>There is no report in this page. Run “shoal discover” on your files; it writes one into shoal-out/report.html.</Empty>
    </main>
  );
}
