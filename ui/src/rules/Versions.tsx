import { Button } from '@mantine/core';
import type { Rule } from '../../../src/domain/rule.js';
import type { SegmentDetail } from '../../../src/server/contract/segments.js';
import { useFormats } from '../kit/formats.js';
import css from './rules.module.css';

/** What a rule was before: who changed it, when and why. */
export function Versions({ segment, onTake }: { readonly segment: SegmentDetail; onTake(rule: Rule): void }) {
  const f = useFormats();
  const { versions } = segment;
  if (versions.length === 0) return null;
  return (
    <section className={css.panel} aria-labelledby="versions">
      <h2 id="versions" className={css.panelTitle}>
        Versions
      </h2>
      <ol className={css.versions}>
        {versions.map((version, i) => (
          <li key={version.version}>
            <p className={css.versionHead}>
              <strong>Version {version.version}</strong>
              <span>
                {f.date(version.at)}, {version.actor}
                {version.entities === undefined ? '' : `, ${f.count(version.entities)} ${f.many}`}
              </span>
            </p>
            <p>{version.words}</p>
            {version.reason ? <p className={css.hint}>Why: {version.reason}</p> : null}
            {i > 0 ? (
              <Button variant="subtle" size="compact-sm" onClick={() => onTake(version.rule as Rule)}>
                Put this version into the editor
              </Button>
            ) : (
              <span className={css.hint}>in use</span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
