import { defineAggregate } from '../aggregate.js';
import { absorb, count, type Tally } from '../tally.js';

export const distinct = defineAggregate<Tally<string>>({
  name: 'distinct',
  title: 'Different kinds',
  unit: 'kinds',
  words: { high: 'wide-ranging', low: 'narrow' },
  shape: 'keys',
  needs: ['key'],
  sql: () => 'count(*)',
  init: () => new Map(),
  add: (s, { key }) => count(s, key!),
  expire: (s, { key }) => count(s, key!, -1),
  merge: absorb,
  value: (s) => s.size,
  example: { rows: [{ at: 1, key: 'tea' }, { at: 2, key: 'mug' }, { at: 3, key: 'tea' }], options: { asOf: 9, scale: 1 }, value: 2 },
});
