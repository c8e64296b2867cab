import type { RulePreview } from '../../../src/server/contract/segments.js';
import type { Rule } from '../../../src/domain/rule.js';
import { Bar } from '../kit/Bar.js';
import { ExportMenu, FORMATS } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import { ProblemNote, Skeleton } from '../kit/states.js';
import { useSaveFile } from '../wire/exports.js';
import { usePaths } from '../wire/runs.js';
import css from './result.module.css';

interface ResultProps {
  readonly preview?: RulePreview;
  /** A newer count is on its way; what stands here is of the rule before. */
  readonly waiting: boolean;
  readonly error: Error | null;
  /** The rule as it stands, whose people can be taken away; absent where the reader may not see them. */
  readonly rule?: Rule;
  onRetry(): void;
}

/** How many a rule takes, who they are, and what they have in common with the found segments: all of one snapshot. */
export function Result({ preview, waiting, error, rule, onRetry }: ResultProps) {
  const f = useFormats();
  const save = useSaveFile();
  return (
    <aside className={css.result} aria-label="Who is meant">
      {error ? <ProblemNote title="This rule could not be counted." error={error} onRetry={onRetry} /> : null}
      {!preview && !error ? <Skeleton height={120} /> : null}
      {preview ? (
        <div className={css.figures} data-waiting={waiting || error !== null}>
          <div className={css.head}>
            <p className={css.total} role="status" aria-live="polite" aria-busy={waiting}>
              <strong>{f.count(preview.entities)}</strong> <span>{preview.entities === 1 ? f.one : f.many}</span>
            </p>
            {rule && preview.entities > 0 ? <ExportMenu title={`${f.many} of this rule`} files={FORMATS.map((format) => ({ format, take: () => save('POST /v1/exports/rule', { body: { rule, format } }) }))} /> : null}
          </div>
          <dl className={css.shares}>
            <Share label={`of all ${f.count(preview.of)}`} share={preview.share} />
            {preview.revenueShare === undefined ? null : <Share label="of revenue" share={preview.revenueShare} />}
          </dl>
          {preview.entities === 0 ? <p className={css.hint}>Nobody meets all of this. Loosen a condition, or take one away.</p> : null}
          {preview.entities > 0 && preview.entities === preview.of ? <p className={css.hint}>That is everyone: the rule parts nobody from anybody yet.</p> : null}
          {preview.entities < preview.of ? <Overlap preview={preview} /> : null}
          {preview.entities < preview.of ? <Sample preview={preview} /> : null}
          <p className={css.hint}>
            Counted in run <code>{preview.run}</code>
            {waiting ? ', counting again …' : ''}
          </p>
        </div>
      ) : null}
    </aside>
  );
}

function Share({ label, share }: { readonly label: string; readonly share: number }) {
  const f = useFormats();
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <strong>{f.percent(share)}</strong>
        <Bar share={share} height={6} />
      </dd>
    </div>
  );
}

const SHOWN = 5;

/** Whom of the found segments the rule takes. */
function Overlap({ preview }: { readonly preview: RulePreview }) {
  const f = useFormats();
  const keys = useSegments();
  const to = usePaths();
  const shared = preview.overlap.filter((row) => row.both > 0).sort((a, b) => b.both - a.both);
  if (shared.length === 0) return null;
  return (
    <section className={css.block}>
      <h3>They are now in</h3>
      <ul className={css.overlap}>
        {shared.slice(0, SHOWN).map((row) => {
          const key = keys.find((k) => k.href.endsWith(`/${encodeURIComponent(row.segment)}`) || k.href.includes(`/${encodeURIComponent(row.segment)}?`));
          return (
            <li key={row.segment}>
              <a href={to(`segments/${encodeURIComponent(row.segment)}`)}>
                {key ? <SegmentMark index={key.index} size={20} /> : null}
                <span>{row.name}</span>
              </a>
              <span className={css.both}>
                {f.count(row.both)} <span>({f.percent(row.both / Math.max(1, preview.entities))})</span>
              </span>
              <Bar share={row.both / Math.max(1, preview.entities)} height={4} />
            </li>
          );
        })}
      </ul>
      {shared.length > SHOWN ? <p className={css.hint}>and {shared.length - SHOWN} more</p> : null}
    </section>
  );
}

/** A few of them, to see whether they are who was meant. */
function Sample({ preview }: { readonly preview: RulePreview }) {
  const f = useFormats();
  const to = usePaths();
  const { rows, columns } = preview.sample;
  if (rows.length === 0) return null;
  return (
    <section className={css.block}>
      <h3>A few of these {f.many}</h3>
      <ul className={css.sample}>
        {rows.slice(0, 6).map((row) => (
          <li key={row.row}>
            <a href={to(`entities/${encodeURIComponent(row.entity)}`)}>{row.entity}</a>
            <span>
              {columns
                .slice(0, 2)
                .map((column, i) => `${column.title}: ${row.values[i]?.text ?? '–'}`)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
