import { useFormats } from '../kit/formats.js';
import { usePaths } from '../wire/runs.js';
import { useSegmentRows } from '../wire/segments.js';
import css from './rules.module.css';

/** Segments that were made by conditions before, to be changed. */
export function Made() {
  const f = useFormats();
  const to = usePaths();
  const { data } = useSegmentRows();
  const made = (data ?? []).filter((segment) => segment.origin !== 'found' && segment.removed === undefined);
  if (made.length === 0) return null;
  return (
    <section className={css.panel} aria-labelledby="made">
      <h2 id="made" className={css.panelTitle}>
        Made before
      </h2>
      <ul className={css.made}>
        {made.map((segment) => (
          <li key={segment.id}>
            <a href={to('rules', { segment: segment.id })}>{segment.name}</a>
            <span>
              {f.count(segment.entities)} {f.many}, {f.percent(segment.share)}
              {segment.origin === 'drawn' ? '; drawn on the map' : ''}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
