import type { Report } from '../../../src/domain/report.js';
import type { SourceAudit } from '../../../src/domain/source.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import panel from '../kit/panel.module.css';
import { prose, sentence } from '../kit/prose.js';
import { Columns, columnsOf } from './Columns.js';
import css from './data.module.css';
import { KINDS } from './roles.js';

interface SourceCardProps {
  readonly source: Report['sources'][number];
  readonly folded?: boolean;
  /** For readers who have no command line: without its flags. */
  readonly plain?: boolean;
}

/** One source: what it is, its rows, its columns, its oddities. Where there are many sources, their columns are folded away. */
export function SourceCard({ source, folded = false, plain = false }: SourceCardProps) {
  const f = useFormats();
  // What was rejected is listed with the rows.
  const findings = source.audit.findings.filter((finding) => !/^[\d,]+ rows? rejected: /.test(finding.sentence));
  return (
    <article className={`${panel.panel} ${css.source}`} aria-label={`Source ${source.name}`}>
      <header className={css.sourceHead}>
        <div className={css.titled}>
          <h3>{source.name}</h3>
          <ExportMenu title={`Columns of ${source.name}`} table={columnsOf(source.columns)} />
        </div>
        <p>
          <span className={css.kind}>{KINDS[source.kind]?.title ?? source.kind}</span>
          {source.path} · {source.format}
        </p>
      </header>
      <Rows audit={source.audit} />
      {findings.length > 0 ? (
        <div>
          <h4 className={css.small}>What was noticed</h4>
          <ul className={css.findings}>
            {findings.map((finding, i) => (
              <li key={i}>{prose(plain ? withoutFlags(finding.sentence) : finding.sentence)}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {folded ? (
        <details className={css.folded}>
          <summary>
            {f.count(source.columns.length)} {source.columns.length === 1 ? 'column' : 'columns'}, and what each was taken for
          </summary>
          <Columns columns={source.columns} />
        </details>
      ) : (
        <Columns columns={source.columns} />
      )}
    </article>
  );
}

/** A sentence without what can only be typed: "(--duplicates drop rejects them)". */
const withoutFlags = (sentence: string): string => sentence.replace(/ \(--[^)]*\)/g, '').replace(/; leave out with --ignore where/, '; say that it is left out where');

function Rows({ audit }: { readonly audit: SourceAudit }) {
  const f = useFormats();
  const kept = audit.rowsKept / Math.max(1, audit.rowsIn);
  return (
    <div className={css.rows}>
      <p>
        <strong>{f.count(audit.rowsIn)}</strong> rows in = <strong>{f.count(audit.rowsKept)}</strong> kept + <strong>{f.count(audit.rowsRejected)}</strong> rejected
      </p>
      <span className={css.rowsBar} aria-hidden="true">
        <span style={{ width: `${(Math.min(1, Math.max(0, kept || 0)) * 100).toFixed(2)}%` }} />
      </span>
      {audit.rejected.length > 0 ? (
        <ul className={css.rejected} aria-label="Rejected rows by reason">
          {audit.rejected.map((entry, i) => (
            <li key={i}>
              <span>{sentence(entry.reason)}</span>
              <strong>{f.count(entry.rows)}</strong>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
