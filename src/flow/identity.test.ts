import { describe, expect, it } from 'vitest';
import { aboutTheSame, type Earlier } from './identity.js';

type Now = Parameters<typeof aboutTheSame>[0];

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `C${from + i}`);
const side = (columns: string, entities: readonly string[], one = 'customer') => ({ entities, entityWord: { one, many: `${one}s` }, sources: [{ columns: columns.split(' ').map((name) => ({ name })) }] });
const same = (before: ReturnType<typeof side>, now: ReturnType<typeof side>) => aboutTheSame(
  { ingested: { sources: now.sources }, table: { entities: now.entities }, entityWord: now.entityWord } as unknown as Now,
  { report: { sources: before.sources, entityWord: before.entityWord }, entities: before.entities, labels: [] } as unknown as Earlier,
);

describe('whether a run is about the same as one before', () => {
  const before = side('id customer_id day amount', ids(0, 1000));

  it('is so for another day of the same shop, with a column more and a third of the people new', () => {
    expect(same(before, side('id Customer_ID day amount channel', ids(300, 1300)))).toBe(true);
  });

  it('needs one in twenty of the smaller side', () => {
    expect(same(before, side('id customer_id day amount', ids(950, 2000)))).toBe(true);
    expect(same(before, side('id customer_id day amount', ids(951, 2000)))).toBe(false);
    expect(same(before, side('id customer_id day amount', []))).toBe(false);
  });

  it('is not so for other things, or other columns, whose ids happen to be alike', () => {
    expect(same(before, side('id customer_id day amount', ids(0, 1000), 'patient'))).toBe(false);
    expect(same(before, side('customer_id ward doctor dose', ids(0, 1000)))).toBe(false);
  });
});
