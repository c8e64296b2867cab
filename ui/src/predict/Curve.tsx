import plot from '../kit/plot.module.css';
import css from './predict.module.css';

interface CurveProps {
  /** In [0, 1] both. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number; readonly title: string }[];
  /** Whether the points are joined. */
  readonly joined?: boolean;
  /** Whether each point is marked; of many it is only the line. */
  readonly dots?: boolean;
  /** What chance gives, where that is a height and not the diagonal. */
  readonly chance?: number;
  readonly across: string;
  readonly up: string;
  /** What is seen, for who cannot see it. */
  readonly label: string;
}

/** Shares against shares, with what a perfect calibration, or chance, would give: the diagonal or a height. */
export function Curve({ points, joined = true, dots = true, chance, across, up, label }: CurveProps) {
  const at = (x: number, y: number) => `${(x * 100).toFixed(2)} ${((1 - y) * 100).toFixed(2)}`;
  return (
    <figure className={css.curve}>
      <p className={css.axis} aria-hidden="true">
        {up}
      </p>
      <div className={`${plot.plot} ${plot.axes} ${css.plot}`} role="img" aria-label={label}>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <path className={css.diagonal} d={chance === undefined ? 'M0 100L100 0' : `M${at(0, chance)}L${at(1, chance)}`} />
          {points.map((p) => (p.low === undefined || p.high === undefined ? null : <path key={`${p.x} ${p.title}`} className={css.whisker} d={`M${at(p.x, p.low)}L${at(p.x, p.high)}`} />))}
          {joined ? <path className={css.line} d={`M${points.map((p) => at(p.x, p.y)).join('L')}`} /> : null}
        </svg>
        {(dots ? points : []).map((p) => (
          <span key={`${p.x} ${p.title}`} className={css.dot} style={{ left: `${p.x * 100}%`, top: `${(1 - p.y) * 100}%` }} title={p.title} />
        ))}
      </div>
      <p className={css.ticks} aria-hidden="true">
        <span>0</span>
        <span>{across}</span>
        <span>100 %</span>
      </p>
    </figure>
  );
}
