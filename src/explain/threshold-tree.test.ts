import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Feature } from '../domain/feature.js';
import type { SegmentTree, TreeNode } from '../domain/tree.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { createRng } from '../util/rng.js';
import { quoteName } from '../util/quote.js';
import { contrast } from './contrast.js';
import { expand, type Ground, imm, leastMistaken, type Tree } from './imm.js';
import { market, marketKinds, subjectOf } from './market.test.fixture.js';
import { rules } from './rules.js';
import type { Subject } from './subject.js';
import { thresholdTree, treeOrRules } from './threshold-tree.js';
import { below, roundest, thresholds } from './thresholds.js';

const feature = (name: string, title: string, kind: Feature['kind'] = 'number'): Feature =>
  ({ name, title, kind, family: name, source: 's', words: { high: `high ${name}`, low: `low ${name}` }, role: 'behaviour', movable: true, empty: Number.NaN });

/** Segments by hand, so that nothing but the tree is tested: `labels` over whole-number columns. */
function grounded(columns: readonly (readonly number[])[], labels: readonly number[], k: number): { ground: Ground; cuts: ReturnType<typeof thresholds>[]; means: number[][] } {
  const means = columns.map((column) => Array.from({ length: k }, (_, s) => mean(column.filter((_, i) => labels[i] === s))));
  const cuts = columns.map((column, f) => thresholds(Float64Array.from(column), means[f]));
  const features = cuts.map(({ bins, at }, f) => {
    const inside = (bin: number) => columns[f].filter((_, i) => bins[i] === bin);
    const [low, high] = [Math.min, Math.max].map((end) => Float64Array.from({ length: at.length + 1 }, (_, bin) => end(...inside(bin))));
    return { bins, cuts: at.length, centres: Uint8Array.from(means[f], (m) => below(at, m)), low, high };
  });
  return { ground: { k, labels: Int32Array.from(labels), weights: new Float64Array(labels.length).fill(1), features }, cuts, means };
}
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const leaves = (tree: Tree): number[] => ('segment' in tree ? [tree.segment] : [...leaves(tree.left), ...leaves(tree.right)]);

function randomCase(seed: number) {
  const rng = createRng(seed, 'imm');
  const [n, d, k] = [12 + rng.int(30), 1 + rng.int(3), 2 + rng.int(3)];
  const labels = Array.from({ length: n }, (_, i) => i % k);
  const columns = Array.from({ length: d }, () => labels.map((s) => Math.round(4 * s * rng.next() + 5 * rng.next())));
  return { columns, labels, k };
}

describe('thresholds', () => {
  it('are the roundest numbers that cut where they should', () => {
    expect([roundest(37.2, 41.9), roundest(3, 4), roundest(12, 15), roundest(0.123, 0.1239), roundest(-41.9, -37.2), roundest(-3, 2), roundest(2011, 2014), roundest(999.2, 1000.1)])
      .toEqual([40, 3, 12, 0.123, -40, 0, 2012, 1000]);
    for (let seed = 0; seed < 300; seed++) {
      const rng = createRng(seed, 'roundest');
      const low = rng.normal() * 10 ** rng.int(6), high = low + Math.abs(rng.normal()) * 10 ** (rng.int(6) - 3) + 1e-9;
      const cut = roundest(low, high);
      expect(cut >= low && cut < high, `${low} ${cut} ${high}`).toBe(true);
    }
  });

  it('part all neighbouring values where there are few, and hold for every row where there are many', () => {
    const few = thresholds(Float64Array.of(5, 1, 3, 3, 9));
    expect(Array.from(few.at)).toEqual([2, 4, 5]);
    expect(Array.from(few.bins)).toEqual([2, 0, 1, 1, 3]);
    const rng = createRng(1, 'many');
    const values = Float64Array.from({ length: 5000 }, () => Math.exp(2 * rng.normal()));
    const many = thresholds(values);
    expect(many.at.length).toBeGreaterThan(200);
    values.forEach((value, i) => expect(many.bins[i]).toBe(many.at.filter((cut) => value > cut).length));
  });
});

describe('iterative mistake minimisation', () => {
  it('takes the split that brute force takes, over every feature and every value', () => {
    for (let seed = 0; seed < 60; seed++) {
      const { columns, labels, k } = randomCase(seed);
      const { ground, means } = grounded(columns, labels, k);
      const found = leastMistaken(ground, Int32Array.from(labels.keys()), Array.from({ length: k }, (_, s) => s));
      let least = Infinity;
      columns.forEach((column, f) => {
        for (const cut of new Set([...column, ...means[f]])) {
          const down = means[f].map((m) => m <= cut);
          if (down.every(Boolean) || !down.some(Boolean)) continue;
          least = Math.min(least, column.filter((value, i) => value <= cut !== down[labels[i]]).length);
        }
      });
      expect(found?.mistakes ?? Infinity, `seed ${seed}`).toBe(least);
    }
  });

  it('gives k leaves, each with one centre', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { columns, labels, k } = randomCase(seed);
      const { ground, means } = grounded(columns, labels, k);
      const distinct = new Set(Array.from({ length: k }, (_, s) => means.map((m) => m[s]).join())).size === k;
      const tree = imm(ground);
      if (!distinct) continue;
      expect(leaves(tree).sort()).toEqual(Array.from({ length: k }, (_, s) => s));
      for (let s = 0; s < k; s++) {
        let node = tree;
        while (!('segment' in node)) node = ground.features[node.feature].centres[s] <= node.cut ? node.left : node.right;
        expect(node.segment).toBe(s);
      }
    }
  });

  it('expands so that the cost never rises, is what it says, and no segment loses its last leaf', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { columns, labels, k } = randomCase(seed);
      const { ground, means } = grounded(columns, labels, k);
      const cost = Float64Array.from(labels.flatMap((_, i) => Array.from({ length: k }, (_, s) => columns.reduce((sum, column, f) => sum + (column[i] - means[f][s]) ** 2, 0))));
      const { tree, costs } = expand(ground, imm(ground), cost, 3 * k, 0);
      costs.forEach((c, i) => expect(c).toBeLessThanOrEqual((costs[i - 1] ?? Infinity) + 1e-9));
      const own = labels.map((_, i) => {
        let node = tree;
        while (!('segment' in node)) node = ground.features[node.feature].bins[i] <= node.cut ? node.left : node.right;
        return cost[i * k + node.segment];
      });
      expect(own.reduce((a, b) => a + b)).toBeCloseTo(costs[costs.length - 1], 6);
      expect(new Set(leaves(tree))).toEqual(new Set(leaves(imm(ground))));
    }
  });

  it('keeps a leaf for a segment that every row would rather leave', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { columns, labels, k } = randomCase(seed);
      const { ground } = grounded(columns, labels, k);
      const rng = createRng(seed, 'dear');
      const dear = Float64Array.from({ length: labels.length * k }, (_, at) => rng.next() + (at % k === 0 ? 5 : 0));
      const fewest = imm(ground);
      const { tree, costs } = expand(ground, fewest, dear, 4 * k, 0);
      if (leaves(fewest).includes(0) && labels.length > 20) expect(costs.length, `seed ${seed}`).toBeGreaterThan(1);
      expect(leaves(tree).includes(0)).toBe(leaves(fewest).includes(0));
    }
  });

  it('cuts in the widest gap where several splits mistake as few', () => {
    const { ground, cuts } = grounded([[0, 1, 2, 8, 9, 10], [0, 4, 4, 5, 6, 6]], [0, 0, 0, 1, 1, 1], 2);
    const { feature, cut, mistakes } = leastMistaken(ground, Int32Array.of(0, 1, 2, 3, 4, 5), [0, 1])!;
    expect([feature, cuts[feature].at[cut], mistakes]).toEqual([0, 5, 0]);
  });

  it('works out by hand: a row on the wrong side of the only split is one mistake', () => {
    const { ground } = grounded([[0, 1, 2, 8, 8, 9, 10]], [0, 0, 0, 0, 1, 1, 1], 2);
    expect(leastMistaken(ground, Int32Array.of(0, 1, 2, 3, 4, 5, 6), [0, 1])).toMatchObject({ feature: 0, mistakes: 1 });
  });
});

/** Segment of a row by the plain tree, as anybody would walk it. */
function walk(node: TreeNode, values: (feature: string) => number): number {
  if ('segment' in node) return node.segment;
  const value = values(node.feature);
  return walk((Number.isNaN(value) ? node.missing : value) <= node.threshold ? node.left : node.right, values);
}
const walked = ({ root }: SegmentTree, { table }: Subject) => {
  const column = new Map(table.features.map((f, j) => [f.name, table.columns[j]]));
  return Int32Array.from({ length: table.rows }, (_, i) => walk(root, (name) => column.get(name)![i]));
};

describe('a threshold tree', () => {
  const toy = (rows = 600) => {
    const rng = createRng(2, 'toy');
    const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
    const columns = [Float64Array.from(labels, (s) => (s === 0 ? rng.int(3) : 10 + rng.int(3))), Float64Array.from(labels, (s) => (s === 2 ? 51 + rng.next() : rng.next()))];
    return subjectOf([feature('orders', 'Orders', 'count'), feature('size', 'Size')], columns, labels, 3);
  };

  it('costs nothing and mistakes nobody where the axes part the segments', () => {
    const tree = thresholdTree(toy(), createContext())!;
    expect(tree).toMatchObject({ leaves: 3, price: 1, priceOfFewest: 1, fidelity: 1, aim: 'distance' });
    expect(tree.segments.map(({ text }) => text)).toEqual(['size up to 50 and at most 5 orders', 'size up to 50 and at least 6 orders', 'size over 50']);
  });

  it('follows planted segments, is measured on rows it has not seen, and never is cheaper than the centres', () => {
    const subject = market();
    const tree = thresholdTree(subject, createContext())!;
    expect(tree.leaves).toBeLessThanOrEqual(14);
    expect(tree.price).toBeGreaterThanOrEqual(1);
    expect(tree.price).toBeLessThanOrEqual(tree.priceOfFewest);
    expect(tree.price).toBeLessThan(1.35);
    expect(tree.fidelity).toBeGreaterThan(0.85);
    const made = walked(tree, subject);
    const right = made.filter((s, i) => s === subject.assignment.labels[i]).length / made.length;
    expect(Math.abs(right - tree.fidelity)).toBeLessThan(0.03);
    expect(tree.heldOutRows).toBeGreaterThan(1300);
    expect(tree.heldOutRows).toBeLessThan(1700);
    expect(tree.segments[marketKinds.indexOf('gift')].text).toMatch(/Christmas|order/);
  });

  it('claims no fidelity on labels drawn by lot, where a tree that has seen them would', () => {
    const lot = thresholdTree(market(3000, 2, true), createContext(), { leaves: 60 })!;
    expect(lot.aim).toBe('agreement');
    expect(lot.fidelity).toBeLessThan(0.35);
  });

  it('explains segments that are no balls: a ring and its middle', () => {
    const rng = createRng(5, 'ring');
    const labels = Int32Array.from({ length: 2000 }, (_, i) => i % 2);
    const angle = Float64Array.from(labels, () => 2 * Math.PI * rng.next());
    const radius = Float64Array.from(labels, (s) => (s === 0 ? 10 + rng.next() : 2 * rng.next()));
    const ring = subjectOf([feature('east', 'East'), feature('north', 'North')], [radius.map((r, i) => r * Math.cos(angle[i])), radius.map((r, i) => r * Math.sin(angle[i]))], labels, 2);
    const tree = thresholdTree({ ...ring, model: { ...ring.model, params: { k: 2 } } }, createContext(), { leaves: 8 })!;
    expect(tree.aim).toBe('agreement');
    expect(tree.fidelity).toBeGreaterThan(0.95);
  });

  it('leaves outliers out', () => {
    const base = toy();
    const labels = base.assignment.labels.map((s, i) => (i % 10 === 0 ? -1 : s));
    const tree = thresholdTree({ ...base, assignment: { ...base.assignment, labels } }, createContext())!;
    expect(tree).toMatchObject({ leaves: 3, fidelity: 1 });
  });

  it('is one leaf for one segment, and nothing for none or for more than a person reads', () => {
    const base = toy();
    const all = { ...base, model: { ...base.model, params: { k: 1 } }, assignment: { ...base.assignment, labels: new Int32Array(600) } };
    expect(thresholdTree(all, createContext())).toMatchObject({ leaves: 1, root: { segment: 0 }, sql: '0', segments: [{ text: 'all customers' }] });
    const none = { ...all, model: { ...base.model, params: { k: 0 } }, assignment: { ...base.assignment, labels: new Int32Array(600).fill(-1) } };
    expect(thresholdTree(none, createContext())).toBeUndefined();
    const many = { ...all, model: { ...base.model, params: { k: 101 } }, assignment: { ...base.assignment, labels: Int32Array.from({ length: 600 }, (_, i) => i % 101) } };
    expect(thresholdTree(many, createContext())).toBeUndefined();
  });

  it('says when rules of one segment each are the better explanation', () => {
    const subject = market();
    const found = contrast(subject, createContext());
    const tree = thresholdTree(subject, createContext())!;
    const made = rules(subject, found, createContext());
    const shares = Array.from(found.sizes);
    expect(treeOrRules(tree, made, shares).reason).toMatch(/\d/);
    expect(treeOrRules({ ...tree, segments: tree.segments.map((s) => ({ ...s, fidelity: 0.5 })) }, made, shares).show).toBe('rules');
    expect(treeOrRules({ ...tree, segments: tree.segments.map((s) => ({ ...s, fidelity: 1 })) }, made, shares).show).toBe('tree');
  });

  describe('in SQL', () => {
    let engine: Engine;
    beforeAll(async () => { engine = await openEngine({ threads: 2 }); });
    afterAll(() => engine.close());

    it('gives the segments of the tree, missing values too', async () => {
      const subject = market(400);
      const tree = thresholdTree(subject, createContext())!;
      const { features, columns, rows } = subject.table;
      const value = (x: number) => (Number.isNaN(x) ? 'NULL' : x.toExponential());
      const list = Array.from({ length: rows }, (_, i) => `(${i}, ${columns.map((column) => value(column[i])).join(', ')})`);
      await engine.run(`CREATE TABLE features AS SELECT * FROM (VALUES ${list.join(', ')}) AS t(row, ${features.map((f) => quoteName(f.name)).join(', ')})`);
      const said = await engine.rows(`SELECT ${tree.sql} AS segment FROM features ORDER BY row`, 'tree');
      expect(said.map((r) => Number(r['segment']))).toEqual(Array.from(walked(tree, subject)));
    });
  });
});
