import { expect, it } from 'vitest';
import { createColumns } from './columns.js';

it('forgets texts but those that are kept and those of rules, and never gives their numbers again', () => {
  const columns = createColumns();
  const [ordered, ann, bob] = [columns.constantOf('Ordered'), columns.codeOf('ann@example.org'), columns.codeOf('bob@example.org')];
  columns.keepOnly(new Set([bob]));
  expect([ordered, ann, bob].map(columns.textOf)).toEqual(['Ordered', undefined, 'bob@example.org']);
  expect(columns.codeOf('Ordered')).toBe(ordered);
  expect(columns.codeOf('bob@example.org')).toBe(bob);
  expect([ordered, ann, bob]).not.toContain(columns.codeOf('ann@example.org'));
});
