import { conditionSchemas } from '../../../domain/rule.js';
import { defineKind } from '../condition.js';
import { since } from '../since.js';

export const last = defineKind({
  ...since('last', 'How long ago they last did something', conditionSchemas.last),
  example: { given: { kind: 'last', source: 'web', where: [{ column: 'event', op: '=', value: 'cart' }], op: '>=', value: 36, unit: 'hours' }, words: 'whose last ‘cart’ web event was at least 36 hours ago' },
  failing: [
    { given: { kind: 'last', source: 'orers', op: '>=', value: 90, unit: 'days' }, says: "no source 'orers'. Did you mean 'orders'?" },
    { given: { kind: 'last', source: 'orders', op: '>=', value: 90, unit: 'weeks' }, says: 'unit must be one of "minutes", "hours", "days"' },
    { given: { kind: 'last', source: 'orders', op: '>=', unit: 'days' }, says: 'value is missing' },
  ],
});
