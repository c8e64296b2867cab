import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Feature } from '../domain/feature.js';
import { createRng } from '../util/rng.js';
import { labelsOfLevels, levels } from './levels.js';
import { market, marketKinds, subjectOf } from './market.test.fixture.js';

const subject = market();
const kinds = subject.assignment.labels;
const broad = [['loyal', 'lapsed', 'resellers'], ['night owls', 'bargain'], ['gift', 'ordinary']];
const broadOf = marketKinds.map((kind) => broad.findIndex((group) => group.includes(kind)));
const nested = [kinds.map((s) => broadOf[s]), kinds];

describe('the levels of a hierarchy', () => {
  const told = levels(subject, nested, createContext());
  const named = Object.fromEntries(marketKinds.map((kind, s) => [kind, told[1][s].name]));

  it('name broad segments against everyone, and the ones inside by what sets them apart there', () => {
    expect(told.map((level) => level.length)).toEqual([3, 7]);
    expect(told[0][0].name).toMatch(/spender/);
    // Among big spenders, spending much tells nobody apart: how recently and how they buy does.
    expect(named).toMatchObject({ gift: 'One-time gift buyers' });
    expect(named['lapsed']).toMatch(/lapsed/i);
    expect(named['resellers']).toMatch(/bulk|reseller/i);
    expect(named['night owls']).toMatch(/night|organic|browser/i);
    expect(named['bargain']).toMatch(/bargain|weekend/i);
  });

  it('have names that are unique within a level, whatever the case', () => {
    for (const level of told) expect(new Set(level.map(({ name }) => name.toLowerCase())).size).toBe(level.length);
  });

  it('count exactly, of all and of the parent', () => {
    for (const { segment, parent, entities, share, shareOfParent } of told[1]) {
      expect(parent).toBe(broadOf[segment]);
      expect(entities).toBe(kinds.filter((s) => s === segment).length);
      expect(share).toBeCloseTo(entities / 3000, 12);
      expect(shareOfParent).toBeCloseTo(entities / told[0][parent!].entities, 12);
    }
  });

  it('are told in one line each, with numbers of here and of the siblings', () => {
    for (const { narrative } of told.flat()) expect(narrative).toMatch(/^[\d,]+ customers \([\d.]+ %( of “.+”)?\): .*\d.*\.$/);
    const lapsed = told[1][marketKinds.indexOf('lapsed')].narrative;
    expect(lapsed).toMatch(/days ago/);
  });

  it('are the same each time', () => {
    expect(levels(subject, nested, createContext())).toEqual(told);
  });
});

describe('a hierarchy by hand', () => {
  const feature = (name: string, title: string, high: string, low: string): Feature =>
    ({ name, title, kind: 'number', family: name, source: 'patients', words: { high, low }, role: 'attribute', movable: false, empty: Number.NaN });
  // Two wards, old and young; in each, the same two kinds of patients; of the young, the second kind once more in two.
  const rng = createRng(8);
  const leaf = Int32Array.from({ length: 1000 }, (_, i) => i % 5);
  const draw = (means: readonly number[]) => Float64Array.from(leaf, (s) => means[s] + rng.normal());
  const ill = subjectOf(
    [feature('age', 'Age', 'older', 'younger'), feature('visits', 'Visits', 'frequent', 'rare'), feature('stay', 'Length of stay', 'long-staying', 'short-staying')],
    [draw([80, 80, 20, 20, 20]), draw([2, 20, 2, 20, 20]), draw([5, 5, 5, 5, 15])], leaf, 5, { one: 'patient', many: 'patients' },
  );
  // Nodes: 0 old, 1 young, 2 old rare, 3 old frequent, 4 young rare, 5 young frequent, 6 short, 7 long.
  const labels = labelsOfLevels([-1, -1, 0, 0, 1, 1, 5, 5], leaf.map((s) => [2, 3, 4, 6, 7][s]));
  const told = levels(ill, labels, createContext());

  it('reads its levels from parent links: shallow leaves stay', () => {
    const groups = labels.map((level) => Array.from({ length: 5 }, (_, i) => level[i]));
    expect(groups).toEqual([[0, 0, 1, 1, 1], [0, 1, 2, 3, 3], [0, 1, 2, 3, 4]]);
  });

  it('tells like groups of two parents apart by the parents, and keeps the name of what does not split', () => {
    expect(told[0].map(({ name }) => name)).toEqual(['Older patients', 'Younger patients']);
    expect(told[1].map(({ name }) => name)).toEqual([
      'Rare patients among older patients', 'Frequent patients among older patients', 'Rare patients among younger patients', 'Frequent patients among younger patients',
    ]);
    expect(told[2].slice(0, 3).map(({ name }) => name)).toEqual(told[1].slice(0, 3).map(({ name }) => name));
    expect(told[2][0].narrative).toBe('200 patients: not divided further.');
    expect(told[2][3].name).toMatch(/short/i);
    expect(told[2][4].name).toMatch(/long/i);
    expect(told[2][4].narrative).toMatch(/^200 patients \(50 % of “Frequent patients among younger patients”\): /);
  });

  it('leaves those out that are in no group', () => {
    const some = labels.map((level) => level.map((g, i) => (i < 100 ? -1 : g)));
    const again = levels(ill, some, createContext());
    expect(again[0].reduce((sum, { entities }) => sum + entities, 0)).toBe(900);
    expect(again[0].map(({ name }) => name)).toEqual(['Older patients', 'Younger patients']);
  });
});

it('only compares what is true inside the parent and not against everyone', () => {
  const rng = createRng(9);
  const leaf = Int32Array.from({ length: 1200 }, (_, i) => i % 4);
  const orders: Feature = {
    name: 'orders', title: 'Orders', kind: 'count', family: 'frequency', source: 'orders', words: { high: 'frequent', low: 'occasional' }, role: 'behaviour', movable: true, empty: 0, unit: 'orders',
  };
  const column = Float64Array.from(leaf, (s) => Math.max(1, Math.round([40, 14, 5, 1][s] * Math.exp(0.15 * rng.normal()))));
  const shop = subjectOf([orders], [column], leaf, 4);
  const [, inside] = levels(shop, [leaf.map((s) => s >> 1), leaf], createContext());
  // 14 orders are few beside 40, and many beside everyone's: such customers are not "occasional".
  expect(inside[1].name).toMatch(/less-frequent|fewer orders/i);
  expect(inside[1].name).not.toMatch(/occasional/i);
  expect(inside[1].narrative).toMatch(/14 orders \(a third of the usual \d\d/);
});
