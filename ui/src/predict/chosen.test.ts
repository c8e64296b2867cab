import { describe, expect, it } from 'vitest';
import { namedBy, outcomeOf } from './chosen.js';

describe('choosing by a prediction', () => {
  const rate = { value: 0.2, low: 0.18, high: 0.22 };
  const gain = [{ share: 0.1, captured: 0.4, lift: 4 }, { share: 0.5, captured: 0.8, lift: 1.6 }, { share: 1, captured: 1, lift: 1 }];

  it('expects of a share what the trial says of it, and between two of its points what lies between', () => {
    expect(outcomeOf({ gain, rate }, 0.1)).toEqual({ captured: 0.4, precision: 0.8 });
    const between = outcomeOf({ gain, rate }, 0.3);
    expect(between.captured).toBeCloseTo(0.6, 12);
    expect(between.precision).toBeCloseTo(0.4, 12);
    expect(outcomeOf({ gain, rate }, 0.05).captured).toBeCloseTo(0.2, 12);
  });

  it('reaches everyone who does by asking everyone, as many of them as there are at all', () => {
    expect(outcomeOf({ gain, rate }, 1)).toEqual({ captured: 1, precision: 0.2 });
  });

  it('takes the chance of whoever is last from the column of that name', () => {
    const columns = [{ feature: 'spend', title: 'Spend', kind: 'money' as const }, { feature: 'predicted', title: 'Chance', kind: 'share' as const }];
    const row = { row: 3, entity: 'ida', segment: 0, strength: 1, tier: -1, values: [{ value: 12, text: '12' }, { value: 0.61, text: '61 %' }] };
    expect(namedBy({ columns, rows: [row] }, 'predicted')).toBe(0.61);
    expect(namedBy({ columns, rows: [] }, 'predicted')).toBeUndefined();
    expect(namedBy({ columns, rows: [row] }, 'other')).toBeUndefined();
  });
});
