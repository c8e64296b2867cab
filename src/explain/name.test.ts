import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Feature } from '../domain/feature.js';
import { createRng } from '../util/rng.js';
import { contrast } from './contrast.js';
import { market, marketKinds, subjectOf } from './market.test.fixture.js';
import { names } from './name.js';

const customers = { one: 'customer', many: 'customers' };

describe('names', () => {
  it('name planted segments as a marketer would', () => {
    const made = names(contrast(market(), createContext()), customers);
    expect(Object.fromEntries(marketKinds.map((kind, s) => [kind, made[s]]))).toEqual({
      loyal: 'Loyal big spenders',
      'night owls': 'Late-night organic browsers',
      bargain: 'Weekend bargain hunters',
      lapsed: 'Lapsed big spenders',
      gift: 'One-time gift buyers',
      resellers: 'Bulk resellers',
      ordinary: 'Everyday customers',
    });
  });

  it("speak of students by the features' own words, never by a protected attribute or a label", () => {
    const attribute = (name: string, title: string, high: string, low: string, kind: Feature['kind'] = 'number', role: Feature['role'] = 'attribute'): Feature =>
      ({ name, title, kind, family: name, source: 'students', words: { high, low }, role, movable: false, empty: Number.NaN });
    const list = [
      attribute('absences', 'Absences', 'many absences', 'few absences', 'count'),
      attribute('grade', 'Final grade', 'high final grade', 'low final grade'),
      attribute('age', 'Age', 'older', 'younger'),
      attribute('sex_f', 'Sex: F', 'female', 'male', 'flag', 'sensitive'),
      attribute('class', 'Class: High', 'high class', 'low class', 'flag', 'label'),
    ];
    const rng = createRng(4);
    const labels = Int32Array.from({ length: 900 }, (_, i) => i % 3);
    const draw = (means: number[], sd: number) => Float64Array.from(labels, (s) => Math.max(0, means[s] + sd * rng.normal()));
    const columns = [draw([20, 3, 3], 1), draw([8, 15, 9], 1), draw([17, 17, 21], 0.8), Float64Array.from(labels, (s) => (s === 0 ? 1 : 0)), Float64Array.from(labels, (s) => (s === 1 ? 1 : 0))];
    const made = names(contrast(subjectOf(list, columns, labels, 3), createContext()), { one: 'student', many: 'students' });
    expect(made).toEqual(['Students with many absences', 'Students with high final grade', 'Older students']);
  });

  it('are distinct, short and never empty, whatever the titles are', () => {
    const hostile = ['', '<img src=x onerror=alert(1)>', '__proto__', 'constructor', '\u202e\u0000', "'; DROP TABLE x; --", '🐟🐟🐟', '日本語の列', 'a'.repeat(400), ' \n\t '];
    const list = hostile.map((text, j): Feature => ({
      name: `f${j}`, title: text, kind: 'number', family: text || 'none', source: 's', words: { high: text, low: text }, role: 'behaviour', movable: true, empty: 0,
    }));
    const rng = createRng(9);
    const k = 12;
    const labels = Int32Array.from({ length: 1200 }, (_, i) => i % k);
    const columns = list.map((_, j) => Float64Array.from(labels, (s) => ((s * 7 + j * 3) % k) + 0.3 * rng.normal()));
    const made = names(contrast(subjectOf(list, columns, labels, k), createContext()), { one: '', many: '' });
    expect(new Set(made.map((name) => name.toLowerCase())).size).toBe(k);
    for (const name of made) {
      expect(name.split(' ').length).toBeLessThanOrEqual(5);
      expect(name.length).toBeGreaterThan(3);
      expect(name).toMatch(/^[\p{L}\p{M}\p{N}'’\- ]+$/u);
    }
  });

  it('read kinds of rows from the title: countries, offices, devices', () => {
    const share = (attribute: string, kind: string): Feature => ({
      name: `${attribute}_${kind}`.toLowerCase(), title: `Share of ${attribute.replace('_', ' ')} ${kind}`, kind: 'share', family: `attribute ${attribute}`, source: 'orders',
      words: { high: `${kind} ${attribute}`, low: `no ${kind} ${attribute}` }, role: 'behaviour', movable: false, empty: Number.NaN,
    });
    const list = [share('country', 'United Kingdom'), share('regional_office', 'Central'), share('device', 'mobile'), share('manager', 'Ann Lee')];
    const rng = createRng(6);
    const labels = Int32Array.from({ length: 800 }, (_, i) => i % 4);
    const columns = list.map((_, j) => Float64Array.from(labels, (s) => (s === j ? 0.9 : 0.05) + 0.02 * rng.normal()));
    const made = names(contrast(subjectOf(list, columns, labels, 4), createContext()), { one: 'account', many: 'accounts' });
    expect(made.slice(0, 3)).toEqual(['Accounts from the United Kingdom', 'Central accounts', 'Mobile accounts']);
    expect(made[3]).not.toMatch(/Ann/);
  });

  it('stay apart when segments are alike', () => {
    const made = names(contrast(market(2000, 3, true), createContext()), customers);
    expect(new Set(made).size).toBe(made.length);
  });
});
