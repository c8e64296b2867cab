import type { Choice, Criterion } from '../../../src/domain/choice.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import css from './choose.module.css';

const TITLES: Record<Criterion['name'], string> = {
  'prediction-strength': 'Prediction strength', silhouette: 'Silhouette', 'davies-bouldin': 'Davies–Bouldin', 'calinski-harabasz': 'Calinski–Harabasz', gap: 'Gap', bic: 'BIC', elbow: 'Elbow',
};

/** What each of the customary criteria would have chosen, where the run asked them. */
export function Criteria({ choice }: { readonly choice: Choice }) {
  const f = useFormats();
  if (!choice.criteria || choice.criteria.length === 0) return null;
  return (
    <div className={css.criteria}>
      <h3 className={css.gateTitle}>What the customary criteria would have chosen</h3>
      <ul>
        {choice.criteria.map((criterion) => (
          <li key={criterion.name} data-same={criterion.k === choice.k}>
            <strong>{criterion.k === 1 ? 'none' : f.count(criterion.k)}</strong>
            <span>
              {TITLES[criterion.name]} <small>{prose(criterion.rule)}</small>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
