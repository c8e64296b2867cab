import { useMemo, useState } from 'react';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
import css from './act.module.css';

const DAYS = 7;
const HOURS = 24;
const CELL = 20;

interface RhythmProps {
  /** 7 × 24 counts, Monday first. */
  readonly counts: readonly number[];
  readonly segment: number;
}

/** When they are active: hour by weekday, darker for more. */
export function Rhythm({ counts, segment }: RhythmProps) {
  const f = useFormats();
  const days = useMemo(() => dayNames(f.locale), [f.locale]);
  const total = counts.reduce((a, b) => a + (b || 0), 0) || 1;
  const most = Math.max(1e-9, ...counts.map((n) => n || 0));
  const peak = counts.indexOf(most);
  const [shown, setShown] = useState<number | undefined>();
  const cell = shown ?? peak;
  const name = `${days[Math.floor(cell / HOURS)]?.long}, ${clock(cell % HOURS)} to ${clock((cell % HOURS) + 1)}`;
  return (
    <figure className={css.rhythm} style={{ color: segmentColour(segment) }}>
      <figcaption>
        <h4 className={css.small}>Their week</h4>
        <p className={css.soft}>
          {shown === undefined ? 'Busiest: ' : ''}
          {name}, {f.percent(counts[cell] / total)} of their activity
        </p>
      </figcaption>
      <div className={css.week}>
        <div className={css.days} aria-hidden="true">
          {days.map((day) => (
            <span key={day.long}>{day.short}</span>
          ))}
        </div>
        <div className={css.grid}>
          <svg viewBox={`0 0 ${HOURS * CELL} ${DAYS * CELL}`} preserveAspectRatio="none" role="img" aria-label={`Activity by hour and weekday. Busiest: ${days[Math.floor(peak / HOURS)]?.long} at ${clock(peak % HOURS)}.`} onPointerLeave={() => setShown(undefined)}>
            {counts.slice(0, DAYS * HOURS).map((n, i) => (
              <rect
                key={i}
                x={(i % HOURS) * CELL + 0.75}
                y={Math.floor(i / HOURS) * CELL + 0.75}
                width={CELL - 1.5}
                height={CELL - 1.5}
                rx="2"
                fill="currentColor"
                fillOpacity={0.06 + 0.94 * (Math.max(0, n || 0) / most) ** 0.8}
                onPointerEnter={() => setShown(i)}
              />
            ))}
          </svg>
          <p className={css.hours} aria-hidden="true">
            {[0, 6, 12, 18, 24].map((h) => (
              <span key={h} style={{ left: `${(h / HOURS) * 100}%` }}>
                {clock(h)}
              </span>
            ))}
          </p>
        </div>
      </div>
    </figure>
  );
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** Monday to Sunday as the reader's language has them. */
function dayNames(locale: string | undefined): { short: string; long: string }[] {
  const name = (weekday: 'short' | 'long') => new Intl.DateTimeFormat(locale, { weekday, timeZone: 'UTC' });
  const [short, long] = [name('short'), name('long')];
  // 1 January 2024 was a Monday.
  return Array.from({ length: DAYS }, (_, i) => Date.UTC(2024, 0, 1 + i)).map((day) => ({ short: short.format(day), long: long.format(day) }));
}
