import { describe, expect, it } from 'vitest';
import type { Feature } from '../domain/feature.js';
import { type Predicted, reasonsOf, segmentReasons } from './reasons.js';
import type { Shap } from './shap.js';

const feature = (name: string, title: string, kind: Feature['kind'], family = name): Feature =>
  ({ name, title, kind, family, source: 'orders', words: { high: '', low: '' }, role: 'behaviour', movable: true, empty: 0 });
const features = [feature('since', 'Days since the last order', 'days', 'recency'), feature('since_visit', 'Days since the last visit', 'days', 'recency'), feature('orders', 'Orders in the last 90 days', 'count'), feature('monthly', 'Contract: month-to-month', 'flag')];
const inputs = [...features.map(({ name, title }) => ({ name, title })), { name: 'plan', title: 'Plan', categories: ['free', 'team <b>'] }];
const leave: Predicted = { says: 'likely to leave', link: 'logistic', inputs, features: new Map(features.map((one) => [one.name, one])) };
const logit = (p: number) => Math.log(p / (1 - p));

describe('why a prediction is what it is', () => {
  it('is said in words, what weighs most first, each with what it adds', () => {
    // From 27 % to 82 %; without recency it would be 61 %.
    const recency = logit(0.82) - logit(0.61);
    const rest = logit(0.82) - logit(0.27) - recency;
    const shap: Shap = { rows: 1, outputs: 1, inputs: 5, base: Float64Array.of(logit(0.27)), values: Float64Array.of(recency + 0.1, -0.1, rest + 0.5, 0.001, -0.501) };
    const { said, usual, reasons, sentences } = reasonsOf(shap, 0, [94, 3, 0, 1, 1], leave);
    expect(said).toBeCloseTo(0.82, 12);
    expect(usual).toBeCloseTo(0.27, 12);
    expect(sentences[0]).toBe('Likely to leave: 82 % (usual: 27 %).');
    expect(sentences[1]).toMatch(/^What raises it: no orders in the last 90 days \(\+\d+ points\) and no order for 94 days \(\+21 points\)\.$/);
    expect(sentences[2]).toMatch(/^What lowers it: Plan: team b \(−\d+ points\)\.$/);
    expect(reasons.find(({ input }) => input === 'since')).toMatchObject({ adds: expect.closeTo(0.21, 12), weight: expect.closeTo(recency, 12) });
    // The visits are of the family of the orders, and the contract is not worth a word.
    expect(reasons.map(({ input }) => input)).not.toContain('since_visit');
    expect(sentences.join()).not.toContain('ontract');
  });

  it('names first what lowers it where it is lower than usual, and what is unknown as unknown', () => {
    const shap: Shap = { rows: 1, outputs: 1, inputs: 5, base: Float64Array.of(0), values: Float64Array.of(0, -1, 0, 0.4, 0) };
    expect(reasonsOf(shap, 0, [Number.NaN, Number.NaN, 1, 0, 0], leave).sentences.slice(1)).toEqual(['What lowers it: Days since the last visit unknown (−24 points).', 'What raises it: contract: not month-to-month (+9 points).']);
  });

  it('says amounts of a number, in its own unit', () => {
    const spend: Predicted = { ...leave, says: 'Expected spend in the next year', link: 'identity', readable: { kind: 'money' }, currency: 'GBP' };
    const shap: Shap = { rows: 1, outputs: 1, inputs: 5, base: Float64Array.of(100), values: Float64Array.of(-30, 0, 50, 0, 0) };
    expect(reasonsOf(shap, 0, [10, 10, 4, 0, 0], spend).sentences).toEqual([
      'Expected spend in the next year: £120 (usual: £100).', 'What raises it: 4 orders in the last 90 days (+£50).', 'What lowers it: a last order 10 days ago (−£30).',
    ]);
  });

  it('speaks of one of several classes: what an input adds to one it may take from another', () => {
    const shap: Shap = { rows: 1, outputs: 2, inputs: 5, base: Float64Array.of(0, 0), values: Float64Array.of(0, 0, 0, 0, 0, 0, 0, 2, 0, 0) };
    const { said, reasons } = reasonsOf(shap, 0, [1, 1, 4, 0, 0], { ...leave, link: 'softmax', output: 0, says: 'stays' });
    expect(said).toBeCloseTo(1 / (1 + Math.exp(2)), 12);
    expect(reasons).toEqual([]);
    expect(reasonsOf(shap, 0, [1, 1, 4, 0, 0], { ...leave, link: 'softmax', output: 1, says: 'goes' }).reasons[0]).toMatchObject({ input: 'orders', adds: expect.closeTo(1 / (1 + Math.exp(-2)) - 0.5, 12) });
  });

  it('takes the calibrated probability where there is one', () => {
    const shap: Shap = { rows: 1, outputs: 1, inputs: 5, base: Float64Array.of(0), values: Float64Array.of(1, 0, 0, 0, 0) };
    expect(reasonsOf(shap, 0, [94, 3, 0, 1, 1], { ...leave, finish: (p) => p / 2 }).usual).toBe(0.25);
  });

  it('says that nothing makes a difference where nothing does', () => {
    const shap: Shap = { rows: 1, outputs: 1, inputs: 5, base: Float64Array.of(0), values: new Float64Array(5) };
    expect(reasonsOf(shap, 0, [1, 1, 1, 1, 1], leave).sentences).toEqual(['Likely to leave: 50 % (usual: 50 %).', 'Nothing that is known of it makes a difference.']);
  });

  it('compares a segment with everyone else', () => {
    const shap: Shap = { rows: 4, outputs: 1, inputs: 5, base: Float64Array.of(0), values: Float64Array.from([[1, 0, 0, 0, 0], [3, 0, 0, 0, 0], [-1, 0, 0, 0, 0], [-1, 0, 0, 0, 0]].flat()) };
    const columns = [[90, 100, 3, 4], [1, 1, 1, 1], [0, 0, 5, 5], [0, 0, 0, 0], [0, 1, 1, 1]].map((values) => Float64Array.from(values));
    const { said, usual, sentences } = segmentReasons(shap, columns, Int32Array.of(0, 1), 'Sleepers', leave);
    expect(said).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    expect(usual).toBeCloseTo(1 / (1 + Math.exp(1)), 12);
    expect(sentences).toEqual(['Likely to leave, for a typical member of “Sleepers”: 88 % (others: 27 %).', 'What raises it: no order for 90 days (+61 points).']);
  });
});
