import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../engine/catalog.js';
import { askRule } from './ask-rule.js';
import { runOf, testFolder } from './view/run.test.fixture.js';

const { path, remove } = testFolder();
beforeAll(async () => {
  const lines = Array.from({ length: 900 }, (_, i) => [`c${i % 150}`, `2024-0${1 + (i % 6)}-1${i % 10} 1${i % 9}:00:00`, `o${i}`, i % 150 < 75 ? 'Mug' : 'Kettle', (i % 150) + 1].join(','));
  mkdirSync(path('data'));
  writeFileSync(path('data/orders.csv'), ['customer,ordered_at,order_id,product,amount', ...lines].join('\n'));
  await runOf(path('run'), [path('data/orders.csv')], { k: 2 });
  await runOf(path('bare'), [path('data/orders.csv')], { k: 2 }, false);
}, 60_000);
afterAll(remove);

const mug = { kind: 'performed', source: 'orders', where: [{ column: 'product', op: '=', value: 'Mug' }], op: '>=', value: 1 };

describe('a rule asked of a run on disk', () => {
  it('is counted, worded and written as SQL that takes the same people in the folder of the run', async () => {
    const answer = await askRule(path('run'), { all: [mug, { kind: 'feature', feature: 'spend', op: '>', value: 300 }] });
    expect(answer).toMatchObject({ of: 150, entities: 25, words: expect.stringContaining('with at least one order with product ‘Mug’'), conditions: [{ alone: 75, lost: 75 }, { alone: 100, lost: 50 }] });
    expect(answer.sample).toHaveLength(5);
    const engine = await openEngine({ threads: 1 });
    try {
      const { columns: [selected] } = await engine.columns(answer.sql.replaceAll("read_parquet('", `read_parquet('${path('run')}/`));
      expect(selected.values).toHaveLength(25);
      expect(selected.values).toEqual(expect.arrayContaining([...answer.sample]));
    } finally {
      await engine.close();
    }
  });

  it('is refused with every problem at its place, or with what the run lacks and what to do', async () => {
    await expect(askRule(path('run'), { all: [{ ...mug, valeu: 2 }, { kind: 'performd' }] })).rejects.toThrow("The rule has problems:\n- all.0 has no 'valeu'. Did you mean 'value'?\n- all.1.kind 'performd' is no kind of condition. Did you mean 'performed'?");
    await expect(askRule(path('bare'), mug)).rejects.toThrow("This run has no source 'orders'. It kept no rows of any: run 'shoal discover' again with --workspace.");
    await expect(askRule(path('nowhere'), mug)).rejects.toMatchObject({ code: 'explain/no-run' });
    expect((await askRule(path('bare'), { kind: 'feature', feature: 'spend', op: '>', value: 300 })).entities).toBe(100);
  });
});
