import { describe, expect, it } from 'vitest';
import { rule } from '../../../src/domain/rule.js';
import type { RuleVocabulary } from '../../../src/server/contract/segments.js';
import { choicesOf, matching, templatesOf } from './choices.js';
import { subjectOf, unknownIn } from './kinds.js';

const shop: RuleVocabulary = {
  run: 'r1', asOf: 0,
  features: [
    { name: 'total_spend', title: 'Total spend', kind: 'money', low: 3, median: 143.7, high: 2000 },
    { name: 'is_business', title: 'Business customer', kind: 'flag', low: 0, median: 0, high: 1 },
    { name: 'night_share', title: 'Share of orders at night', kind: 'share', low: 0, median: 0.1, high: 0.9 },
    { name: 'empty', title: 'Nothing known', kind: 'number', low: Number.NaN, median: Number.NaN, high: Number.NaN },
  ],
  segments: [{ id: 'loyal', name: 'Loyal' }],
  sources: [
    { name: 'orders', kind: 'transactions', timed: true, columns: [{ name: 'order_id', title: 'Order', type: 'text' }, { name: 'amount', title: 'Amount', type: 'number' }, { name: 'returned', title: 'Returned', type: 'flag' }] },
    { name: 'web_events', kind: 'events', timed: true, columns: [{ name: 'event', title: 'Event', type: 'text', values: ['view', 'add_to_cart', 'purchase'] }] },
    { name: 'customers', kind: 'entities', timed: false, columns: [{ name: 'country', title: 'Country', type: 'text', values: ['DE', 'FR'] }, { name: 'born', title: 'Born', type: 'time' }] },
  ],
};
const bare: RuleVocabulary = { run: 'r1', asOf: 0, features: [shop.features[0]], segments: [], sources: [] };

describe('what can be added', () => {
  it('are conditions that hold as they are, about things that there are', () => {
    const choices = choicesOf(shop);
    expect(new Set(choices.map((choice) => choice.id)).size).toBe(choices.length);
    for (const choice of choices) {
      expect(rule.safeParse(choice.make()).error?.issues, choice.id).toBeUndefined();
      expect(unknownIn(choice.make(), shop), choice.id).toBeUndefined();
      expect(subjectOf(choice.make(), shop)).not.toBe('');
    }
    expect(new Set(choices.map((choice) => choice.make().kind))).toEqual(new Set(['performed', 'sequence', 'first', 'last', 'feature', 'attribute', 'segment']));
  });

  it('is found by its words, in any order', () => {
    expect(matching(choicesOf(shop), 'spend')[0].title).toBe('Total spend');
    expect(matching(choicesOf(shop), 'amount total').map((choice) => choice.title)).toEqual(['Orders: total amount']);
    expect(matching(choicesOf(shop), 'CART').map((choice) => choice.title)).toEqual(['Web events: add_to_cart']);
    expect(matching(choicesOf(shop), 'no such thing')).toEqual([]);
  });
});

describe('templates', () => {
  it('are rules of this run', () => {
    const templates = templatesOf(shop);
    expect(templates.map((template) => template.id)).toEqual(['lapsed', 'quiet', 'cart', 'new', 'once', 'night', 'returns', 'core']);
    for (const template of templates) expect(rule.safeParse(template.rule).error?.issues, template.id).toBeUndefined();
  });

  it('are offered only where the words suffice', () => {
    expect(templatesOf(bare)).toEqual([]);
  });
});

it('names what a rule of another run speaks of in vain', () => {
  expect(unknownIn({ kind: 'feature', feature: 'constructor', op: 'known' }, shop)).toContain("'constructor'");
  expect(unknownIn({ kind: 'performed', source: 'orders', where: [{ column: 'x', op: 'known' }], op: '>=', value: 1 }, shop)).toContain("'x'");
  // A shape is answered by the run on whose map it is drawn.
  expect(unknownIn({ kind: 'drawn', run: 'r0', points: [[0, 0], [1, 0], [1, 1]] }, shop)).toBeUndefined();
});
