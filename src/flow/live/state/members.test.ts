import { expect, it } from 'vitest';
import { createRng } from '../../../util/rng.js';
import { createMembers } from './members.js';

it('counts, pages and saves whoever is in', () => {
  const rng = createRng(5);
  const members = createMembers();
  const plain = new Set<number>();
  for (let i = 0; i < 5000; i++) {
    const entity = rng.int(4000), is = rng.int(3) > 0;
    expect(members.put(entity, is)).toBe(plain.has(entity) !== is);
    if (is) plain.add(entity);
    else plain.delete(entity);
  }
  const all = [...plain].sort((a, b) => a - b);
  expect(members.count).toBe(all.length);
  expect([...members.all()]).toEqual(all);
  expect([...members.from(1234)]).toEqual(all.filter((entity) => entity >= 1234));
  for (const [offset, limit] of [[0, 10], [33, 64], [all.length - 3, 10], [all.length, 5]]) expect(members.page(offset, limit)).toEqual(all.slice(offset, offset + limit));
  const again = createMembers(members.save());
  expect([again.count, [...again.all()], again.has(1_000_000)]).toEqual([all.length, all, false]);
});
