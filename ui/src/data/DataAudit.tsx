import type { Report } from '../../../src/domain/report.js';
import { Empty, Section } from '../kit/Section.js';
import css from './data.module.css';
import { Features } from './Features.js';
import { SourceCard } from './SourceCard.js';

type DataAuditProps = Pick<Report, 'sources' | 'features' | 'encodingNotes'>;

/** What was read, what it was taken for, what was left out, and what was made of it. */
export function DataAudit({ sources, features, encodingNotes }: DataAuditProps) {
  return (
    <Section id="data" title="Data audit" lead="What each file was taken for and why, how many rows were used, and everything odd that was found. Nothing was dropped silently: rejected rows are in rejected.csv with their reason.">
      <div className={css.sources}>
        {sources.length === 0 ? <Empty>No sources are recorded in this run.</Empty> : null}
        {sources.map((source, i) => (
          <SourceCard key={i} source={source} />
        ))}
      </div>
      <Features features={features} notes={encodingNotes} />
    </Section>
  );
}
