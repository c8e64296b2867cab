import { ActionIcon } from '@mantine/core';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Icon, type IconName } from './Icon.js';
import { segmentHex } from './palette.js';
import { useScheme } from './SchemeToggle.js';
import css from './Scatter.module.css';
import { ScatterLabels } from './ScatterLabels.js';
import { drawPoints, nearest } from './scatter-paint.js';
import { usePointers } from './use-pointers.js';
import { useSize } from './use-size.js';
import { HOME, panBy, pixel, toUnit, type View, zoomAt } from './view.js';

interface ScatterProps {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Segment of each point; negative = none. */
  readonly group: readonly number[];
  readonly name: (point: number) => string;
  readonly groupName: (group: number) => string;
  readonly hidden: ReadonlySet<number>;
  readonly label: string;
}

/** A zoomable field of points on a canvas: wheel or pinch, drag, buttons and keys; the point under the pointer says its name. */
export function Scatter({ x, y, group, name, groupName, hidden, label }: ScatterProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const scheme = useScheme();
  const [view, setView] = useState<View>(HOME);
  const [hover, setHover] = useState<number>(-1);
  const u = useMemo(() => toUnit(x), [x]);
  const v = useMemo(() => toUnit(y), [y]);

  useEffect(() => {
    if (!canvas.current || size.width === 0) return;
    drawPoints(canvas.current, { u, v, group, hidden, view, size, hover, colour: (g) => segmentHex(g, scheme), ring: scheme === 'dark' ? '#fff' : '#111' });
  }, [u, v, group, hidden, view, size, hover, scheme]);

  const find = (px: number, py: number) => setHover(nearest({ u, v, group, hidden, view, size }, px, py));
  usePointers(frame, {
    pan: (dx, dy) => setView((w) => panBy(w, dx, dy, size)),
    zoom: (factor, px, py) => setView((w) => zoomAt(w, factor, px, py, size)),
    point: find,
    leave: () => setHover(-1),
  });

  const zoom = (factor: number) => setView((w) => zoomAt(w, factor, size.width / 2, size.height / 2, size));
  const onKeyDown = (event: KeyboardEvent) => {
    const act = keys(zoom, (dx, dy) => setView((w) => panBy(w, dx, dy, size)), () => setView(HOME))[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  };
  const found = hover >= 0 ? pixel(u[hover], v[hover], view, size) : undefined;

  return (
    <div className={css.scatter}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the plot is moved and zoomed by keys */}
      <div ref={frame} className={css.frame} role="application" aria-roledescription="zoomable map" aria-label={label} tabIndex={0} onKeyDown={onKeyDown}>
        <canvas ref={canvas} className={css.canvas} aria-hidden="true" />
        <ScatterLabels u={u} v={v} group={group} hidden={hidden} view={view} size={size} groupName={groupName} />
        {found ? (
          <div className={css.tip} style={{ left: found[0], top: found[1] }} data-side={found[0] > size.width / 2 ? 'left' : 'right'} role="status">
            <strong>{name(hover)}</strong>
            <span>{groupName(group[hover])}</span>
          </div>
        ) : null}
      </div>
      <div className={css.buttons} role="group" aria-label="Map controls">
        <Control name="plus" label="Zoom in" act={() => zoom(1.6)} />
        <Control name="minus" label="Zoom out" act={() => zoom(1 / 1.6)} />
        <Control name="fit" label="Show everything" act={() => setView(HOME)} />
      </div>
    </div>
  );
}

function Control({ name, label, act }: { readonly name: IconName; readonly label: string; readonly act: () => void }) {
  return (
    <ActionIcon variant="default" size={36} onClick={act} aria-label={label} title={label}>
      <Icon name={name} size={16} />
    </ActionIcon>
  );
}

const STEP = 60;

const keys = (zoom: (factor: number) => void, pan: (dx: number, dy: number) => void, home: () => void): Record<string, () => void> => ({
  '+': () => zoom(1.4),
  '=': () => zoom(1.4),
  '-': () => zoom(1 / 1.4),
  '0': home,
  ArrowLeft: () => pan(STEP, 0),
  ArrowRight: () => pan(-STEP, 0),
  ArrowUp: () => pan(0, STEP),
  ArrowDown: () => pan(0, -STEP),
});
