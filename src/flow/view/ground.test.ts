import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openEngine } from '../../engine/catalog.js';
import type { Rule } from '../../domain/rule.js';
import type { Ground } from '../../segment/rules/ground.js';
import { openRules } from '../../segment/rules/evaluate.js';
import { rowsIn } from '../../segment/rules/bits.js';
import { marketRun, testFolder } from './run.test.fixture.js';
import { openView, type RunView } from './view.js';

const { path, remove } = testFolder();
const engine = await openEngine();
let view: RunView, ground: Ground;
beforeAll(async () => {
  await marketRun(path('run'), 300);
  view = await openView(path('run'), createContext());
  ground = await view.ground({ [view.report.segments[0].id]: 'Called otherwise' });
});
afterAll(async () => {
  await view.close();
  await engine.close();
  remove();
});

const idsOf = async (rows: Int32Array) => Promise.all(Array.from(rows, async (row) => (await view.page({ offset: row, limit: 1 })).rows[0].entity));

describe('the ground that rules stand on', () => {
  it('offers the columns of every source that has entities, with values to choose from', () => {
    const { sources, segments } = ground.vocabulary;
    expect(sources.map(({ name, timed }) => [name, timed])).toEqual([['orders', true], ['events', true], ['emails', true], ['reviews', true], ['support', true], ['customers', false]]);
    const events = sources.find(({ name }) => name === 'events')!;
    expect(events.columns.find(({ name }) => name === 'event')).toMatchObject({ type: 'text', values: expect.arrayContaining(['view', 'add_to_cart']) });
    expect(events.columns.find(({ name }) => name === 'device')).toMatchObject({ title: 'Device', type: 'text', values: expect.arrayContaining(['mobile']) });
    expect(segments[0]).toMatchObject({ segment: 0, name: 'Called otherwise' });
    expect(segments[1].name).toBe(view.report.segments[1].name);
  });

  it('numbers the rows of sources by entity and time', async () => {
    for (const [name, from] of Object.entries(ground.relations.sources)) {
      const { columns: [rows, ids] } = await engine.columns(`SELECT "row", CAST(entity AS VARCHAR) FROM ${from}`);
      expect([...rows.values]).toEqual([...rows.values].map(Number).sort((a, b) => a - b));
      const first = (await view.page({ offset: Number(rows.values[0]), limit: 1 })).rows[0].entity;
      expect([name, ids.values[0]]).toEqual([name, first]);
    }
    expect(await engine.rows(`SELECT count(*) AS n FROM (SELECT "at" < lag("at") OVER (PARTITION BY "row" ORDER BY file_row_number) AS back FROM read_parquet('${path('run/source-2.parquet')}', file_row_number = true)) WHERE back`)).toEqual([{ n: 0 }]);
  });

  it('bears rules on features, behaviour and places that give what SQL gives over the same files', async () => {
    const rules = openRules(ground);
    const { x } = (await ground.map())!;
    const middle = Array.from(x).sort((a, b) => a - b)[150];
    const asked: Rule[] = [
      { kind: 'feature', feature: 'orders', op: '>=', value: 5 },
      { kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'add_to_cart' }], op: '>=', value: 3, window: { last: 90, unit: 'days' } },
      { kind: 'attribute', source: 'customers', column: 'email_opt_in', op: '=', value: 'yes' },
      { kind: 'drawn', run: view.report.run.id, points: [[middle, -99], [99, -99], [99, 99], [middle, 99]] },
      { all: [{ kind: 'segment', segment: view.report.segments[0].id, strength: 0.3 }, { not: { kind: 'feature', feature: 'one_time', op: '=', value: true } }] },
    ];
    for (const rule of asked) {
      const { bits, sql, entities } = await rules.evaluate(rule);
      const ids = await idsOf(rowsIn(bits));
      const { columns: [written] } = await engine.columns(sql.replaceAll("read_parquet('", `read_parquet('${path('run')}/`));
      expect(sql).not.toContain(path('run'));
      expect([...written.values].map(String).sort()).toEqual([...ids].sort());
      expect(entities).toBe(ids.length);
      expect(entities).toBeGreaterThan(3);
      expect((await view.page({ of: { kind: 'rows', name: 'rule', bits } })).total).toBe(entities);
    }
  });
});
