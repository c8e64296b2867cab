import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identifierOfPublicId, identifierText, publicIdOf, type EventKind, type Identifier } from '../domain/event.js';
import { namesSomebody } from '../domain/blocked.js';
import { joined } from '../util/joined.js';
import { createIdentity, type Identity } from './identity.js';
import { naiveIdentity } from './identity.test.fixture.js';

const id = (text: string): Identifier => ({ type: text.slice(0, text.indexOf(':')), value: text.slice(text.indexOf(':') + 1) });

/** An identity, and a short way to tell it what came together. */
function people(options = {}) {
  const identity = createIdentity(options);
  let seq = 0;
  const see = (kind: EventKind, ...texts: string[]) => identity.resolve(texts.map(id), { seq: ++seq, at: 1000 * seq, kind });
  return { identity, see, ids: (text: string) => identity.identifiersOf(identity.find(id(text))!).map(identifierText) };
}

test('what somebody did anonymously becomes theirs when they say who they are', () => {
  const { identity, see, ids } = people();
  expect(see('page', 'anonymous:a')).toEqual({ entity: 0, node: 0, merged: [], refused: [] });
  expect(see('track', 'user:42')).toMatchObject({ entity: 1, node: 1 });
  expect(see('identify', 'user:42', 'anonymous:a')).toEqual({ entity: 0, node: 1, merged: [{ into: 0, from: 1, link: 0 }], refused: [] });
  expect(ids('user:42')).toEqual(['anonymous:a', 'user:42']);
  expect(identity.publicId(0)).toBe('42');
  expect(identity.publicId(1)).toBeUndefined();
  expect(identity.entities).toBe(1);
});

test('on a shared device the second user is not merged with the first: the event is theirs, and what the browser does alone stays with whom it belongs to', () => {
  const { identity, see } = people();
  see('identify', 'user:ann', 'anonymous:kitchen');
  const bob = see('identify', 'user:bob', 'anonymous:kitchen');
  expect(bob.refused).toEqual([{ identifier: id('anonymous:kitchen'), reason: 'conflict' }]);
  expect(identity.publicId(bob.entity!)).toBe('bob');
  expect(identity.publicId(see('page', 'anonymous:kitchen').entity!)).toBe('ann');
  expect(identity.publicId(see('track', 'user:bob', 'anonymous:kitchen').entity!)).toBe('bob');
});

test('an alias joins a browser to a user, of whichever type the previous id was said to be, and never two users', () => {
  for (const type of ['user', 'anonymous']) {
    const { see, ids } = people();
    see('page', 'anonymous:x');
    expect(see('alias', 'user:7', `${type}:x`).refused).toEqual([]);
    expect(ids('user:7')).toEqual(['anonymous:x', 'user:7']);
    see('identify', 'user:8');
    expect(see('alias', 'user:7', `${type}:8`).refused).toMatchObject([{ reason: 'conflict' }]);
    expect(see('alias', 'user:9', `${type}:new`).refused).toEqual([]);
    expect(ids('user:9')).toEqual(['user:9', 'anonymous:new']);
  }
});

test('an undone link parts the two again, and they are not linked a second time', () => {
  const { identity, see } = people();
  see('page', 'anonymous:a');
  see('page', 'anonymous:b');
  see('identify', 'user:1', 'anonymous:a');
  see('identify', 'user:1', 'anonymous:b');
  expect([...identity.merges({ seq: 4 })]).toEqual([{ link: 1, seq: 4, at: 4000, kind: 'identify', one: id('user:1'), other: id('anonymous:b'), entity: 0, undone: false }]);
  expect(identity.undo(1)).toEqual({ entity: 0, now: [{ entity: 0, nodes: [0, 2] }, { entity: 1, nodes: [1] }] });
  expect(identity.undo(1)).toBeUndefined();
  expect(see('track', 'user:1', 'anonymous:b').refused).toMatchObject([{ reason: 'undone' }]);
  expect(identity.entities).toBe(2);
});

test('two that are held together by another link stay together when one link is undone', () => {
  const { identity, see } = people();
  see('identify', 'user:1', 'anonymous:a', 'email:x@y.z');
  see('track', 'email:x@y.z', 'anonymous:a');
  expect(identity.undo(0)).toEqual({ entity: 0, now: [{ entity: 0, nodes: [0, 1, 2] }] });
});

test('an identifier beyond the limit of its type is not linked, and said', () => {
  const { see, ids } = people({ limits: { user: 1, email: 2 }, others: 3, most: 5 });
  expect(see('identify', 'user:1', 'email:a', 'email:b', 'email:c').refused).toMatchObject([{ identifier: { value: 'c' }, reason: 'limit' }]);
  for (const device of ['d', 'e', 'f']) see('page', 'user:1', `anonymous:${device}`);
  expect(ids('user:1')).toEqual(['user:1', 'email:a', 'email:b', 'anonymous:d', 'anonymous:e']);
  expect(see('page', 'user:1', 'anonymous:f').refused).toMatchObject([{ reason: 'size' }]);
});

test('values that name nobody are never anybody', () => {
  const { identity, see } = people();
  for (const value of ['', ' ', '0', '0000', '00000000-0000-0000-0000-000000000000', '---', '-1', 'null', 'NULL', 'Undefined', 'anonymous', 'None', '[object Object]', 'NaN', ' null ', '\ud800', 'x'.repeat(1001)]) {
    expect(see('track', `user:${value}`), JSON.stringify(value)).toMatchObject({ entity: undefined, node: undefined, refused: [{ reason: 'blocked' }] });
  }
  expect(see('track', 'user:null', 'anonymous:a')).toMatchObject({ entity: 0, node: 0 });
  expect(see('track', 'no type:a').entity).toBeUndefined();
  expect(identity.entities).toBe(1);
  for (const value of ['42', '-2', '0x', 'nullable', '名前', '__proto__', 'constructor']) expect(namesSomebody()({ type: 'user', value }), value).toBe(true);
  expect(namesSomebody(['House'])({ type: 'user', value: 'HOUSE' })).toBe(false);
});

test('no two identifiers have the same public id, and each leads back', () => {
  fc.assert(fc.property(fc.constantFrom('user', 'anonymous', 'email'), fc.constantFrom('a', 'anonymous:a', 'user:a', ':', 'a:', 'urn:a:b'), (type, value) => {
    expect(identifierOfPublicId(publicIdOf({ type, value }))).toEqual({ type, value });
  }));
});

test('an identifier that was forgotten is unknown, and somebody new when it comes again', () => {
  const { identity, see } = people();
  see('identify', 'user:1', 'anonymous:a');
  see('track', 'user:1', 'anonymous:b');
  expect(identity.forget([id('user:1'), id('user:unknown')])).toEqual([{ entity: 0, now: [{ entity: 1, nodes: [1] }, { entity: 2, nodes: [2] }] }]);
  expect(identity.find(id('user:1'))).toBeUndefined();
  expect(identity.entityOf(0)).toBeUndefined();
  expect([...identity.merges()]).toEqual([]);
  expect(Buffer.from(joined(identity.save())).includes('user:1')).toBe(false);
  expect(see('track', 'user:1')).toMatchObject({ entity: 3, node: 3 });
});

test('what is shared is known: it came with somebody else who is not linked with it, also before it was parted or saved', () => {
  const { identity, see } = people();
  see('identify', 'user:1', 'anonymous:a');
  see('track', 'user:2', 'anonymous:b');
  expect(identity.sharedOf(0)).toEqual([]);
  see('track', 'user:2', 'anonymous:a');
  expect(identity.sharedOf(0)).toEqual([id('anonymous:a')]);
  identity.undo([...identity.merges()].find(({ other }) => other.value === 'b')!.link);
  const again = createIdentity({}, joined(identity.save()));
  expect(again.sharedOf(0)).toEqual([id('anonymous:a')]);
  expect(again.sharedOf(again.find(id('anonymous:b'))!)).toEqual([id('anonymous:b')]);
  // Saved before it was known: everything may be.
  const links = 2, old = Buffer.from(joined(identity.save()));
  const oneByOne = Buffer.concat(['user:1', 'anonymous:a', 'user:2', 'anonymous:b'].map((name) => Buffer.from(`${String.fromCharCode(name.length)}\0${name}`)));
  const sharing = Buffer.concat([Buffer.from('SID2'), old.subarray(4, 8 + 25 * links + 12), oneByOne]);
  expect(joined(createIdentity({}, new Uint8Array(sharing)).save())).toEqual(joined(identity.save()));
  const before = new Uint8Array(Buffer.concat([Buffer.from('SID1'), old.subarray(4, 8 + 25 * links), oneByOne]));
  expect(createIdentity({}, before).sharedOf(0)).toEqual([id('user:1'), id('anonymous:a')]);
});

test('at every moment it is what its definition says: any events, aliases, undoing in any order, forgetting, saving and loading', () => {
  const anyId = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 5 }).map((n) => id(`anonymous:d${n}`)) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 4 }).map((n) => id(`user:u${n}`)) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 3 }).map((n) => id(`email:e${n}`)) },
    // The same values under another type, for aliases that say the wrong one.
    { weight: 1, arbitrary: fc.constantFrom(id('user:d1'), id('anonymous:u1'), id('user:null'), id('user:__proto__')) },
  );
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('event' as const), ids: fc.array(anyId, { maxLength: 4 }), kind: fc.constantFrom<EventKind>('track', 'identify', 'alias') }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('undo' as const), link: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), ids: fc.array(anyId, { maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('save' as const) }) },
  );
  const options = fc.constantFrom({}, { limits: { user: 2, email: 1 }, others: 2, most: 4 });
  fc.assert(fc.property(options, fc.array(step, { maxLength: 40 }), (opts, steps) => {
    let real = createIdentity(opts);
    const naive = naiveIdentity(opts);
    const saved: { readonly parts: readonly Uint8Array[]; readonly then: Uint8Array }[] = [];
    steps.forEach((s, i) => {
      const cause = { seq: i + 1, at: 10 * i, kind: 'kind' in s ? s.kind : 'track' } as const;
      if (s.do === 'event') expect(real.resolve(s.ids, cause)).toEqual(naive.resolve(s.ids, cause));
      if (s.do === 'undo') expect(real.undo(s.link)).toEqual(naive.undo(s.link));
      if (s.do === 'forget') expect(real.forget(s.ids)).toEqual(naive.forget(s.ids));
      if (s.do === 'save') saved.push({ parts: real.save(), then: joined(real.save()) });
      if (s.do === 'reload') real = createIdentity(opts, joined(real.save()));
      expect(stateOf(real, naive.state().of.map(([text]) => text))).toEqual(naive.state());
    });
    for (const { parts, then } of saved) expect(joined(parts)).toEqual(then);
    expect(joined(createIdentity(opts, joined(real.save())).save())).toEqual(joined(real.save()));
  }), { numRuns: 1500 });
});

test('the same events give the same bytes', () => {
  const bytes = () => {
    const { identity, see } = people();
    for (let i = 0; i < 3000; i++) see('track', `user:${i % 700}`, `anonymous:${(i * 7919) % 1000}`);
    return joined(identity.save());
  };
  expect(bytes()).toEqual(bytes());
});

test('bytes that are not its own are refused', () => {
  expect(() => createIdentity({}, new Uint8Array(3))).toThrow('damaged');
  expect(() => createIdentity({}, new Uint8Array([83, 73, 68, 49, 9, 0, 0, 0]))).toThrow('damaged');
});

function stateOf(identity: Identity, texts: readonly string[]) {
  for (const text of texts) expect(identity.identifiersOf(identity.find(id(text))!).map(identifierText)).toContain(text);
  return {
    entities: identity.entities,
    of: texts.map((text) => [text, identity.find(id(text))]),
    links: [...identity.merges()].map((l) => ({ ...l, one: identifierText(l.one), other: identifierText(l.other) })),
  };
}
