import type { SegmentStability } from '../../../src/domain/segment.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import css from './segment.module.css';

/** How steady a segment is: a word, the number and its interval. */
export function Stability({ stability }: { readonly stability: SegmentStability }) {
  const f = useFormats();
  const { word, tone } = wordFor(stability.jaccard);
  const [low, high] = stability.interval;
  return (
    <div className={css.stability}>
      <p>
        <strong data-tone={tone}>{word}</strong> found again with {f.percent(stability.jaccard)} overlap when the sample changes{' '}
        <span className={css.quiet}>
          ({f.percent(low)} to {f.percent(high)} in nine of ten redraws)
        </span>
      </p>
      <Bar share={stability.jaccard} interval={stability.interval} tick={0.75} height={8} colour={`var(--${tone === 'good' ? 'good' : tone === 'warn' ? 'warn' : 'neutral-bar'})`} />
      <p className={css.quiet}>
        The mark is at {f.percent(0.75)}, where a segment counts as steady. Separation {f.number(stability.separation, 1)}, silhouette {f.number(stability.silhouette, 2)}.
      </p>
    </div>
  );
}

/** Hennig (2007): 0.75 and more is steady, less than 0.6 is not to be trusted. */
function wordFor(jaccard: number): { word: string; tone: 'good' | 'fair' | 'warn' } {
  if (jaccard >= 0.9) return { word: 'Very steady:', tone: 'good' };
  if (jaccard >= 0.75) return { word: 'Steady:', tone: 'good' };
  if (jaccard >= 0.6) return { word: 'Fairly steady:', tone: 'fair' };
  return { word: 'Shaky:', tone: 'warn' };
}
