import plot from '../kit/plot.module.css';
import { roundTicks } from './round-ticks.js';
import css from './value.module.css';

export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }[];
  /** What was expected, not seen. */
  readonly dashed?: boolean;
}

interface LinesProps {
  readonly lines: readonly Line[];
  /** Where both axes end; they begin at 0. */
  readonly right: number;
  readonly top: number;
  /** Each value holds until the next one: a curve of steps. */
  readonly steps?: boolean;
  /** Stressed on the y axis by a dotted line. */
  readonly level?: number;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly across: string;
  readonly up: string;
  /** What is seen, for who cannot see it. */
  readonly label: string;
}

/** Several lines over time on one pair of axes from 0, each with its interval as a band. */
export function Lines({ lines, right, top, steps = false, level, formatX, formatY, across, up, label }: LinesProps) {
  const place = (x: number, y: number): readonly [number, number] => [(x / (right || 1)) * 100, (1 - y / (top || 1)) * 100];
  const path = (points: readonly (readonly [number, number])[]) => {
    const placed = points.map(([x, y]) => place(x, y).map((v) => v.toFixed(2)));
    return placed.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : steps ? `H${x}V${y}` : `L${x} ${y}`)).join('');
  };
  const band = ({ points }: Line) => {
    const known = points.filter((p) => p.low !== undefined && p.high !== undefined);
    const [over, under] = [known.map((p) => place(p.x, p.high!)), known.map((p) => place(p.x, p.low!))];
    const corners = steps ? [...over.flatMap(([x, y], i) => (i ? [[x, over[i - 1][1]], [x, y]] : [[x, y]])), ...under.flatMap(([x, y], i) => (i ? [[x, under[i - 1][1]], [x, y]] : [[x, y]])).reverse()] : [...over, ...under.reverse()];
    return known.length > 1 ? `M${corners.map((corner) => corner.map((v) => v.toFixed(2)).join(' ')).join('L')}Z` : '';
  };
  return (
    <figure className={css.lines}>
      <p className={css.axis} aria-hidden="true">
        {up}
      </p>
      <div className={css.frame}>
        <p className={css.scale} aria-hidden="true">
          {roundTicks(top).map((y) => (
            <span key={y} style={{ top: `${place(0, y)[1]}%` }}>
              {formatY(y)}
            </span>
          ))}
        </p>
        <div className={`${plot.plot} ${plot.axes} ${css.plot}`} role="img" aria-label={label}>
          <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
            {level === undefined ? null : <path className={css.level} d={`M0 ${place(0, level)[1]}H100`} />}
            {lines.map((line) => (
              <path key={line.name} className={css.band} d={band(line)} style={{ fill: line.colour }} />
            ))}
            {lines.map((line) => (
              <path key={line.name} className={css.line} data-dashed={line.dashed} d={path(line.points.map((p) => [p.x, p.y]))} style={{ stroke: line.colour }} />
            ))}
          </svg>
        </div>
        <p className={css.ticks} aria-hidden="true">
          {roundTicks(right).map((x) => (
            <span key={x} style={{ left: `${place(x, 0)[0]}%` }}>
              {formatX(x)}
            </span>
          ))}
        </p>
      </div>
      <p className={css.axis} aria-hidden="true">
        {across}
      </p>
    </figure>
  );
}
