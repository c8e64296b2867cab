import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { contrast } from './contrast.js';
import { distributions, heatmap, tellingFeatures } from './distribution.js';
import { map, mapAxes, placesOn } from './map.js';
import { market, subjectOf } from './market.test.fixture.js';

const subject = market(3000);

describe('map', () => {
  it('parts the segments: most of the variance lies between them', () => {
    const { x, segment, method } = map(subject, createContext());
    expect(method).toBe('linear discriminants');
    const means = new Map<number, { sum: number; n: number }>();
    x.forEach((value, i) => {
      const m = means.get(segment[i]) ?? { sum: 0, n: 0 };
      means.set(segment[i], { sum: m.sum + value, n: m.n + 1 });
    });
    const between = [...means.values()].reduce((sum, { sum: s, n }) => sum + (s * s) / n, 0) / x.length;
    expect(between).toBeGreaterThan(0.85);
  });

  it('gives the textbook direction for two round clouds: along the line between their means', () => {
    const features = subject.table.features.slice(11, 13).map((f) => ({ ...f, kind: 'number' as const }));
    const labels = Int32Array.from({ length: 400 }, (_, i) => i % 2);
    const angle = (i: number) => (2 * Math.PI * (i >> 1)) / 200;
    const columns = [Float64Array.from(labels, (s, i) => 5 * s + Math.cos(angle(i))), Float64Array.from(labels, (_, i) => Math.sin(angle(i)))];
    const { x, y, segment, method } = map(subjectOf(features, columns, labels, 2), createContext());
    expect(method).toBe('linear discriminant and principal component');
    x.forEach((value, i) => expect(Math.sign(value)).toBe(segment[i] === 1 ? 1 : -1));
    const mean = (s: number) => y.filter((_, i) => segment[i] === s).reduce((a, b) => a + b, 0);
    expect(Math.abs(mean(0))).toBeLessThan(1);
  });

  it('falls back to principal components with one segment, and keeps to its limit', () => {
    const large = market(9000);
    const one = { ...large, assignment: { ...large.assignment, labels: new Int32Array(9000) }, model: { ...large.model, params: { k: 1 } } };
    const made = map(one, createContext());
    expect(made.method).toBe('principal components');
    expect(made.x.length).toBe(4000);
    expect(new Set(made.entity).size).toBe(4000);
    expect(JSON.stringify(map(one, createContext()))).toBe(JSON.stringify(made));
  });
});

describe('heatmap and distributions', () => {
  const found = contrast(subject, createContext());

  it('give one row per telling feature and one value per segment', () => {
    const { features, values } = heatmap(found);
    expect(values.length).toBe(features.length);
    expect(values.every((row) => row.length === found.k && row.every(Number.isFinite))).toBe(true);
    expect(tellingFeatures(found, 5)).toHaveLength(5);
  });

  it('spread every known value over bins that grow', () => {
    for (const d of distributions(subject, found, tellingFeatures(found))) {
      expect(d.edges.every((e, i) => i === 0 || e > d.edges[i - 1]), d.feature).toBe(true);
      expect(d.everyone.length).toBe(d.edges.length - 1);
      for (const row of [d.everyone, ...d.segments]) {
        const sum = row.reduce((a, b) => a + b, 0);
        expect(sum === 0 || Math.abs(sum - 1) < 1e-3, d.feature).toBe(true);
      }
    }
  });
});

describe('placesOn', () => {
  it('puts everyone where the sample lies', () => {
    const axes = mapAxes(subject, createContext());
    const { x, y } = placesOn(axes, subject.matrix);
    const shown = map(subject, createContext(), axes);
    axes.sample.forEach((row, i) => {
      expect(x[row]).toBeCloseTo(shown.x[i], 2);
      expect(y[row]).toBeCloseTo(shown.y[i], 2);
    });
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length).toBeCloseTo(1, 4);
  });

  it('leaves at 0 what has no second axis', () => {
    const { x, y } = placesOn({ axes: [{ weights: Float64Array.of(2), mean: 1, scale: 0.5 }], sample: Int32Array.of(0), method: '' }, { ...subject.matrix, rows: 2, d: 1, stride: 1, data: Float32Array.of(1, 3) });
    expect([[...x], [...y]]).toEqual([[0.5, 2.5], [0, 0]]);
  });
});
