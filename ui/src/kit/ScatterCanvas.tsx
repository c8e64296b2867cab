import { useLayoutEffect, useRef } from 'react';
import { DARK_BACKGROUND, LIGHT_BACKGROUND, type Scheme } from './palette.js';
import type { Points } from './points.js';
import { GRAIN, paintPoints, type Sheet, seenIn } from './scatter-paint.js';
import { packed, type Tones } from './tones.js';
import type { Size, View } from './view.js';

interface ScatterCanvasProps extends Tones {
  readonly points: Points;
  readonly view: View;
  readonly size: Size;
  readonly scheme: Scheme;
  readonly className: string;
}

/** The points themselves, painted anew in the same frame in which anything about them changes. */
export function ScatterCanvas({ points, tone, colours, view, size, scheme, className }: ScatterCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const kept = useRef<{ sheet: Sheet; image: ImageData }>(undefined);
  useLayoutEffect(() => {
    const pen = canvas.current?.getContext('2d', { alpha: false });
    if (!canvas.current || !pen || size.width < 1 || size.height < 1) return;
    // Grain is a CSS pixel each, however fine the screen; dots use all of it.
    const ratio = seenIn({ points, view, size }) > GRAIN ? 1 : Math.min(3, window.devicePixelRatio || 1);
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (canvas.current.width !== width) canvas.current.width = width;
    if (canvas.current.height !== height) canvas.current.height = height;
    if (kept.current?.sheet.width !== width || kept.current.sheet.height !== height) kept.current = blank(width, height);
    paintPoints(kept.current.sheet, { points, tone, colours, paper: packed(scheme === 'dark' ? DARK_BACKGROUND : LIGHT_BACKGROUND), view, size, ratio });
    pen.putImageData(kept.current.image, 0, 0);
  }, [points, tone, colours, view, size, scheme]);
  return <canvas ref={canvas} className={className} aria-hidden="true" />;
}

function blank(width: number, height: number): { sheet: Sheet; image: ImageData } {
  const image = new ImageData(width, height);
  return { image, sheet: { width, height, pixels: new Int32Array(image.data.buffer), counts: new Uint16Array(width * height) } };
}
