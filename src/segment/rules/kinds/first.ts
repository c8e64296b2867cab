import { conditionSchemas } from '../../../domain/rule.js';
import { defineKind } from '../condition.js';
import { since } from '../since.js';

export const first = defineKind({
  ...since('first', 'How long ago they first did something', conditionSchemas.first),
  example: { given: { kind: 'first', source: 'orders', op: '<', value: 30, unit: 'days' }, words: 'whose first order was less than 30 days ago' },
  failing: [
    { given: { kind: 'first', source: 'web', where: [{ column: 'evnt', op: '=', value: 'cart' }], op: '<', value: 30, unit: 'days' }, says: "no column 'evnt'. Did you mean 'event'?" },
    { given: { kind: 'first', source: 'people', op: '<', value: 30, unit: 'days' }, says: "'people' have no time" },
    { given: { kind: 'first', source: 'orders', op: '=', value: 30, unit: 'days' }, says: 'op must be one of "<", "<=", ">", ">="' },
    { given: { kind: 'first', source: 'orders', op: '<', value: -1, unit: 'days' }, says: 'value must not be negative' },
  ],
});
