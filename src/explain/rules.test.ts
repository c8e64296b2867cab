import { expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Feature } from '../domain/feature.js';
import { betweenText, conditionText } from './condition.js';
import { contrast } from './contrast.js';
import { market, marketKinds, subjectOf } from './market.test.fixture.js';
import { rules } from './rules.js';

const subject = market();
const found = contrast(subject, createContext());
const made = rules(subject, found, createContext());

it('reproduces planted segments with at most four conditions, on rows it has not seen', () => {
  for (const kind of ['loyal', 'night owls', 'bargain', 'lapsed', 'gift', 'resellers']) {
    const rule = made[marketKinds.indexOf(kind)];
    expect(rule.fidelity, kind).toBeGreaterThan(0.85);
    expect(rule.conditions.length).toBeLessThanOrEqual(4);
  }
});

it('measures itself as anyone would: precision and recall of its own conditions', () => {
  const owls = marketKinds.indexOf('night owls');
  const rule = made[owls];
  const column = (name: string) => subject.table.columns[subject.table.features.findIndex((f) => f.name === name)];
  let picked = 0, right = 0, members = 0;
  for (let i = 0; i < subject.table.rows; i++) {
    const inside = rule.conditions.every((c) => (c.op === '<=' ? column(c.feature)[i] <= c.value : column(c.feature)[i] > c.value));
    if (inside) picked++;
    if (subject.assignment.labels[i] === owls) members++;
    if (inside && subject.assignment.labels[i] === owls) right++;
  }
  expect(right / picked).toBeCloseTo(rule.precision, 1);
  expect(right / members).toBeCloseTo(rule.recall, 1);
  expect(rule.fidelity).toBeCloseTo((2 * rule.precision * rule.recall) / (rule.precision + rule.recall), 2);
});

it('claims no fidelity on labels drawn by lot', () => {
  const lot = market(3000, 2, true);
  const fidelity = rules(lot, contrast(lot, createContext()), createContext()).map((rule) => rule.fidelity);
  expect(Math.max(...fidelity)).toBeLessThan(0.35);
});

it('never uses a label or a protected attribute', () => {
  expect(made.flatMap((rule) => rule.conditions.map((c) => c.feature)).filter((name) => name === 'churned' || name === 'sex_female')).toEqual([]);
});

it('says conditions as a person would', () => {
  const f = (title: string, kind: Feature['kind'], unit?: string): Feature => ({ name: 'x', title, kind, unit, family: 'x', source: 's', words: { high: 'h', low: 'l' }, role: 'behaviour', movable: true, empty: 0 });
  const over = (feature: Feature, value: number, whole = false) => conditionText(feature, { op: '>', value }, whole, 'GBP');
  const upTo = (feature: Feature, value: number, whole = false) => conditionText(feature, { op: '<=', value }, whole, 'GBP');
  expect(over(f('Orders', 'count', 'orders'), 7, true)).toBe('at least 8 orders');
  expect(upTo(f('Number of orders in the last 90 days', 'count'), 0, true)).toBe('no orders in the last 90 days');
  expect(upTo(f('Orders in the last 90 days', 'count'), 1, true)).toBe('at most one order in the last 90 days');
  expect(upTo(f('Days since last order', 'days'), 40, true)).toBe('last order within 40 days');
  expect(over(f('Days since last order', 'days'), 40, true)).toBe('last order more than 40 days ago');
  expect(upTo(f('Days since the last order', 'days'), 40, true)).toBe('last order within 40 days');
  expect(over(f('Browsing: events in the last 30 days', 'count'), 9, true)).toBe('at least 10 browsing events in the last 30 days');
  expect(upTo(f('Browsing: days since the last', 'days'), 9, true)).toBe('last browsing within 9 days');
  expect(over(f('E-mail: open rate', 'share'), 0.4)).toBe('e-mail open rate over 40 %');
  expect(upTo(f('Days between orders', 'days'), 12.5)).toBe('at most 13 days between orders');
  expect(over(f('Share of orders at night', 'share'), 0.3)).toBe('over 30 % of orders at night');
  expect(upTo(f('Share of items returned', 'share'), 0)).toBe('no items returned');
  expect(over(f('Contract: month-to-month', 'flag'), 0.5)).toBe('contract is month-to-month');
  expect(upTo(f('Average order value', 'money'), 40)).toBe('average order value up to £40');
  expect(over(f('Age', 'number', 'years'), 64, true)).toBe('age at least 65 years');
  expect(betweenText(f('Orders', 'count'), 7, 20, true)).toBe('8 to 20 orders');
  expect(betweenText(f('Days since last order', 'days'), 30, 90, true)).toBe('last order 30 to 90 days ago');
  expect(betweenText(f('Average order value', 'money'), 20, 40, false, 'GBP')).toBe('average order value between £20 and £40');
});

it('rounds by the spread of a feature, not by the size of its numbers', () => {
  const born = Float64Array.from({ length: 2000 }, (_, i) => 1940 + ((i * 37) % 700) / 10);
  const year: Feature = { name: 'born', title: 'Year of birth', kind: 'number', family: 'age', source: 'people', words: { high: 'young', low: 'old' }, role: 'behaviour', movable: false, empty: Number.NaN };
  const people = subjectOf([year], [born], Int32Array.from(born, (value) => Number(value > 1987.3)), 2);
  const [old, young] = rules(people, contrast(people, createContext()), createContext());
  for (const { conditions, fidelity } of [old, young]) {
    expect(Math.abs(conditions[0].value - 1987.3)).toBeLessThan(3.5);
    expect(fidelity).toBeGreaterThan(0.9);
  }
});
