import { describe, expect, it } from 'vitest';
import { pointsOf } from './points.js';
import { dotRadius, GRAIN, mix, paintPoints, type Sheet } from './scatter-paint.js';
import { HOME } from './view.js';

const size = { width: 200, height: 150 };
const WHITE = 0xffffffff | 0;
const BLUE = 0xffff0000 | 0;
const RED = 0xff0000ff | 0;
const COLOURS = Int32Array.from([0, BLUE, RED]);

const sheetOf = (): Sheet => ({ width: 200, height: 150, pixels: new Int32Array(200 * 150), counts: new Uint16Array(200 * 150) });
const channels = (pixel: number) => [pixel & 255, (pixel >>> 8) & 255, (pixel >>> 16) & 255];

function paint(x: number[], y: number[], tone: number[]) {
  const points = pointsOf(x, y);
  const sheet = sheetOf();
  paintPoints(sheet, { points, tone: Uint16Array.from(points.order, (i) => tone[i]), colours: COLOURS, paper: WHITE, view: HOME, size, ratio: 1 });
  return sheet.pixels;
}

describe('few points', () => {
  it('are round dots in their colour over the paper', () => {
    const pixels = paint([0, 1], [0, 1], [1, 2]);
    const at = (x: number, y: number) => channels(pixels[y * 200 + x]);
    // The paper shows through seven tenths of a colour.
    expect(at(28, 121)).toEqual([77, 77, 255]);
    expect(at(171, 28)[0]).toBe(255);
    expect(at(100, 75)).toEqual([255, 255, 255]);
    expect(at(36, 114)).toEqual([255, 255, 255]);
  });

  it('leave out what is hidden', () => {
    expect(paint([0, 1], [0, 1], [0, 0]).every((pixel) => pixel === WHITE)).toBe(true);
  });

  it('are the smaller the more of them are in sight', () => {
    expect(dotRadius(100)).toBe(4);
    expect(dotRadius(5000)).toBeCloseTo(2.4);
    expect(dotRadius(1e6)).toBe(1.1);
  });
});

describe('many points', () => {
  const n = GRAIN + 1000;
  const crowd = (tone: (i: number) => number) => {
    // A dense lattice at the left; at the right 1,000 that stand alone.
    const at = Array.from({ length: n }, (_, i) => (i < 1000 ? [0.6 + (i % 20) / 50, Math.floor(i / 20) / 49] : [(i % 40) / 100, (i % 37) / 37]));
    return paint(at.map((p) => p[0]), at.map((p) => p[1]), at.map((_, i) => tone(i)));
  };

  it('are stronger where they are denser, and a lone one still shows', () => {
    const pixels = crowd(() => 1);
    const blueness = [...pixels].map((pixel) => 255 - (pixel & 255));
    const strongest = Math.max(...blueness);
    const lone = Math.max(...blueness.filter((_, k) => k % 200 > 124));
    expect(strongest).toBeGreaterThan(230);
    expect(lone).toBeGreaterThan(80);
    expect(lone).toBeLessThan(140);
  });

  it('mix their colours where they share a pixel', () => {
    const [r, , b] = channels([...crowd((i) => 1 + (Math.floor(i / 1480) % 2))].sort((p, q) => channels(p)[1] - channels(q)[1])[0]);
    expect(r + b).toBeGreaterThan(200);
  });

  it('leave out what is hidden', () => {
    expect(crowd(() => 0).every((pixel) => pixel === WHITE)).toBe(true);
  });
});

it('mixes two colours by parts of 256', () => {
  expect(channels(mix(WHITE, BLUE, 0))).toEqual([255, 255, 255]);
  expect(channels(mix(WHITE, BLUE, 256))).toEqual([0, 0, 255]);
  expect(channels(mix(RED, BLUE, 128))).toEqual([128, 0, 128]);
});
