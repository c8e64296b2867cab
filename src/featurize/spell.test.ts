import { expect, it } from 'vitest';
import { pluralKind, spelled } from './spell.js';

it.each([
  ['Mnt meat prods', 'Amount spent on meat products'],
  ['Num web visits month', 'Number of web visits a month'],
  ['Accepted cmp3', 'Accepted campaign 3'],
  ['Avg order value', 'Average order value'],
  ['Dt customer', 'Becoming a customer'],
  ['Year birth', 'Year of birth'],
  ['Kidhome', 'Kids at home'],
  ['Streaming tv', 'Streaming TV'],
  ['Monthly charges', 'Monthly charges'],
  ['Number of children', 'Number of children'],
  ['constructor', 'Constructor'],
])('%s reads %s', (title, said) => {
  expect(spelled(title)).toBe(said);
});

it('kinds of events in the plural, where they are plain nouns', () => {
  expect(['view', 'search', 'add to cart', 'sent'].map(pluralKind)).toEqual(['views', 'searches', 'adds to cart', undefined]);
});
