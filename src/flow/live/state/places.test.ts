import { describe, expect, it } from 'vitest';
import type { Placing } from '../found/place.js';
import type { Rows } from '../found/rows.js';
import { held, looks, stand } from './places.js';

const hour = 3_600_000, day = 24 * hour;
const begin = Date.parse('2026-01-01T00:00:00Z');
const rows: Rows = { events: [{ source: 'events', at: begin }], orders: [{ source: 'orders', at: begin - day }] };
/** In segment 0 until an instant, in 1 from then on, as firmly as said. */
const movingAt = (at: number, strength: number): Placing => ({ model: undefined as never, names: [], foretold: () => Number.NaN, at: (_, asOf) => ({ values: new Float64Array(0), place: { segment: asOf < at ? 0 : 1, strength } }), compared: () => ({ place: { segment: -1, strength: 0 }, next: -1, against: -1, parts: [] }), edge: () => Infinity });

describe('the place of somebody in a found segmentation', () => {
  it('is kept until another segment is nearer by more than the hysteresis', () => {
    expect(held(0, { segment: 1, strength: 0.05 })).toBe(0);
    expect(held(0, { segment: 1, strength: 0.0501 })).toBe(1);
    expect(held(undefined, { segment: 1, strength: 0 })).toBe(1);
    expect(held(0, { segment: -1, strength: 0 })).toBe(-1);
  });

  it('is looked at again after six hours at first, and more and more seldom, at instants that follow from the newest row alone', () => {
    expect(looks(rows, begin)).toEqual({ from: begin, until: begin + 6 * hour });
    expect(looks(rows, begin + 6 * hour - 1)).toEqual({ from: begin, until: begin + 6 * hour });
    expect(looks(rows, begin + 6 * hour)).toEqual({ from: begin + 6 * hour, until: begin + 12 * hour });
    const { from, until } = looks(rows, begin + 400 * day);
    expect(until - from).toBe(30 * day);
    expect(looks(rows, begin + 2000 * day).until).toBe(Infinity);
    expect(looks({ events: [], orders: [] }, begin).until).toBe(Infinity);
  });

  it('changes at the exact millisecond, whenever it is asked for', () => {
    const moves = begin + 2 * day + 12_345;
    const placing = movingAt(moves, 0.5);
    for (const asOf of [begin + 2 * day, begin + 2 * day + 7, moves - 1]) expect(stand(placing, 0, rows, undefined, asOf)).toMatchObject({ segment: 0, until: moves });
    expect(stand(placing, 0, rows, undefined, moves).segment).toBe(1);
    expect(stand(placing, 0, rows, 0, moves - 1)).toMatchObject({ segment: 0, until: moves });
    expect(stand(placing, 0, rows, 0, moves)).toMatchObject({ segment: 1, strength: 0.5 });
  });

  it('stays where the other segment is hardly nearer, without any strength', () => {
    const placing = movingAt(begin + hour, 0.04);
    expect(stand(placing, 0, rows, 0, begin + 2 * hour)).toMatchObject({ segment: 0, strength: 0, until: begin + 6 * hour });
  });
});
