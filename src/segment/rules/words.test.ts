import { describe, expect, it } from 'vitest';
import type { Condition, Rule } from '../../domain/rule.js';
import { questions } from './questions.test.fixture.js';
import { vocabulary } from './shop.test.fixture.js';
import { ruleOutline, ruleWords } from './words.js';

const say = (rule: Rule) => ruleWords(rule, vocabulary);
const list = (rule: Rule) => ruleOutline(rule, vocabulary).map(({ depth, text }) => `${'  '.repeat(depth)}${text}`);
const loyal: Condition = { kind: 'segment', segment: 'loyal-regulars' };
const bureau: Condition = { kind: 'segment', segment: 'büro' };

describe('a rule as a sentence', () => {
  it.each([
    ['lapsed after 90 days without an order', 'Customers whose last order was at least 90 days ago.'],
    ['bought a mug but no kettle in the last 30 days', 'Customers with at least one order with product ‘Mug’ in the last 30 days, and with no orders with product ‘Kettle’ in the last 30 days.'],
    ['a cart and then no order within a day', 'Customers with a ‘cart’ web event but no order within one day after it.'],
    ['spend over 500 in 90 days, and in a segment', 'Customers with spend over £500 in the last 90 days, and in the segment ‘Loyal regulars’.'],
    ['people who buy at night', 'Customers with at least 50 % of orders at night, with a typical hour of orders from 22:00, or with a typical hour of orders before 05:00.'],
    ['three support tickets in 14 days', 'Customers with at least three support tickets in the last 14 days.'],
    ['good customers at risk', 'Customers with at least five orders not marked returned, either whose last web event was more than 30 days ago or with at least one support ticket with topic containing ‘refund’ in the last 7 days, but not those whose country is ‘IE’ or ‘UK’.'],
  ])('says %s', (question, sentence) => {
    expect(say(questions[question])).toBe(sentence);
  });

  it.each<[string, Rule]>([
    ['All customers.', { all: [] }],
    ['Customers not those of any sort.', { not: { all: [] } }],
    ['Customers in the segment ‘Loyal regulars’.', { all: [{ any: [loyal] }] }],
    ['Customers in the segment ‘Loyal regulars’, or (in the segment ‘Büro’, but not those in the segment ‘Loyal regulars’).', { any: [loyal, { all: [bureau, { not: loyal }] }] }],
    ['Customers not those (in the segment ‘Loyal regulars’, or in the segment ‘Büro’).', { not: { any: [loyal, bureau] } }],
    ['Customers in the segment ‘Lapsing; -- DROP’.', { kind: 'segment', segment: 'lapsing' }],
  ])('says %s', (sentence, rule) => {
    expect(say(rule)).toBe(sentence);
  });

  it.each<[string, Condition]>([
    ['whose contract is month-to-month', { kind: 'feature', feature: 'contract_monthly', op: '=', value: true }],
    ['whose contract is not month-to-month', { kind: 'feature', feature: 'contract_monthly', op: '!=', value: true }],
    ['whose time since the last order is unknown', { kind: 'feature', feature: 'recency', op: 'missing' }],
    ['whose last order was between 30 days and 90.5 days ago', { kind: 'feature', feature: 'recency', op: 'between', from: 30, to: 90.5 }],
    ['with no orders', { kind: 'feature', feature: 'orders', op: '<=', value: 0 }],
    ['with over two orders', { kind: 'feature', feature: 'orders', op: '>', value: 2 }],
    ['with spend at most £499.999', { kind: 'feature', feature: 'spend', op: '<=', value: 499.999 }],
    ['with exactly two web events with product containing ‘mug’ and session 3 since 1 January 2024 and before 2 January 2024 18:30', { kind: 'performed', source: 'web', where: [{ column: 'product', op: 'contains', value: 'mug' }, { column: 'session', op: '=', value: 3 }], op: '=', value: 2, window: { from: '2024-01-01', to: '2024-01-02T18:30' } }],
    ['with more than two different products in order lines', { kind: 'performed', source: 'orders', distinct: 'product', op: '>', value: 2 }],
    ['with spend under £100 on order lines marked returned', { kind: 'performed', source: 'orders', sum: 'amount', where: [{ column: 'returned', op: '=', value: true }], op: '<', value: 100 }],
    ['with quantity adding up to over 10 over order lines in the last 12 hours', { kind: 'performed', source: 'orders', sum: 'quantity', op: '>', value: 10, window: { last: 12, unit: 'hours' } }],
    ['with an order in the last day and then a ‘view’ web event without product within 30 minutes', { kind: 'sequence', first: { source: 'orders' }, then: { source: 'web', where: [{ column: 'event', op: '=', value: 'view' }, { column: 'product', op: 'missing' }] }, followed: true, within: { length: 30, unit: 'minutes' }, window: { last: 1, unit: 'days' } }],
    ['with at least two ‘view’ web events in the current session (ended by 30 quiet minutes)', { kind: 'performed', source: 'web', where: [{ column: 'event', op: '=', value: 'view' }], op: '>=', value: 2, window: { session: 30, unit: 'minutes' } }],
    ['whose joined is between 1 January 2024 and 31 January 2024', { kind: 'attribute', source: 'people', column: 'joined', op: 'between', from: '2024-01-01', to: '2024-01-31' }],
    ['whose country does not contain ‘land’', { kind: 'attribute', source: 'people', column: 'country', op: 'not contains', value: 'land' }],
    ['whose country is other than ‘UK’', { kind: 'attribute', source: 'people', column: 'country', op: '!=', value: 'UK' }],
    ['whose newsletter is yes', { kind: 'attribute', source: 'people', column: 'newsletter', op: '=', value: true }],
    ['whose age is known', { kind: 'attribute', source: 'people', column: 'age', op: 'known' }],
  ])('says that of customers %s', (words, condition) => {
    expect(say(condition)).toBe(`Customers ${words}.`);
  });

  it('holds no line break, no markup and no endless text, whatever a rule holds', () => {
    const hostile: Rule = { kind: 'attribute', source: 'people', column: 'country', op: 'in', values: ['a\n--<script>', ...Array.from({ length: 150 }, (_, i) => `x${i}`.repeat(40))] };
    expect(say(hostile)).not.toMatch(/[\n<>]/);
    expect(say(hostile).length).toBeLessThan(1000);
    expect(say(hostile)).toContain('or 139 more');
  });
});

describe('a rule as a list', () => {
  it('shows groups with what must hold of them', () => {
    expect(list(questions['good customers at risk'])).toEqual([
      'All of these:',
      '  With at least five orders not marked returned',
      '  At least one of these:',
      '    Whose last web event was more than 30 days ago',
      '    With at least one support ticket with topic containing ‘refund’ in the last 7 days',
      '  Not those whose country is ‘IE’ or ‘UK’',
    ]);
    expect(list({ not: { any: [loyal, bureau] } })).toEqual(['None of this:', '  At least one of these:', '    In the segment ‘Loyal regulars’', '    In the segment ‘Büro’']);
    expect(list({ all: [] })).toEqual(['All customers']);
  });
});
