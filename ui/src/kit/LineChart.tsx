import css from './LineChart.module.css';
import plot from './plot.module.css';

interface LineChartProps {
  readonly points: readonly (readonly [number, number])[];
  readonly low?: number;
  readonly high?: number;
  readonly threshold?: number;
  /** x of the point to stress. */
  readonly marked?: number;
  readonly format: (value: number) => string;
  readonly label: string;
  /** What x counts. */
  readonly unit: string;
  readonly height?: number;
}

/** A small line over whole numbers, the chosen one stressed, with a dashed threshold. */
export function LineChart({ points, low, high, threshold, marked, format, label, unit, height = 150 }: LineChartProps) {
  const known = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (known.length < 2) return null;
  const [left, right] = [known[0][0], known[known.length - 1][0]];
  const bottom = low ?? Math.min(...known.map((p) => p[1]));
  const top = high ?? Math.max(...known.map((p) => p[1]));
  const place = (x: number, y: number): [number, number] => [((x - left) / (right - left || 1)) * 100, (1 - (y - bottom) / (top - bottom || 1)) * 100];
  const path = known.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${place(x, y).map((v) => v.toFixed(2)).join(' ')}`).join('');
  const step = Math.ceil(known.length / 8);
  return (
    <figure className={css.chart}>
      <div className={`${plot.plot} ${css.plot}`} style={{ height }} role="img" aria-label={label}>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {threshold === undefined ? null : <line className={css.threshold} x1="0" x2="100" y1={place(0, threshold)[1]} y2={place(0, threshold)[1]} />}
          <path className={css.line} d={path} />
        </svg>
        {known.map(([x, y]) => {
          const [px, py] = place(x, y);
          return <span key={x} className={css.point} data-marked={x === marked} style={{ left: `${px}%`, top: `${py}%` }} title={`${x} ${unit}: ${format(y)}`}>{x === marked ? <b>{format(y)}</b> : null}</span>;
        })}
        {threshold === undefined ? null : (
          <span className={css.thresholdText} style={{ top: `${place(0, threshold)[1]}%` }}>
            {format(threshold)}
          </span>
        )}
      </div>
      <p className={css.ticks} aria-hidden="true">
        {known.map(([x], i) => (i % step === 0 || x === marked ? <span key={x} style={{ left: `${place(x, 0)[0]}%` }} data-marked={x === marked}>{x}</span> : null))}
      </p>
    </figure>
  );
}
