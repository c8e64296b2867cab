import type { SegmentRule } from '../../../src/domain/profile.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import css from './explain.module.css';

/** The short rule that reproduces a segment, and how well it does so on rows it has not seen. */
export function RuleCard({ rule }: { readonly rule: SegmentRule }) {
  const f = useFormats();
  if (!rule.text && rule.conditions.length === 0)
    return (
      <div>
        <h4 className={css.small}>In one rule</h4>
        <p className={css.quiet}>No short rule reproduces this segment.</p>
      </div>
    );
  return (
    <div className={css.rule}>
      <h4 className={css.small}>In one rule</h4>
      {rule.conditions.length > 0 ? (
        <ol className={css.conditions}>
          {rule.conditions.map((condition, i) => (
            <li key={i}>
              {i > 0 ? <span className={css.and}>and</span> : null}
              <span>{prose(condition.text)}</span>
            </li>
          ))}
        </ol>
      ) : (
        <p>{prose(rule.text)}</p>
      )}
      <dl className={css.scores}>
        <Score label={`of the ${f.many} it picks belong here`} share={rule.precision} />
        <Score label="of the segment is found by it" share={rule.recall} />
      </dl>
      <p className={css.quiet}>
        Fidelity {f.percent(rule.fidelity)}, measured on {f.many} the rule had not seen.
      </p>
    </div>
  );
}

function Score({ label, share }: { readonly label: string; readonly share: number }) {
  const f = useFormats();
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <strong>{f.percent(share)}</strong>
        <Bar share={share} height={6} colour="var(--ink-faint)" />
      </dd>
    </div>
  );
}
