import type { SegmentStability } from '../../../src/domain/segment.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import css from './segment.module.css';
import { steadiness, toneColour } from './steadiness.js';

/** How steady a segment is: a word, the number and its interval. */
export function Stability({ stability }: { readonly stability: SegmentStability }) {
  const f = useFormats();
  const { word, tone } = steadiness(stability.jaccard);
  const [low, high] = stability.interval;
  return (
    <div className={css.stability}>
      <p>
        <strong data-tone={tone}>{word}:</strong> found again with {f.percent(stability.jaccard)} overlap when the sample changes{' '}
        <span className={css.quiet}>
          ({f.percent(low)} to {f.percent(high)} in nine of ten redraws)
        </span>
      </p>
      <Bar share={stability.jaccard} interval={stability.interval} tick={0.75} height={8} colour={toneColour(tone)} />
      <p className={css.quiet}>
        The mark is at {f.percent(0.75)}, where a segment counts as steady. Separation {f.number(stability.separation, 1)}, silhouette {f.number(stability.silhouette, 2)}.
      </p>
    </div>
  );
}
