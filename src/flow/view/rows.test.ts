import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openKernel } from '../../kernel/catalog.js';
import { adjustedRand } from '../../util/agreement.js';
import { wholeRun } from '../saved.js';
import { answering } from './answers.js';
import { hold, type Held } from './held.js';
import { levels, levelsOf } from './levels.js';
import { standIns } from './rows.js';
import { marketRun, testFolder } from './run.test.fixture.js';
import { tree } from './tree.js';
import { versus } from './versus.js';
import { whatIf, whatIfOf } from './what-if.js';
import { wholeIn, wholeOf } from './whole.js';

const { path, remove } = testFolder();
const kernel = await openKernel();
const open: Held[] = [];
/** The run with at most so many who stand for everyone. */
const opened = async (most?: number): Promise<Held> => {
  const held = await hold(path('run'), createContext());
  open.push(held);
  return most === undefined ? held : { ...held, most };
};
beforeAll(() => marketRun(path('run'), 600));
afterAll(async () => {
  for (const held of open) await held.close();
  await kernel.close();
  remove();
});

describe('those who stand for everyone', () => {
  it('are everyone where they are few, else some of them, the same each time', async () => {
    expect(standIns(await opened()).rows.length).toBe(600);
    const [one, other] = [standIns(await opened(250)), standIns(await opened(250))];
    expect(one.rows.length).toBe(250);
    expect(one.rows).toEqual(other.rows);
    expect(one.matrix.data).toEqual(other.matrix.data);
    const { matrix } = standIns(await opened());
    one.rows.forEach((row, i) => expect(one.matrix.data.slice(i * matrix.stride, (i + 1) * matrix.stride)).toEqual(matrix.data.slice(row * matrix.stride, (row + 1) * matrix.stride)));
  });

  it('give centres that everyone goes to the nearest of', async () => {
    const held = await opened();
    const { matrix: { d, stride, data } } = standIns(held);
    const centroids = [3, 77, 400].flatMap((row) => [...data.slice(row * stride, row * stride + d)]);
    const distance = (row: number, c: number) => centroids.slice(c * d, (c + 1) * d).reduce((sum, x, j) => sum + (data[row * stride + j] - x) ** 2, 0);
    expect([...(await wholeOf(held).nearest({ k: 3, d, centroids }, createContext(), kernel))]).toEqual(Array.from({ length: 600 }, (_, row) => [0, 1, 2].reduce((best, c) => (distance(row, c) < distance(row, best) ? c : best), 0)));
  });

  it('part everyone much as everyone would', async () => {
    const [whole, few] = [await opened(), await opened(300)];
    const k = whole.report.segments.length === 3 ? 4 : 3;
    const [exact, near] = [await whatIf(whole, k), await whatIf(few, k)];
    expect(near.segments.reduce((sum, { entities }) => sum + entities, 0)).toBe(600);
    expect(Math.abs(near.agreement - exact.agreement)).toBeLessThan(0.25);
    const { levels: [broad, fine] } = await levels(few, [2, 6]);
    for (const parent of broad) expect(fine.filter((group) => group.parent === parent.segment).reduce((sum, { entities }) => sum + entities, 0)).toBe(parent.entities);
    expect(broad.reduce((sum, { entities }) => sum + entities, 0)).toBe(600);
    expect((await tree(few, 8))!.leaves).toBeGreaterThan(1);
  });

  it('are the same, and give the same answers, before their run is written', async () => {
    const few = await opened(300);
    const { subject, report } = await wholeRun(path('run'), createContext());
    const { seed } = report.run;
    const found = wholeIn(subject, report, seed, 300);
    expect([...found.standIns.rows]).toEqual([...standIns(few).rows]);
    expect(found.standIns.matrix.data).toEqual(standIns(few).matrix.data);
    expect(await levelsOf(found, [2, 7], answering(createContext(), seed), kernel)).toEqual(await levels(few, [2, 7]));
    expect(await whatIfOf(found, 3, answering(createContext(), seed), kernel)).toEqual(await whatIf(few, 3));
  });

  it('leave the counts of a comparison what they are', async () => {
    const [whole, few] = [await opened(), await opened(300)];
    const names = ['a', 'b'] as const;
    // The same people under other labels: everybody of segment 0 in segment 1.
    const moved = { ...whole, segment: whole.segment.map((label) => (label === 0 ? 1 : label)) };
    const [exact, near] = [await versus(whole, moved, names), await versus(few, moved, names)];
    expect(near.entities).toBe(600);
    expect(near.matches).toEqual(exact.matches);
    expect(near.agreement).toEqual(exact.agreement);
    expect(near.agreement.adjustedRand.value).toBeCloseTo(adjustedRand(whole.segment, moved.segment), 12);
    expect(near.moves.map(({ from, to, entities }) => [from, to, entities])).toEqual(exact.moves.map(({ from, to, entities }) => [from, to, entities]));
  });
});
