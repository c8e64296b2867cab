import { useMemo } from 'react';
import { type Points, pixel } from './points.js';
import css from './Scatter.module.css';
import { SegmentMark } from './SegmentMark.js';
import { medianOf, type Size, spread, spreadOf, type View } from './view.js';

interface ScatterLabelsProps {
  readonly points: Points;
  readonly group: ArrayLike<number>;
  readonly hidden: ReadonlySet<number>;
  readonly view: View;
  readonly size: Size;
  readonly groupName: (group: number) => string;
}

/** Each segment's number, and its name where there is room, over the middle of its points. */
export function ScatterLabels({ points, group, hidden, view, size, groupName }: ScatterLabelsProps) {
  const middles = useMemo(() => middlesOf(points, group), [points, group]);
  if (size.width === 0) return null;
  const named = size.width > 560 && middles.length <= 9;
  const shown = middles
    .filter((m) => !hidden.has(m.group))
    .map((m) => {
      const [x, y] = pixel(m.u, m.v, view, size);
      // Over a wide cloud the label hides little; a narrow one it would cover whole, so it stands above.
      const tight = m.reach * size.height * view.k < 24;
      const inside = x > 0 && y > 0 && x < size.width && y < size.height;
      const width = named ? Math.min(310, 44 + groupName(m.group).length * 7.5) : 30;
      // The buttons stand in the upper right corner, but for narrow screens, where they are below.
      const right = size.width > 600 && y < 150 ? 64 : 8;
      return { ...m, x: Math.min(size.width - width / 2 - right, Math.max(width / 2 + 8, x)), y: Math.max(16, tight ? y - 24 : y), width, inside };
    })
    .filter((m) => m.inside);
  return (
    <div className={css.labels} aria-hidden="true">
      {spread(shown, named ? 34 : 26).map((m) => (
        <span key={m.group} className={css.label} data-named={named} style={{ left: m.x, top: m.y }}>
          <SegmentMark index={m.group} size={20} />
          {named ? <span className={css.labelText}>{groupName(m.group)}</span> : null}
        </span>
      ))}
    </div>
  );
}

interface Middle {
  readonly group: number;
  readonly u: number;
  readonly v: number;
  /** Height of its middle half, 0–1. */
  readonly reach: number;
}

const SAMPLE = 40_000;

const known = new WeakMap<Points, { group: ArrayLike<number>; middles: readonly Middle[] }>();

/** The middles of a map that does not change are found once, however often it is looked at. */
function middlesOf(points: Points, group: ArrayLike<number>): readonly Middle[] {
  const before = known.get(points);
  if (before?.group === group) return before.middles;
  const middles = foundMiddles(points, group);
  known.set(points, { group, middles });
  return middles;
}

/** The middle of each segment, of a sample taken evenly over the plane where there are many. */
function foundMiddles({ n, u, v, order }: Points, group: ArrayLike<number>): Middle[] {
  const places = new Map<number, { u: number[]; v: number[] }>();
  const step = Math.max(1, Math.floor(n / SAMPLE));
  for (let i = 0; i < n; i += step) {
    const g = group[order[i]];
    if (g < 0) continue;
    let own = places.get(g);
    if (!own) places.set(g, (own = { u: [], v: [] }));
    own.u.push(u[i]);
    own.v.push(v[i]);
  }
  return [...places].map(([g, own]) => ({ group: g, u: medianOf(own.u), v: medianOf(own.v), reach: spreadOf(own.v) })).sort((a, b) => a.group - b.group);
}
