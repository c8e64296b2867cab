import { expect, it } from 'vitest';
import { bandOf, choosing, predictionsOf, segmentScores } from './bands.js';

it('chances are said in words', () => {
  expect([0, 0.19, 0.2, 0.449, 0.45, 0.55, 0.8, 1].map(bandOf)).toEqual(['very unlikely', 'very unlikely', 'unlikely', 'unlikely', 'open', 'likely', 'very likely', 'very likely']);
});

it('predictions of several answers say the likeliest; those who are not asked about get no chance', () => {
  expect(predictionsOf(Float64Array.of(0.2, 0.5, 0.3), ['a'], { task: 'multiclass', classes: ['x', 'y', 'z'] })).toEqual([{ entity: 'a', answer: 'y', probability: 0.5, band: 'open' }]);
  expect(predictionsOf(Float64Array.of(0.9, 0.1), ['a', 'b'], { task: 'binary' }, Uint8Array.of(1, 0))).toEqual([{ entity: 'a' }, { entity: 'b', probability: 0.1, band: 'very unlikely' }]);
});

it('a capacity chooses just as many, however many tie; a threshold chooses from it on', () => {
  const predictions = [0.3, 0.9, 0.3, 0.3].map((probability, i) => ({ entity: `${i}`, probability }));
  const who = (of: readonly { entity: string; chosen?: boolean }[]) => of.filter(({ chosen }) => chosen).map(({ entity }) => entity);
  expect(who(choosing([{ entity: 'lapsed' }, ...predictions], 0.3, 2))).toEqual(['0', '1']);
  expect(who(choosing(predictions, 0.3))).toEqual(['0', '1', '2', '3']);
});

it('scores of groups hold what happened against what was predicted', () => {
  const [small, large] = [Array(10).fill('small'), Array(40).fill('large')];
  const y = Float64Array.from({ length: 50 }, (_, i) => (i < 10 ? 1 : i % 2));
  const p = y.map((value, i) => (i < 10 ? 0.7 : value ? 0.6 : 0.2));
  expect(segmentScores({ task: 'binary', values: y }, p, [...small, ...large])).toEqual([
    { segment: 'large', rows: 40, observed: 0.5, predicted: expect.closeTo(0.4, 12), auc: 1 }, { segment: 'small', rows: 10, observed: 1, predicted: expect.closeTo(0.7, 12) },
  ]);
});
