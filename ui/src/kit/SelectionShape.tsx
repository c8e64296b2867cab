import type { Polygon } from './lasso.js';
import { type Points, pixel } from './points.js';
import css from './Scatter.module.css';
import type { Size, View } from './view.js';

/** The region that was drawn, over the points. */
export function SelectionShape({ region, points, view, size }: { readonly region: Polygon; readonly points: Points; readonly view: View; readonly size: Size }) {
  const corners = region.map(([x, y]) => pixel((x - points.x.low) / points.x.span, (y - points.y.low) / points.y.span, view, size));
  return (
    <svg className={css.region} aria-hidden="true">
      <polygon points={corners.map((c) => c.map((v) => v.toFixed(1)).join(',')).join(' ')} />
    </svg>
  );
}
