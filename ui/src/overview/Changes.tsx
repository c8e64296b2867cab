import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import { useSegmentRows } from '../wire/segments.js';
import css from './overview.module.css';

/** Who came into each segment and who left it since the run before. */
export function Changes() {
  const f = useFormats();
  const keys = useSegments();
  const { data = [] } = useSegmentRows();
  const moved = data.filter((s) => s.segment !== undefined && (s.entered ?? 0) + (s.left ?? 0) > 0).sort((a, b) => (b.entered ?? 0) + (b.left ?? 0) - (a.entered ?? 0) - (a.left ?? 0));
  if (moved.length === 0) return null;
  return (
    <div>
      <div className={css.titled}>
        <h2 className={css.caption}>Who moved since the run before</h2>
        <ExportMenu title="Who moved since the run before" table={{ columns: ['segment', 'name', 'came', 'left', 'now'], rows: () => moved.map((s) => [s.id, s.name, s.entered, s.left, s.entities]) }} />
      </div>
      <ul className={css.moved}>
        {moved.map((s) => {
          const key = keys.find((k) => k.index === s.segment);
          return key ? (
            <li key={s.id}>
              <SegmentLink segment={key} />
              <span>
                <strong>{f.count(s.entered ?? 0)}</strong> came, <strong>{f.count(s.left ?? 0)}</strong> left
              </span>
            </li>
          ) : null;
        })}
      </ul>
    </div>
  );
}
