import css from './kit.module.css';

interface BarProps {
  /** 0–1 of the track. */
  readonly share: number;
  readonly colour?: string;
  readonly height?: number;
  /** A thin tick on the track, 0–1 (a threshold, an expected value). */
  readonly tick?: number;
  /** Interval, 0–1, drawn as a whisker. */
  readonly interval?: readonly [number, number];
}

/** A bar whose value is always written beside it, so it is hidden from screen readers. */
export function Bar({ share, colour = 'var(--accent)', height = 10, tick, interval }: BarProps) {
  return (
    <span className={css.bar} style={{ height }} aria-hidden="true">
      <span className={css.barFill} style={{ width: percent(share), background: colour }} />
      {interval ? (
        <span className={css.barWhisker} style={{ left: percent(interval[0]), width: percent(Math.max(0, clamp(interval[1]) - clamp(interval[0]))) }} />
      ) : null}
      {tick === undefined ? null : <span className={css.barTick} style={{ left: percent(tick) }} />}
    </span>
  );
}

const clamp = (x: number): number => (Number.isFinite(x) ? Math.min(1, Math.max(0, x)) : 0);
const percent = (x: number): string => `${(clamp(x) * 100).toFixed(2)}%`;
