import { useMemo } from 'react';
import css from './Scatter.module.css';
import { SegmentMark } from './SegmentMark.js';
import { medianAt, pixel, type Size, spread, spreadAt, type View } from './view.js';

interface ScatterLabelsProps {
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly group: readonly number[];
  readonly hidden: ReadonlySet<number>;
  readonly view: View;
  readonly size: Size;
  readonly groupName: (group: number) => string;
}

/** Each segment's number, and its name where there is room, over the middle of its points. */
export function ScatterLabels({ u, v, group, hidden, view, size, groupName }: ScatterLabelsProps) {
  const middles = useMemo(() => middlesOf(u, v, group), [u, v, group]);
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
      return { ...m, x: Math.min(size.width - width / 2 - 8, Math.max(width / 2 + 8, x)), y: Math.max(16, tight ? y - 24 : y), width, inside };
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

function middlesOf(u: Float64Array, v: Float64Array, group: readonly number[]): Middle[] {
  const places = new Map<number, number[]>();
  group.forEach((g, i) => {
    if (g < 0) return;
    const list = places.get(g);
    if (list) list.push(i);
    else places.set(g, [i]);
  });
  return [...places].map(([g, at]) => ({ group: g, u: medianAt(u, at), v: medianAt(v, at), reach: spreadAt(v, at) }));
}
