import { describe, expect, it } from 'vitest';
import { featureCondition, rowTest, type RowTest } from '../../../src/domain/rule.js';
import { type FeatureCondition, featureWithOp, flagAnswer, opsOf, withOp } from './comparing.js';
import { testOf } from './choices.js';
import type { ColumnWords } from './speech.js';

const columns: readonly ColumnWords[] = [
  { name: 'amount', title: 'Amount', type: 'number' }, { name: 'device', title: 'Device', type: 'text', values: ['app', 'web'] }, { name: 'note', title: 'Note', type: 'text' },
  { name: 'returned', title: 'Returned', type: 'flag' }, { name: 'since', title: 'Since', type: 'time' },
];

describe('another comparison', () => {
  it.each(columns)('of a $type column ($name) is a test that holds, from any test before', (column) => {
    const ops = Object.keys(opsOf(column.type, '=')).filter((op) => op !== 'yes' && op !== 'no') as RowTest['op'][];
    for (const first of ops) {
      for (const second of ops) {
        const test = withOp(withOp(testOf(column), first, column), second, column);
        expect(rowTest.safeParse(test).error?.issues, `${first} → ${second}: ${JSON.stringify(test)}`).toBeUndefined();
        expect(test.op).toBe(second);
      }
    }
  });

  it('keeps the value where it fits', () => {
    expect(withOp({ column: 'device', op: '=', value: 'web' }, 'in', columns[1])).toEqual({ column: 'device', op: 'in', values: ['web'] });
    expect(withOp({ column: 'device', op: 'in', values: ['web', 'app'] }, 'not in', columns[1])).toEqual({ column: 'device', op: 'not in', values: ['web', 'app'] });
    expect(withOp({ column: 'amount', op: 'between', from: 3, to: 9 }, '>=', columns[0])).toEqual({ column: 'amount', op: '>=', value: 3 });
  });

  it('of a feature is a condition that holds', () => {
    const feature = { name: 'spend', title: 'Spend', kind: 'money', low: 1, median: 100, high: 900 };
    const ops = ['<', '<=', '>', '>=', '=', '!=', 'between', 'known', 'missing'] as const;
    for (const first of ops) for (const second of ops) expect(featureCondition.safeParse(featureWithOp(featureWithOp({ kind: 'feature', feature: 'spend', op: '>=', value: 250 }, first, feature), second, feature)).success, `${first} → ${second}`).toBe(true);
    expect(featureWithOp({ kind: 'feature', feature: 'spend', op: '>=', value: 5000 }, 'between', feature)).toEqual({ kind: 'feature', feature: 'spend', op: 'between', from: 5000, to: 5000 } satisfies FeatureCondition);
  });
});

it('reads the answer of a flag whichever way it is asked', () => {
  expect([flagAnswer('=', true), flagAnswer('!=', true), flagAnswer('=', false), flagAnswer('!=', false), flagAnswer('known', undefined)]).toEqual(['yes', 'no', 'no', 'yes', 'known']);
});
