import { useReport } from '../wire/runs.js';
import css from './rules.module.css';

const SIZE = 160;

/** A drawn shape over the map of its run, small. */
export function Shape({ points, run }: { readonly points: readonly (readonly [number, number])[]; readonly run: string }) {
  const { data: report } = useReport(run);
  const shown = report ? sampleOf(report.map.x, report.map.y) : [];
  const all = [...shown, ...points];
  const [left, right] = bounds(all.map(([x]) => x));
  const [low, high] = bounds(all.map(([, y]) => y));
  const place = ([x, y]: readonly [number, number]) => `${(((x - left) / (right - left)) * SIZE).toFixed(1)} ${((1 - (y - low) / (high - low)) * SIZE).toFixed(1)}`;
  return (
    <svg className={css.shape} viewBox={`-6 -6 ${SIZE + 12} ${SIZE + 12}`} role="img" aria-label={`A shape of ${points.length} corners on the map`}>
      <path className={css.shapePoints} d={shown.map((point) => `M${place(point)}h0`).join('')} />
      <path className={css.shapeLine} d={`M${points.map(place).join('L')}Z`} />
    </svg>
  );
}

function sampleOf(x: readonly number[], y: readonly number[]): (readonly [number, number])[] {
  const step = Math.max(1, Math.ceil(x.length / 600));
  return x.flatMap((px, i) => (i % step === 0 ? [[px, y[i]] as const] : []));
}

function bounds(values: readonly number[]): readonly [number, number] {
  const [low, high] = values.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  return high > low ? [low, high] : [low - 1, high + 1];
}
