import { type RefObject, useEffect, useRef } from 'react';

interface PointerActs {
  pan(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  point(x: number, y: number): void;
  leave(): void;
  /** Pressed and let go at about the same place. */
  click?(x: number, y: number): void;
  /** Where given, one pointer draws instead of moving the plane. */
  draw?(x: number, y: number, phase: 'start' | 'move' | 'end'): void;
}

/**
 * Drag to pan or draw, pinch or wheel to zoom, move to point, press to choose. A bare wheel zooms only once the element has been pressed, so that
 * scrolling the page past it does not; with Ctrl or ⌘ it always does.
 */
export function usePointers(element: RefObject<HTMLElement | null>, acts: PointerActs): void {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => (element.current ? listen(element.current, () => latest.current) : undefined), [element]);
}

type Place = [number, number];

/** A pointer may stray so many pixels and still be a press. */
const STRAY = 4;

function listen(target: HTMLElement, acts: () => PointerActs): () => void {
  const down = new Map<number, Place>();
  let engaged = false;
  let pressed: Place | undefined;
  let drawing = false;
  const place = (event: PointerEvent | WheelEvent): Place => {
    const box = target.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const onDown = (event: PointerEvent) => {
    const now = place(event);
    engaged = true;
    down.set(event.pointerId, now);
    pressed = down.size === 1 && event.button === 0 ? now : undefined;
    acts().point(...now);
    if (drawing && down.size > 1) endDrawing(now);
    else if (acts().draw && pressed) {
      drawing = true;
      acts().draw?.(...now, 'start');
    }
  };
  const onMove = (event: PointerEvent) => {
    const now = place(event);
    const before = down.get(event.pointerId);
    if (!before) return acts().point(...now);
    if (!target.hasPointerCapture(event.pointerId)) target.setPointerCapture(event.pointerId);
    if (pressed && apart(now, pressed) > STRAY) pressed = undefined;
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) acts().zoom(apart(now, other) / (apart(before, other) || 1), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    else if (drawing) acts().draw?.(...now, 'move');
    else acts().pan(now[0] - before[0], now[1] - before[1]);
    down.set(event.pointerId, now);
  };
  const onUp = (event: PointerEvent) => {
    const now = place(event);
    if (drawing) endDrawing(now);
    else if (pressed && event.type === 'pointerup') acts().click?.(...now);
    pressed = undefined;
    down.delete(event.pointerId);
  };
  const endDrawing = (now: Place) => {
    drawing = false;
    acts().draw?.(...now, 'end');
  };
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

const apart = (a: Place, b: Place): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
