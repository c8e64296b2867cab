// What explanations promise for the model of every way to find segments. Nothing here names one.
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../../src/context.js';
import { contrast } from '../../src/explain/contrast.js';
import { explainEntity } from '../../src/explain/entity.js';
import { segmentAt, valueAt } from '../../src/explain/forms.js';
import { map } from '../../src/explain/map.js';
import { market } from '../../src/explain/market.test.fixture.js';
import { profiles } from '../../src/explain/profile.js';
import { thresholdTree } from '../../src/explain/threshold-tree.js';
import { placing } from '../../src/flow/placing.js';
import { openKernel } from '../../src/kernel/catalog.js';
import { algorithmNamed, algorithms } from '../../src/segment/catalog.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const base = market(700);
const { matrix, table } = base;
const row = (i: number) => matrix.data.subarray(i * matrix.stride, i * matrix.stride + matrix.d);

describe.each([...Object.keys(algorithms), 'pca+kmeans'])('explanations of %s', (name) => {
  const algorithm = algorithmNamed(name);
  const explained = (async () => {
    const options = algorithm.options.parse('k' in algorithm.options.shape ? { k: 5 } : {});
    const params = (await algorithm.fit(matrix, options, createContext(), kernel)) as Record<string, unknown>;
    const model = { ...base.model, algorithm: name, params };
    const subject = { ...base, model, assignment: algorithm.assign(params, matrix), ...placing(model), stability: [] };
    const found = contrast(subject, createContext());
    return { subject, found, told: profiles(subject, createContext(), found) };
  })();

  it('count everybody once, under names of their own, in words without holes', async () => {
    const { subject, told } = await explained;
    const inside = subject.assignment.labels.filter((label) => label >= 0).length;
    expect(told.reduce((sum, { entities }) => sum + entities, 0)).toBe(inside);
    expect(new Set(told.map((p) => p.name)).size).toBe(told.length);
    expect(JSON.stringify(told)).not.toMatch(/NaN|undefined|null/);
    expect(map(subject, createContext()).x.every(Number.isFinite)).toBe(true);
  });

  it('tell each entity why, and split exactly what the model itself measures', async () => {
    const { subject, found, told } = await explained;
    const { labels } = subject.assignment;
    for (const i of [0, 7, 77, 333, labels.indexOf(-1)].filter((at) => at >= 0)) {
      const said = explainEntity(subject, found, told, table.entities[i]);
      expect(said.segment).toBe(told.length > 0 ? labels[i] : -1);
      expect(said.sentences.join(' ')).not.toMatch(/NaN|undefined/);
      expect(said.contributions.every(({ weight }) => Number.isFinite(weight))).toBe(true);
      if (!subject.forms || told.length < 2) continue;
      expect(segmentAt(subject.forms, row(i))).toBe(labels[i]);
      if (labels[i] < 0) continue;
      const least = (keep: (segment: number) => boolean) => Math.min(...subject.forms!.forms.filter(({ segment }) => keep(segment)).map((form) => valueAt(form, row(i))));
      const whole = least((s) => s !== labels[i]) - least((s) => s === labels[i]);
      const sum = said.contributions.reduce((total, { weight }) => total + weight, said.base ?? 0);
      expect(Math.abs(sum - whole)).toBeLessThan(1e-6 * Math.max(1, Math.abs(whole)));
    }
  });

  it('hold as a tree that knows its own price and fidelity', async () => {
    const { subject, told } = await explained;
    const tree = thresholdTree(subject, createContext());
    if (told.length === 0) return expect(tree).toBeUndefined();
    expect(tree!.price).toBeGreaterThanOrEqual(1);
    expect(tree!.fidelity).toBeGreaterThan(0);
    expect(tree!.fidelity).toBeLessThanOrEqual(1);
    expect(tree!.leaves).toBeLessThanOrEqual(2 * told.length);
    expect(JSON.stringify({ ...tree, sql: '' })).not.toMatch(/NaN|undefined|null/);
  });
});
