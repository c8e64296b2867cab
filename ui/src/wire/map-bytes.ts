import type { Colours, MapPoints } from '../../../src/domain/answer.js';

export type WireMap = Pick<MapPoints, 'x' | 'y' | 'segment' | 'method' | 'rows'>;
export type WireColours = Pick<Colours, 'title' | 'bins' | 'legend' | 'edges' | 'counts' | 'missing'>;

/** The map as it comes: float32 x, float32 y, int16 segment, one after the other. @throws Error where bytes are missing */
export function mapOf(bytes: ArrayBuffer, { rows = Math.floor(bytes.byteLength / 10), method = '' }: Partial<Pick<MapPoints, 'rows' | 'method'>>): WireMap {
  if (bytes.byteLength !== rows * 10) throw new Error('The map did not come whole. Try again.');
  return { rows, method, x: new Float32Array(bytes, 0, rows), y: new Float32Array(bytes, rows * 4, rows), segment: new Int16Array(bytes, rows * 8, rows) };
}
