import { ActionIcon } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { Icon, type IconName } from './Icon.js';
import { type Polygon, simplified } from './lasso.js';
import { nearest, type Points, pixel, unpixel } from './points.js';
import { useScheme } from './SchemeToggle.js';
import css from './Scatter.module.css';
import { ScatterCanvas } from './ScatterCanvas.js';
import { ScatterLabels } from './ScatterLabels.js';
import { SelectionShape } from './SelectionShape.js';
import type { Tones } from './tones.js';
import { usePointers } from './use-pointers.js';
import { useSize } from './use-size.js';
import { closestTo, HOME, panBy, type Size, type View, zoomAt } from './view.js';

interface ScatterProps extends Tones {
  readonly points: Points;
  /** Segment of each point, by place; negative = none. */
  readonly group: ArrayLike<number>;
  readonly groupName: (group: number) => string;
  readonly hidden: ReadonlySet<number>;
  readonly label: string;
  /** What is said of the point under the pointer, by place. */
  readonly tip: (place: number) => ReactNode;
  /** A point was pressed. */
  readonly onPick?: (place: number) => void;
  /** Where given, dragging draws a region (keys: a rectangle) instead of moving the plane. */
  readonly onDraw?: (region: Polygon | undefined, done: boolean) => void;
  readonly region?: Polygon;
  readonly className?: string;
}

/** A zoomable field of up to a million points: wheel or pinch, drag, buttons and keys; the point under the pointer says its name; regions can be drawn. */
export function Scatter({ points, tone, colours, group, groupName, hidden, label, tip, onPick, onDraw, region, className }: ScatterProps) {
  const frame = useRef<HTMLDivElement>(null);
  const line = useRef<[number, number][]>([]);
  const size = useSize(frame);
  const scheme = useScheme();
  const [view, setView] = useState<View>(HOME);
  const [hover, setHover] = useState<number>(-1);
  const closest = closestTo(points.n);

  const move = (dx: number, dy: number) => setView((w) => panBy(w, dx, dy, size));
  const zoomTo = (factor: number, px: number, py: number) => setView((w) => zoomAt(w, factor, px, py, size, closest));
  const zoom = (factor: number) => zoomTo(factor, size.width / 2, size.height / 2);
  const at = (px: number, py: number) => nearest(points, view, size, px, py, (i) => colours[tone[i]] !== 0);
  const onMap = (px: number, py: number) => unpixel(points, px, py, view, size);
  const rectangle = (box: Box) => cornersOf(box).map(([px, py]) => onMap(px, py));

  usePointers(frame, {
    pan: move,
    zoom: zoomTo,
    point: (px, py) => setHover(at(px, py)),
    leave: () => setHover(-1),
    click: (px, py) => {
      const found = at(px, py);
      if (found >= 0) onPick?.(points.order[found]);
    },
    draw: onDraw && ((px, py, phase) => {
      if (phase === 'start') line.current = [];
      setHover(-1);
      line.current.push([px, py]);
      const done = phase === 'end';
      const corners = done ? simplified(line.current, 0.75) : line.current;
      onDraw(corners.length < 3 ? undefined : corners.map(([x, y]) => onMap(x, y)), done);
    }),
  });

  /** Names whoever is nearest to the middle; asked again, opens them. */
  const enter = () => {
    if (hover >= 0) onPick?.(points.order[hover]);
    else setHover(nearest(points, view, size, size.width / 2, size.height / 2, (i) => colours[tone[i]] !== 0, size.width / 2));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== 'Enter') setHover(-1);
    const drawn = onDraw && keyedBox(event, region && boxOf(region.map(([x, y]) => pixel((x - points.x.low) / points.x.span, (y - points.y.low) / points.y.span, view, size))), size);
    const act = drawn ? () => onDraw?.(rectangle(drawn), true) : onDraw && event.key === 'Escape' ? () => onDraw(undefined, true) : event.key === 'Enter' ? enter : keys(zoom, move, () => setView(HOME))[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const found = hover >= 0 && hover < points.n ? pixel(points.u[hover], points.v[hover], view, size) : undefined;
  return (
    <div className={`${css.scatter} ${className ?? ''}`}>
      {/* It takes the focus: the plot is moved and zoomed by keys. */}
      <div ref={frame} className={css.frame} data-drawing={onDraw !== undefined} data-pick={onPick !== undefined && found !== undefined} role="application" aria-roledescription="zoomable map" aria-label={label} tabIndex={0} onKeyDown={onKeyDown}>
        <ScatterCanvas points={points} tone={tone} colours={colours} view={view} size={size} scheme={scheme} className={css.canvas} />
        <ScatterLabels points={points} group={group} hidden={hidden} view={view} size={size} groupName={groupName} />
        {region ? <SelectionShape region={region} points={points} view={view} size={size} /> : null}
        {found ? (
          <>
            <span className={css.ring} style={{ left: found[0], top: found[1] }} />
            <div className={css.tip} style={{ left: found[0], top: found[1] }} data-side={found[0] > size.width / 2 ? 'left' : 'right'} role="status">
              {tip(points.order[hover])}
            </div>
          </>
        ) : null}
      </div>
      <div className={css.buttons} data-export="skip" role="group" aria-label="Map controls">
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

/** A rectangle in pixels: left, top, right, bottom. */
type Box = readonly [number, number, number, number];

const cornersOf = ([left, top, right, bottom]: Box): [number, number][] => [[left, top], [right, top], [right, bottom], [left, bottom]];
const boxOf = (corners: readonly (readonly [number, number])[]): Box => {
  const [xs, ys] = [corners.map((c) => c[0]), corners.map((c) => c[1])];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
};

const NUDGE = 16;
const ARROWS: Record<string, readonly [number, number]> = { ArrowLeft: [-NUDGE, 0], ArrowRight: [NUDGE, 0], ArrowUp: [0, -NUDGE], ArrowDown: [0, NUDGE] };

/** While a region is being drawn, arrows move a rectangle and, with Shift, its lower right corner; the first one begins it in the middle. */
function keyedBox(event: KeyboardEvent, box: Box | undefined, { width, height }: Size): Box | undefined {
  const step = ARROWS[event.key];
  if (!step) return undefined;
  if (!box) return [width * 0.35, height * 0.35, width * 0.65, height * 0.65];
  const [dx, dy] = step;
  const [left, top, right, bottom] = box;
  if (event.shiftKey) return [left, top, Math.max(left + 8, right + dx), Math.max(top + 8, bottom + dy)];
  return [left + dx, top + dy, right + dx, bottom + dy];
}
