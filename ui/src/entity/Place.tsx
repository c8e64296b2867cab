import { useMemo } from 'react';
import type { Report } from '../../../src/domain/report.js';
import { segmentColour } from '../kit/palette.js';
import css from './person.module.css';

interface PlaceProps {
  readonly map: Report['map'];
  readonly place: { readonly x: number; readonly y: number };
  readonly label: string;
}

const [WIDTH, HEIGHT] = [300, 210];

/** Where somebody is on the map of everyone. */
export function Place({ map, place, label }: PlaceProps) {
  const { paths, at } = useMemo(() => drawn(map), [map]);
  if (map.x.length === 0 || !Number.isFinite(place.x) || !Number.isFinite(place.y)) return null;
  const [x, y] = at(place.x, place.y);
  return (
    <svg className={css.place} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {paths.map(({ segment, d }) => (
        <path key={segment} d={d} style={{ fill: 'none', stroke: segmentColour(segment), strokeWidth: 2.4, strokeLinecap: 'round', strokeOpacity: 0.5 }} />
      ))}
      <circle cx={x} cy={y} r="7" style={{ fill: 'none', stroke: 'var(--paper)', strokeWidth: 5 }} />
      <circle cx={x} cy={y} r="7" style={{ fill: 'none', stroke: 'var(--ink)', strokeWidth: 2 }} />
      <circle cx={x} cy={y} r="2.6" style={{ fill: 'var(--ink)' }} />
    </svg>
  );
}

function drawn({ x, y, segment }: Report['map']) {
  const [left, right] = ends(x);
  const [low, high] = ends(y);
  const at = (px: number, py: number): readonly [number, number] => [12 + ((Math.min(right, Math.max(left, px)) - left) / (right - left)) * (WIDTH - 24), HEIGHT - 12 - ((Math.min(high, Math.max(low, py)) - low) / (high - low)) * (HEIGHT - 24)];
  const step = Math.max(1, Math.ceil(x.length / 1500));
  const marks = new Map<number, string[]>();
  for (let i = 0; i < x.length; i += step) {
    const [px, py] = at(x[i], y[i]);
    marks.set(segment[i], [...(marks.get(segment[i]) ?? []), `M${px.toFixed(1)} ${py.toFixed(1)}h0`]);
  }
  return { at, paths: [...marks].map(([s, parts]) => ({ segment: s, d: parts.join('') })) };
}

function ends(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return high > low ? [low, high] : [low - 1, high + 1];
}
