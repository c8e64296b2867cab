import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Empty, Stat } from '../kit/Section.js';
import { ago, daysOld, stale } from '../overview/stale.js';
import { Inputs } from '../run/Inputs.js';
import { type ShownRun, usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { RunLine } from '../workspace/RunLine.js';
import css from './data.module.css';
import { Features } from './Features.js';
import { RejectedRows } from './RejectedRows.js';
import { SourceCard } from './SourceCard.js';

/** What the run in view rests on. */
export function DataPage() {
  return (
    <Page title="Data" lead="What each file was taken for and why, how many of its rows were used, and everything odd that was found. Nothing is dropped silently.">
      <RunFrame>
        {(shown) => (
          <>
            <RunLine shown={shown} />
            <Freshness shown={shown} />
            <div className={css.sources}>
              {shown.report.sources.length === 0 ? <Empty>No sources are recorded in this run.</Empty> : null}
              {shown.report.sources.map((source) => (
                <SourceCard key={source.name} source={source} plain folded={shown.report.sources.length > 2} />
              ))}
            </div>
            <RejectedRows key={shown.run.id} shown={shown} />
            <Features features={shown.report.features} notes={shown.report.encodingNotes} />
            <section aria-labelledby="provenance">
              <h2 id="provenance" className={css.heading}>
                Where it came from
              </h2>
              <Inputs inputs={shown.report.run.inputs} />
            </section>
          </>
        )}
      </RunFrame>
    </Page>
  );
}

/** How much there is, how old it is, and a word where it is too old to act on. */
function Freshness({ shown: { report } }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const to = usePaths();
  const rejected = report.sources.reduce((sum, s) => sum + s.audit.rowsRejected, 0);
  const days = daysOld(report.run.asOf, Date.now());
  const [warning] = stale(report.run.asOf, Date.now());
  return (
    <>
      <dl className={css.totals}>
        <Stat label="Files" value={f.count(report.sources.length)} />
        <Stat label="Rows used" value={f.count(report.totals.rows)} note={rejected > 0 ? `${f.count(rejected)} left out` : 'none left out'} />
        {days === undefined ? null : <Stat label="The data ends" value={f.date(report.run.asOf)} note={ago(days)} />}
        {report.totals.from === undefined ? null : <Stat label="It begins" value={f.date(report.totals.from)} />}
      </dl>
      {warning ? (
        <p className={css.stale} data-severity={warning.severity}>
          <Icon name={warning.severity === 'warning' ? 'warning' : 'clock'} />
          <span>
            {warning.sentence} <a href={to('start')}>Add fresh data</a>
          </span>
        </p>
      ) : null}
    </>
  );
}
