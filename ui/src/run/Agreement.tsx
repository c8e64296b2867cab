import type { Comparison } from '../../../src/domain/comparison.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import css from './runs.module.css';

/** The figures of agreement, for those who want them. */
export function Agreement({ comparison: { agreement, aspects, entities, verdict } }: { readonly comparison: Comparison }) {
  const f = useFormats();
  const figures: readonly (readonly [label: string, value: number, interval: readonly [number, number] | undefined, note: string])[] = [
    ['Unchanged', agreement.unchanged.value, agreement.unchanged.interval, `of ${f.count(entities)} ${f.many} stay in the matching segment`],
    ['Adjusted Rand index', agreement.adjustedRand.value, agreement.adjustedRand.interval, 'pairs judged alike: 100 % is the same, 0 % is chance'],
    ['Adjusted mutual information', agreement.adjustedMutualInformation.value, agreement.adjustedMutualInformation.interval, 'what one tells of the other, beyond chance'],
    ['V-measure', agreement.vMeasure.value, agreement.vMeasure.interval, `homogeneity ${f.percent(agreement.homogeneity)}, completeness ${f.percent(agreement.completeness)}`],
  ];
  return (
    <details className={css.details}>
      <summary>All figures, for those who want them</summary>
      <div className={css.said}>
        <p>{prose(verdict)}</p>
        {aspects.map((aspect) => (
          <p key={aspect.question}>{prose(aspect.sentence)}</p>
        ))}
      </div>
      <dl className={css.figures}>
        {figures.map(([label, value, interval, note]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <strong>{f.percent(value)}</strong>{' '}
              {interval ? (
                <span className={css.soft}>
                  ({f.percent(interval[0])} to {f.percent(interval[1])})
                </span>
              ) : null}
              <Bar share={value} interval={interval} height={8} />
              <span className={css.soft}>{note}</span>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
