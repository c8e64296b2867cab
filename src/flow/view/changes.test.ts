import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Changes } from '../../domain/answer.js';
import type { Report } from '../../domain/report.js';
import { compareRuns, loadRun } from '../saved.js';
import { changes as diff } from './changes.js';
import { hold } from './held.js';
import { marketRun, testFolder } from './run.test.fixture.js';
import { trend } from './trend.js';
import { openView } from './view.js';

const { path, remove } = testFolder();
const context = createContext();
let changes: Changes;
beforeAll(async () => {
  await marketRun(path('before'), 500, { end: '2026-03-31', months: 21 });
  await marketRun(path('now'), 560, { previous: path('before') });
  const view = await openView(path('now'), context);
  changes = await view.changesSince(path('before'));
  await view.close();
});
afterAll(remove);

describe('changes between two runs', () => {
  it('are of everyone whose lasting segment is another, and of nobody else', async () => {
    const [before, now] = [await loadRun(path('before'), context), await loadRun(path('now'), context)];
    const idsOf = ({ entities, assignment, report }: typeof now) => new Map(entities.map((entity, row) => [entity, report.segments[assignment.labels[row]]?.id]));
    const [was, is] = [idsOf(before), idsOf(now)];
    const wanted = [...new Set([...was.keys(), ...is.keys()])].filter((entity) => was.get(entity) !== is.get(entity)).sort();
    expect([...changes.entity].sort()).toEqual(wanted);
    changes.entity.forEach((entity, i) => {
      expect(changes.from[changes.left[i]]?.id).toBe(was.get(entity));
      expect(changes.to[changes.entered[i]]?.id).toBe(is.get(entity));
    });
    expect(wanted.length).toBeGreaterThan(60);
  });

  it('have short reasons: what of them changed, or that they are new or gone', async () => {
    const [before, now] = [await loadRun(path('before'), context), await loadRun(path('now'), context)];
    const there = new Set(before.entities);
    const here = new Set(now.entities);
    const of = (i: number) => changes.reasons[changes.reason[i]];
    changes.entity.forEach((entity, i) => {
      if (!there.has(entity)) expect(of(i)).toBe('new in the data');
      else if (!here.has(entity)) expect(of(i)).toBe('no longer in the data');
      else expect(of(i)).toMatch(/ → |^the border between segments moved$/);
      expect(of(i).length).toBeLessThan(160);
    });
    expect(changes.reasons.filter((reason) => reason.includes(' → ')).length).toBeGreaterThan(10);
    expect(new Set(changes.reasons).size).toBe(changes.reasons.length);
    expect(new Set(changes.reason).size).toBe(changes.reasons.length);
  });

  it('are also of those who become outliers, leave them, or lose a segment that is no more', async () => {
    const [before, now] = [await hold(path('now'), context), await hold(path('now'), context)];
    const first = [0, 1].map((label) => before.segment.indexOf(label));
    now.segment[first[0]] = -1;
    before.segment[first[1]] = -1;
    const made = diff(before, now);
    expect(made.entity.map((entity, i) => [entity, made.left[i], made.entered[i]])).toEqual(first.map((row, label) => ({ row, change: [now.ids.text(row), label === 0 ? 0 : -1, label === 0 ? -1 : 1] })).sort((a, b) => a.row - b.row).map(({ change }) => change));
    now.segment[first[0]] = 0;
    before.segment[first[1]] = 1;
    const renamed = { ...before, report: { ...before.report, segments: before.report.segments.map((segment) => (segment.segment === 0 ? { ...segment, id: 'gone' } : segment)) } };
    now.segment[first[0]] = -1;
    const all = diff(renamed, now);
    expect(all.entity.length).toBe(before.segment.filter((label) => label === 0).length);
    expect(all.entered[all.entity.indexOf(now.ids.text(first[0]))]).toBe(-1);
    await before.close();
    await now.close();
  });

  it('between a run and itself are none', async () => {
    const view = await openView(path('now'), context);
    expect((await view.changesSince(path('now'))).entity).toEqual([]);
    await expect(view.changesSince(path('nowhere'))).rejects.toMatchObject({ code: 'explain/no-run' });
    await view.close();
  });
});

describe('two runs side by side', () => {
  it('are told like by the runs read whole', async () => {
    const [before, now] = [await loadRun(path('before'), context), await loadRun(path('now'), context)];
    const view = await openView(path('now'), context);
    expect(await view.versus(path('before'), ['now', 'before'])).toEqual(await compareRuns(now, before, ['now', 'before'], context));
    await view.close();
  });
});

describe('a trend', () => {
  it('follows segments by their lasting ids', () => {
    const reports: Report[] = ['before', 'now'].map((name) => JSON.parse(readFileSync(path(`${name}/segments.json`), 'utf8')));
    const { runs, segments } = trend(reports);
    expect(runs.map(({ id, entities }) => [id, entities])).toEqual(reports.map(({ run, totals }) => [run.id, totals.entities]));
    expect(segments.slice(0, reports[1].segments.length).map(({ id }) => id)).toEqual(reports[1].segments.map(({ id }) => id));
    for (const { id, name, entities, share, revenue } of segments) {
      reports.forEach((report, r) => {
        const own = report.segments.find((segment) => segment.id === id);
        expect([entities[r], share[r], revenue[r]]).toEqual([own?.entities ?? null, own?.share ?? null, own?.revenue ?? null]);
      });
      expect(reports.flatMap((report) => report.segments.filter((segment) => segment.id === id).map((segment) => segment.name)).at(-1)).toBe(name);
    }
  });
});
