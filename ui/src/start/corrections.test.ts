import { describe, expect, it } from 'vitest';
import { countOf, merged, NONE, optionsOf, withKind, withRole } from './corrections.js';

describe('corrections of what was inferred', () => {
  it('become options that name file and column', () => {
    const said = withRole(withKind(NONE, 'orders', 'transactions'), 'orders', 'who', 'entity');
    expect(optionsOf(said)).toEqual({ kind: { orders: 'transactions' }, entity: 'orders.who' });
    expect(countOf(said)).toBe(2);
  });

  it('are nothing where nothing was said', () => expect(optionsOf(NONE)).toEqual({}));

  it('gather outcomes and left-out columns in lists', () => {
    const said = withRole(withRole(withRole(NONE, 'a', 'x', 'ignore'), 'a', 'y', 'ignore'), 'b', 'churned', 'label');
    expect(optionsOf(said)).toEqual({ ignore: ['a.x', 'a.y'], label: ['b.churned'] });
  });

  it('let one column of a file have a role: the later word counts', () => {
    const said = withRole(withRole(NONE, 'orders', 'total', 'amount'), 'orders', 'net', 'amount');
    expect(optionsOf(said)).toEqual({ amount: 'orders.net' });
  });

  it('keep a role in two files where the columns have one name, and name it without a file', () => {
    const said = withRole(withRole(NONE, 'orders', 'customer', 'entity'), 'visits', 'customer', 'entity');
    expect(optionsOf(said)).toEqual({ entity: 'customer' });
  });

  it('let go of a role in another file under another name, which could not be said beside it', () => {
    const said = withRole(withRole(NONE, 'orders', 'customer', 'entity'), 'visits', 'visitor', 'entity');
    expect(optionsOf(said)).toEqual({ entity: 'visits.visitor' });
  });

  it('can be taken back one by one', () => {
    const said = withKind(withRole(withRole(withKind(NONE, 'a', 'lookup'), 'a', 'x', 'ignore'), 'a', 'x', undefined), 'a', undefined);
    expect(said).toEqual(NONE);
  });

  it('come on top of what was said before: lists and kinds grow, the rest is replaced, and what is empty is not said', () => {
    const before = { entity: 'orders.who', ignore: ['a.x'], kind: { a: 'lookup' } } as const;
    expect(merged({ ...before, ignore: ['a.x'] }, { entity: 'customer', ignore: ['a.y', 'a.x'], kind: { b: 'events' }, title: '', k: undefined })).toEqual({
      entity: 'customer', ignore: ['a.x', 'a.y'], kind: { a: 'lookup', b: 'events' },
    });
    expect(merged({}, {})).toEqual({});
  });
});
