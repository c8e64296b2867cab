import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Size } from './view.js';

/** The size of an element's content in CSS pixels, known before the first frame and kept up to date; 0 × 0 before the first layout. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    if (!element.current) return;
    const take = (next: Size) => setSize((before) => (before.width === next.width && before.height === next.height ? before : next));
    take(contentOf(element.current));
    const observer = new ResizeObserver(([entry]) => take({ width: entry.contentRect.width, height: entry.contentRect.height }));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** What a ResizeObserver will say of it: the box without border and padding. */
function contentOf(element: HTMLElement): Size {
  const style = getComputedStyle(element);
  const of = (...parts: string[]) => parts.reduce((sum, part) => sum + (Number.parseFloat(part) || 0), 0);
  const { width, height } = element.getBoundingClientRect();
  return {
    width: Math.max(0, width - of(style.paddingLeft, style.paddingRight, style.borderLeftWidth, style.borderRightWidth)),
    height: Math.max(0, height - of(style.paddingTop, style.paddingBottom, style.borderTopWidth, style.borderBottomWidth)),
  };
}
