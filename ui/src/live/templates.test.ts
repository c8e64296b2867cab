import { expect, it } from 'vitest';
import { rule } from '../../../src/domain/rule.js';
import { liveVocabulary } from '../../../src/segment/rules/live-vocabulary.js';
import { ruleWords } from '../../../src/segment/rules/words.js';
import { choicesOf } from '../rules/choices.js';
import { subjectOf, unknownIn } from '../rules/kinds.js';
import { liveTemplatesOf } from './templates.js';

const seen = liveVocabulary({
  events: ['Product Viewed', 'Product Added', 'Order Completed'],
  columns: [{ column: 'properties.cart', type: 'text', values: ['c1'] }, { column: 'properties.total', type: 'number', values: [] }, { column: 'context.device.type', type: 'text', values: ['phone'] }],
  traits: [{ column: 'plan', type: 'text', values: ['pro', 'free'] }],
}, { entityWord: { one: 'customer', many: 'customers' }, features: [], segments: [{ segment: 0, id: 'live.buyers', name: 'Buyers' }] });
const words = { asOf: 0, features: [], segments: seen.segments.map(({ id, name }) => ({ id, name })), sources: seen.sources.map((source) => ({ ...source, columns: source.columns.map((column) => ({ ...column, values: column.values && [...column.values] })) })) };

it('are rules that can be kept live, and none where nothing was seen', () => {
  const templates = liveTemplatesOf(words);
  expect(templates.map(({ id }) => id)).toEqual(['cart', 'session', 'lapsed', 'weekend', 'lunch']);
  for (const template of templates) {
    expect(rule.safeParse(template.rule).error?.issues, template.id).toBeUndefined();
    expect(ruleWords(template.rule, seen), template.id).not.toBe('');
  }
  expect(liveTemplatesOf({ ...words, sources: [] })).toEqual([]);
});

it('what can be added to a live rule holds as it is, and is called by the event it is about', () => {
  const choices = choicesOf(words);
  for (const choice of choices) {
    expect(rule.safeParse(choice.make()).error?.issues, choice.id).toBeUndefined();
    expect(unknownIn(choice.make(), words), choice.id).toBeUndefined();
    expect(ruleWords(choice.make(), seen), choice.id).not.toBe('');
  }
  expect(choices.map(({ id }) => id)).toContain('sum events properties.total');
  const order = choices.find(({ id }) => id === 'event events Order Completed');
  expect(order && subjectOf(order.make(), words)).toBe('“Order Completed”: how many');
  expect(unknownIn({ kind: 'segment', segment: 'nobody' }, words)).toBe("There is no segment 'nobody' in what was seen so far.");
});
