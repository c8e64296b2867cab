import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { simulate } from '../../simulate/simulate.js';
import { loadRun } from '../saved.js';
import { runOf, testFolder } from './run.test.fixture.js';
import { openView } from './view.js';

const { path, remove } = testFolder();
const context = createContext();
let files: string[];
beforeAll(async () => {
  files = Object.values((await simulate({ customers: 400, seed: 3, only: ['orders', 'customers'], out: path('data') }, context)).files);
});
afterAll(remove);

describe.each([
  ['hdbscan', { minClusterSize: 15 }], ['gaussian-mixture', { k: 3 }], ['community', {}],
] as const)('a view of a run of %s', (algorithm, settings) => {
  it('explains everyone as the run read whole does, outliers among them', async () => {
    await runOf(path(algorithm), files, { algorithm, settings });
    const [view, whole] = [await openView(path(algorithm), context), await loadRun(path(algorithm), context)];
    const outliers = whole.entities.filter((_, row) => whole.assignment.labels[row] < 0);
    for (const id of [...whole.entities.slice(0, 12), ...outliers.slice(0, 8)]) {
      const { explanation, segment, alternatives, features } = await view.entity(id);
      expect(explanation).toEqual(whole.explain(id));
      expect(segment).toBe(whole.assignment.labels[whole.entities.indexOf(id)]);
      expect(alternatives.length).toBe(view.report.segments.length - (segment >= 0 ? 1 : 0));
      if (segment < 0) expect(features.every(({ percentileInSegment }) => percentileInSegment === null)).toBe(true);
    }
    expect((await view.page({ of: { kind: 'segment', segment: -1 } })).total).toBe(outliers.length);
    const { flows } = await view.whatIf(view.report.segments.length === 4 ? 5 : 4);
    expect(flows.filter(({ from }) => from < 0).reduce((sum, { entities }) => sum + entities, 0)).toBe(outliers.length);
    await view.close();
  });
});

describe('a view of a table without ids or times', () => {
  it('calls everyone by row, and has nothing to tell of time', async () => {
    writeFileSync(path('plain.csv'), `height,weight,colour\n${Array.from({ length: 120 }, (_, i) => `${(i % 3) * 50 + (i % 7)},${(i % 2) * 30 + (i % 5)},${['red', 'blue'][i % 2]}`).join('\n')}\n`);
    await runOf(path('plain'), [path('plain.csv')]);
    const view = await openView(path('plain'), context);
    expect(view.freshness()).toBeUndefined();
    const { hits: [hit], total } = await view.search('row 12', 1);
    expect([hit.entity, total]).toEqual(['row 12', 2]);
    expect(await view.timeline('row 12')).toEqual({ entity: 'row 12', sources: [], total: 0, events: [] });
    expect((await view.entity('row 12')).features.length).toBe(view.report.features.length);
    expect((await view.figures({ kind: 'everyone' })).revenue).toBeUndefined();
    await view.close();
  });
});
