import { describe, expect, it } from 'vitest';
import { againOf, filesIn } from './run-input.js';

describe('what a run was asked for', () => {
  const input = { files: [{ id: 'f1', name: 'orders.csv', fingerprint: 'ab' }, { id: 'f2', name: 'visits.csv', fingerprint: 'cd' }], options: { k: 4 } };

  it('names its files', () => expect(filesIn({ input })).toEqual(['orders.csv', 'visits.csv']));

  it('can be asked again', () => expect(againOf({ input })).toEqual({ files: ['f1', 'f2'], options: { k: 4 } }));

  it('is nothing where the record says nothing of it', () => {
    for (const odd of [undefined, null, 'x', {}, { files: 'orders.csv' }, { files: [null] }]) {
      expect(filesIn({ input: odd })).toEqual([]);
      expect(againOf({ input: odd })).toBeUndefined();
    }
  });
});
