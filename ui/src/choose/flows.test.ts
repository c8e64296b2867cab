import { describe, expect, it } from 'vitest';
import { drawFlows, ribbon, spaced } from './flows.js';

const flows = [{ from: 0, to: 1, entities: 30 }, { from: 0, to: 0, entities: 10 }, { from: 1, to: 0, entities: 50 }, { from: -1, to: 2, entities: 10 }, { from: 1, to: 2, entities: 0 }];
const drawing = drawFlows(flows, 120, 10);

describe('flows between two sets of groups', () => {
  it('are as thick as they have members, and bars as long as all their flows', () => {
    expect(drawing.from.map((n) => [n.group, n.entities, n.height])).toEqual([[0, 40, 40], [1, 50, 50], [-1, 10, 10]]);
    expect(drawing.links.map((l) => l.height)).toEqual([30, 10, 50, 10]);
  });

  it('fill the length with gaps between, in the order that crosses least', () => {
    expect(drawing.from.map((n) => n.y)).toEqual([0, 50, 110]);
    expect(drawing.to.map((n) => n.group)).toEqual([1, 0, 2]);
    expect(drawing.to.at(-1)!.y + drawing.to.at(-1)!.height).toBeCloseTo(120);
  });

  it('leave and reach each bar one below the other, without overlap', () => {
    for (const side of ['from', 'to'] as const)
      for (const node of drawing[side]) {
        const spans = drawing.links.filter((l) => l[side] === node.group).map((l) => (side === 'from' ? l.y0 : l.y1)).sort((a, b) => a - b);
        expect(spans[0]).toBeCloseTo(node.y);
      }
    const [big, small] = drawing.links;
    expect(big.y0).toBe(0);
    expect(small.y0).toBe(30);
  });

  it('survive nothing at all', () => {
    expect(drawFlows([], 100, 10)).toEqual({ from: [], to: [], links: [] });
  });
});

it('draws a ribbon with straight ends', () => {
  expect(ribbon({ from: 0, to: 0, entities: 1, y0: 0, y1: 10, height: 5 }, 0, 100)).toBe('M0 0C50 0 50 10 100 10V15C50 15 50 5 0 5Z');
});

it('moves labels apart, and up again where they would leave the drawing', () => {
  expect(spaced([20, 25, 100], 10, 120)).toEqual([20, 30, 100]);
  expect(spaced([10, 95, 97, 99], 10, 100)).toEqual([10, 75, 85, 95]);
  expect(spaced([], 10, 100)).toEqual([]);
});
