import type { Rule } from '../../domain/rule.js';

/** What people in the field ask for, over the shop of the tests. */
export const questions: Readonly<Record<string, Rule>> = {
  'lapsed after 90 days without an order': { kind: 'last', source: 'orders', op: '>=', value: 90, unit: 'days' },
  'bought a mug but no kettle in the last 30 days': {
    all: [
      { kind: 'performed', source: 'orders', where: [{ column: 'product', op: '=', value: 'Mug' }], op: '>=', value: 1, window: { last: 30, unit: 'days' } },
      { kind: 'performed', source: 'orders', where: [{ column: 'product', op: '=', value: 'Kettle' }], op: '=', value: 0, window: { last: 30, unit: 'days' } },
    ],
  },
  'a cart and then no order within a day': {
    kind: 'sequence', first: { source: 'web', where: [{ column: 'event', op: '=', value: 'cart' }] }, then: { source: 'orders' }, followed: false, within: { length: 1, unit: 'days' },
  },
  'spend over 500 in 90 days, and in a segment': {
    all: [{ kind: 'performed', source: 'orders', sum: 'amount', op: '>', value: 500, window: { last: 90, unit: 'days' } }, { kind: 'segment', segment: 'loyal-regulars' }],
  },
  'people who buy at night': {
    any: [{ kind: 'feature', feature: 'night_share', op: '>=', value: 0.5 }, { kind: 'feature', feature: 'hour_mean', op: '>=', value: 22 }, { kind: 'feature', feature: 'hour_mean', op: '<', value: 5 }],
  },
  'three support tickets in 14 days': { kind: 'performed', source: 'support_tickets', op: '>=', value: 3, window: { last: 14, unit: 'days' } },
  'good customers at risk': {
    all: [
      { kind: 'performed', source: 'orders', distinct: 'order_id', where: [{ column: 'returned', op: '=', value: false }], op: '>=', value: 5 },
      { any: [{ kind: 'last', source: 'web', op: '>', value: 30, unit: 'days' }, { kind: 'performed', source: 'support_tickets', where: [{ column: 'topic', op: 'contains', value: 'refund' }], op: '>', value: 0, window: { last: 7, unit: 'days' } }] },
      { not: { kind: 'attribute', source: 'people', column: 'country', op: 'in', values: ['IE', 'UK'] } },
    ],
  },
};
