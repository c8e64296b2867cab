import { expect, it } from 'vitest';
import type { Rule } from '../../../src/domain/rule.js';
import { fragmentOf, fromFragment, saysRule } from './share.js';

const rule: Rule = { all: [{ kind: 'performed', source: 'orders', where: [{ column: 'product', op: 'contains', value: 'Grüße 🐟 & <b>#?%' }], op: '>=', value: 2 }] };

it('a rule survives its address, whatever it holds', () => {
  expect(fromFragment(fragmentOf(rule))).toEqual(rule);
  expect(fromFragment(new URL(`http://localhost/w/main/rules${fragmentOf(rule)}`).hash)).toEqual(rule);
  expect(fragmentOf(rule)).toMatch(/^#rule=[\w-]+$/);
});

it('carries a shape of two thousand points', () => {
  const drawn: Rule = { kind: 'drawn', run: 'r', points: Array.from({ length: 2000 }, (_, i) => [Math.sin(i) * 10, Math.cos(i) * 10] as [number, number]) };
  expect(fromFragment(fragmentOf(drawn))).toEqual(drawn);
});

it('a broken or foreign address says nothing', () => {
  for (const broken of ['', '#', '#rule=', '#rule=%%%', '#rule=eyJ', '#other=1', `#rule=${fragmentOf(rule).slice(6, 30)}`]) expect(fromFragment(broken)).toBeUndefined();
  expect(saysRule('#rule=eyJ')).toBe(true);
  expect(saysRule('#other')).toBe(false);
});
