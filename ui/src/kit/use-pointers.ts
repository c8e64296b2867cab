import { type RefObject, useEffect, useRef } from 'react';

interface PointerActs {
  pan(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  point(x: number, y: number): void;
  leave(): void;
}

/**
 * Drag to pan, pinch or wheel to zoom, move to point. A bare wheel zooms only once the element has been pressed, so that
 * scrolling the page past it does not; with Ctrl or ⌘ it always does.
 */
export function usePointers(element: RefObject<HTMLElement | null>, acts: PointerActs): void {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => (element.current ? listen(element.current, () => latest.current) : undefined), [element]);
}

function listen(target: HTMLElement, acts: () => PointerActs): () => void {
  const down = new Map<number, [number, number]>();
  let engaged = false;
  const place = (event: PointerEvent | WheelEvent): [number, number] => {
    const box = target.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const onDown = (event: PointerEvent) => {
    engaged = true;
    down.set(event.pointerId, place(event));
    acts().point(...place(event));
  };
  const onMove = (event: PointerEvent) => {
    const now = place(event);
    const before = down.get(event.pointerId);
    if (!before) return acts().point(...now);
    if (!target.hasPointerCapture(event.pointerId)) target.setPointerCapture(event.pointerId);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) acts().zoom(apart(now, other) / (apart(before, other) || 1), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    else acts().pan(now[0] - before[0], now[1] - before[1]);
    down.set(event.pointerId, now);
  };
  const onUp = (event: PointerEvent) => down.delete(event.pointerId);
  const onLeave = () => {
    engaged = false;
    acts().leave();
  };
  const onWheel = (event: WheelEvent) => {
    if (!engaged && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    acts().zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0018)), ...place(event));
  };

  const listeners: [string, (event: never) => void][] = [
    ['pointerdown', onDown], ['pointermove', onMove], ['pointerup', onUp], ['pointercancel', onUp], ['pointerleave', onLeave], ['wheel', onWheel],
  ];
  for (const [name, act] of listeners) target.addEventListener(name, act as EventListener, { passive: false });
  return () => {
    for (const [name, act] of listeners) target.removeEventListener(name, act as EventListener);
  };
}

const apart = (a: [number, number], b: [number, number]): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
