import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Form } from '../domain/forms.js';
import { encodeValue } from '../util/encode-value.js';
import { contrast } from './contrast.js';
import { explainEntity } from './entity.js';
import { flip } from './flip.js';
import { market } from './market.test.fixture.js';
import { profiles } from './profile.js';

const subject = market(1500);
const found = contrast(subject, createContext());
const made = profiles(subject, createContext(), found);
const { table, matrix } = subject;
const centroids = subject.model.params['centroids'] as number[];
const row = (i: number) => matrix.data.subarray(i * matrix.stride, i * matrix.stride + matrix.d);
const squared = (z: ArrayLike<number>, s: number) => Array.from({ length: matrix.d }, (_, c) => (z[c] - centroids[s * matrix.d + c]) ** 2).reduce((a, b) => a + b, 0);
const nearest = (z: ArrayLike<number>) => made.map((p) => p.segment).reduce((a, b) => (squared(z, b) < squared(z, a) ? b : a));

const formsOf = (values: readonly number[], d: number): Form[] => Array.from({ length: values.length / d }, (_, segment) => ({ segment, offset: 0, centre: values.slice(segment * d, (segment + 1) * d) }));

describe('explainEntity', () => {
  it('splits the difference of distances exactly among the features', () => {
    for (let i = 0; i < 40; i++) {
      const own = subject.assignment.labels[i];
      const said = explainEntity(subject, found, made, table.entities[i]);
      const next = made.map((p) => p.segment).filter((s) => s !== own).reduce((a, b) => (squared(row(i), b) < squared(row(i), a) ? b : a));
      const total = said.contributions.reduce((sum, c) => sum + c.weight, 0);
      expect(total).toBeCloseTo(squared(row(i), next) - squared(row(i), own), 6);
    }
  });

  it('proposes only moves that do move it, of at most three features, none of them fixed', () => {
    let moves = 0;
    for (let i = 0; i < 60; i++) {
      const levers = matrix.encoder.features.flatMap((encoding, c) => {
        const j = table.features.findIndex((f) => f.name === encoding.name);
        const from = table.columns[j][i];
        const [, p5, p95] = found.range[j];
        return table.features[j].movable && !Number.isNaN(from) ? [{ c, feature: table.features[j], encoding, from, low: Math.min(from, p5), high: Math.max(from, p95), whole: false }] : [];
      });
      for (const { segment } of made) {
        if (segment === subject.assignment.labels[i]) continue;
        const way = flip(Float64Array.from(row(i)), segment, formsOf(centroids, matrix.d), levers);
        if (!way) continue;
        moves++;
        expect(way.changes.length).toBeLessThanOrEqual(3);
        const z = Float64Array.from(row(i));
        for (const { lever, to } of way.changes) {
          expect(to).toBeGreaterThanOrEqual(lever.low);
          expect(to).toBeLessThanOrEqual(lever.high);
          z[lever.c] = encodeValue(to, lever.encoding);
        }
        expect(nearest(z)).toBe(segment);
      }
      for (const move of explainEntity(subject, found, made, table.entities[i]).moves) {
        expect(move.changes.map((c) => table.features.find((f) => f.name === c.feature)!.movable)).not.toContain(false);
        expect(move.sentence).toMatch(/would put it among “.+”\.$/);
      }
    }
    expect(moves).toBeGreaterThan(60);
  });

  it('solves one lever to the border by hand: centres 0 and 4 meet at 2', () => {
    const encoding = { name: 'x', transform: 'none', low: -100, high: 100, fill: 0, centre: 0, scale: 1, weight: 1, reason: '' } as const;
    const lever = { c: 0, feature: table.features[1], encoding, from: 0.5, low: 0, high: 10, whole: true };
    expect(flip(Float64Array.of(0.5), 1, formsOf([0, 4], 1), [lever])!.changes[0].to).toBe(3);
    expect(flip(Float64Array.of(0.5), 1, formsOf([0, 4], 1), [{ ...lever, high: 1.5 }])).toBeUndefined();
  });

  it('names who it was probably meant when there is no such entity', () => {
    expect(() => explainEntity(subject, found, made, 'C0001O')).toThrow(/no customer 'C0001O' in this run\. Did you mean 'C0001\d'/);
  });

  it('speaks in sentences', () => {
    const { sentences } = explainEntity(subject, found, made, table.entities[3]);
    expect(sentences[0]).toMatch(/^C00003 is (firmly|clearly|only just) among “.+”/);
    expect(sentences.every((s) => /^[A-Z0-9].*\.$/.test(s))).toBe(true);
    expect(sentences.join(' ')).not.toMatch(/NaN|undefined/);
  });
});

it('uses the centre that decides where a segment has several', () => {
  const { d } = matrix;
  const k = made.length;
  // Each segment gets a second centre a little aside; the nearest of both is what counts.
  const twice = Array.from({ length: 2 * k * d }, (_, i) => (i < k * d ? centroids[i] : centroids[i - k * d] + (i % 3 === 0 ? 0.4 : -0.2)));
  const groups = Array.from({ length: 2 * k }, (_, c) => c % k);
  const squaredTo = (z: ArrayLike<number>, c: number) => Array.from({ length: d }, (_, j) => (z[j] - twice[c * d + j]) ** 2).reduce((a, b) => a + b, 0);
  const leastOf = (z: ArrayLike<number>, s: number) => Math.min(...groups.flatMap((g, c) => (g === s ? [squaredTo(z, c)] : [])));
  const labels = Int32Array.from({ length: table.rows }, (_, i) => made.map((p) => p.segment).reduce((a, b) => (leastOf(row(i), b) < leastOf(row(i), a) ? b : a)));
  const several = { ...subject, model: { ...subject.model, params: { ...subject.model.params, centroids: twice, groups } }, assignment: { ...subject.assignment, labels } };
  const contrasted = contrast(several, createContext());
  for (let i = 0; i < 20; i++) {
    const { contributions } = explainEntity(several, contrasted, made, table.entities[i]);
    const others = made.map((p) => p.segment).filter((s) => s !== labels[i]).map((s) => leastOf(row(i), s));
    expect(contributions.reduce((sum, c) => sum + c.weight, 0)).toBeCloseTo(Math.min(...others) - leastOf(row(i), labels[i]), 6);
  }
});
