import { expect, it } from 'vitest';
import { byEntity } from './by-entity.js';

const entities = ['C1', 'C2', 'C7'];

it('turns entity ids into rows, and names of segments into numbers', () => {
  expect(byEntity({ k: 2, seeds: [['C7', 'loyal'], ['C1', 'lapsed'], ['C2', 'loyal']], mustLink: [['C1', 'C2']], cannotLink: [[0, 'C7']] }, entities)).toEqual({
    k: 2, seeds: [[2, 0], [0, 1], [1, 0]], mustLink: [[0, 1]], cannotLink: [[0, 2]],
  });
});

it('leaves other settings, row numbers and labels per row as they are', () => {
  const settings = { eps: 0.5, seeds: [-1, 0, 1] };
  expect(byEntity(settings, entities)).toEqual(settings);
  expect(byEntity(undefined, entities)).toBeUndefined();
  expect(byEntity({ eps: 1 }, entities)).toEqual({ eps: 1 });
});

it('says which entity is not there', () => {
  expect(() => byEntity({ mustLink: [['C1', 'C3']] }, entities)).toThrow(expect.objectContaining({ code: 'explain/unknown-entity', details: { id: 'C3', suggestion: expect.any(String) } }));
});
