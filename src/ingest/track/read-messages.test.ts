import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageSchema } from './message.js';
import { parseBody } from './parse-body.js';
import { readMessages, type ReadOptions } from './read-messages.js';
import { eventKinds } from '../../domain/event.js';

const received = Date.UTC(2024, 5, 1, 12);
const options = (given: Partial<ReadOptions> = {}): ReadOptions => ({ type: 'track', received, bytes: 100, newId: () => 'made', ...given });
const one = (message: unknown, given: Partial<ReadOptions> = {}) => {
  const { events, rejected } = readMessages(message, options(given));
  return events[0] ?? rejected[0].reason;
};
const event = (message: unknown, given: Partial<ReadOptions> = {}) => {
  const read = one(message, given);
  if (typeof read === 'string') throw new Error(read);
  return read;
};

describe('a message', () => {
  it('becomes an event with its name, identifiers and payload; keys and secrets of the protocol stay out', () => {
    expect(event({ userId: 'u1', anonymousId: 'a1', event: 'Order Completed', properties: { total: 12 }, context: { page: { path: '/x' } }, writeKey: 'shl_secret', _metadata: {}, messageId: 'm1' })).toEqual({
      id: 'm1', kind: 'track', name: 'Order Completed', at: received, received,
      identifiers: [{ type: 'user', value: 'u1' }, { type: 'anonymous', value: 'a1' }], payload: { properties: { total: 12 }, context: { page: { path: '/x' } } },
    });
  });

  it('of each kind needs what its kind needs', () => {
    expect(one({ event: 'x' })).toBe('userId or anonymousId is missing');
    expect(one({ userId: '  ', event: 'x' })).toBe('userId or anonymousId is missing');
    expect(one({ userId: 'u' })).toBe('event is missing');
    expect(one({ userId: 'u' }, { type: 'group' })).toBe('groupId is missing');
    expect(one({ userId: 'u' }, { type: 'alias' })).toBe('previousId is missing');
    expect(one({ anonymousId: 'a', previousId: 'b' }, { type: 'alias' })).toBe('userId is missing');
    expect(event({ userId: 'u' }, { type: 'page' }).name).toBe('page');
    expect(event({ userId: 'u', name: 'Home', category: 'Docs' }, { type: 'page' })).toMatchObject({ name: 'Home', payload: { category: 'Docs' } });
    expect(event({ anonymousId: 'a', groupId: 7 }, { type: 'group' })).toMatchObject({ kind: 'group', name: 'group', payload: { groupId: '7' } });
  });

  it('may have an id that is a number, as long as that is exact', () => {
    expect(event({ userId: 42, event: 'x' }).identifiers).toEqual([{ type: 'user', value: '42' }]);
    expect(one({ userId: 12345678901234567890, event: 'x' })).toMatch(/userId must be text/);
    expect(one({ userId: { id: 1 }, event: 'x' })).toMatch(/userId must be text/);
  });

  it('keeps its message id, up to 100 characters, and is given one where it has none', () => {
    expect(event({ userId: 'u', event: 'x' }).id).toBe('made');
    expect(event({ userId: 'u', event: 'x', messageId: 'm'.repeat(100) }).id).toHaveLength(100);
    expect(one({ userId: 'u', event: 'x', messageId: 'm'.repeat(101) })).toBe('messageId must be text of at most 100 characters');
  });

  it('has the address of its sender only where it asks for it, and the wish for privacy where the browser said so', () => {
    expect(event({ userId: 'u', event: 'x' }, { ip: '10.1.2.3' }).payload).toEqual({});
    expect(event({ userId: 'u', event: 'x', context: { direct: true } }, { ip: '10.1.2.3' }).payload.context).toEqual({ direct: true, ip: '10.1.2.3' });
    expect(event({ userId: 'u', event: 'x' }, { privacy: true }).payload.context).toEqual({ globalPrivacyControl: true });
  });

  it('of more than 32 KB, or nested deeper than 32 levels, is not taken', () => {
    const large = { userId: 'u', event: 'x', properties: { a: 'ö'.repeat(17_000) } };
    expect(one(large, { bytes: 34_500 })).toBe('it is larger than 32 KB');
    expect(one({ ...large, properties: { a: 'o'.repeat(17_000) } }, { bytes: 34_500 })).toMatchObject({ name: 'x' });
    let deep: unknown = 1;
    for (let i = 0; i < 40; i++) deep = { deep };
    expect(one({ userId: 'u', event: 'x', properties: deep })).toBe('it is nested deeper than 32 levels');
  });
});

describe('identifiers', () => {
  it('come from the user, outside ids, the address of the person and the browser, strongest first', () => {
    const context = { externalIds: [{ id: 'x9', type: 'loyalty', collection: 'users', encoding: 'none' }, { id: 'acme', type: 'crm', collection: 'accounts' }, { id: 5, type: 'anonymous_id' }, { type: 'bad' }, null] };
    expect(event({ userId: 'u', anonymousId: 'a', traits: { email: ' Ann@Example.COM ' }, context }, { type: 'identify' }).identifiers).toEqual([
      { type: 'user', value: 'u' }, { type: 'loyalty', value: 'x9' }, { type: 'anonymous', value: '5' }, { type: 'email', value: 'ann@example.com' }, { type: 'anonymous', value: 'a' },
    ]);
  });

  it('do not come from the traits of a group or from properties, which may name others', () => {
    expect(event({ userId: 'u', groupId: 'g', traits: { email: 'office@example.com' } }, { type: 'group' }).identifiers).toEqual([{ type: 'user', value: 'u' }]);
    expect(event({ userId: 'u', event: 'Invited', properties: { email: 'friend@example.com' } }).identifiers).toEqual([{ type: 'user', value: 'u' }]);
    expect(event({ userId: 'u', event: 'x', context: { traits: { email: 'me@example.com' } } }).identifiers).toContainEqual({ type: 'email', value: 'me@example.com' });
  });

  it('of an alias are the new one, then the previous', () => {
    const alias = { type: 'alias' } as const;
    expect(event({ userId: 'new', previousId: 'old' }, alias).identifiers).toEqual([{ type: 'user', value: 'new' }, { type: 'user', value: 'old' }]);
    expect(event({ userId: 'new', previousId: 'a', anonymousId: 'a' }, alias).identifiers).toEqual([{ type: 'user', value: 'new' }, { type: 'anonymous', value: 'a' }]);
    expect(event({ userId: 'new', anonymousId: 'a' }, alias).identifiers).toEqual([{ type: 'user', value: 'new' }, { type: 'anonymous', value: 'a' }]);
  });
});

describe('times', () => {
  const minute = 60_000;
  const at = (times: Record<string, unknown>) => event({ userId: 'u', event: 'x', ...times }).at;
  const iso = (ms: number) => new Date(ms).toISOString();

  it('are corrected by what the clock of the sender said when it sent', () => {
    const wrong = received + 50 * 365 * 86_400_000;
    expect(at({ timestamp: iso(wrong - 5 * minute), sentAt: iso(wrong) })).toBe(received - 5 * minute);
    expect(at({ timestamp: iso(minute), sentAt: iso(3 * minute) })).toBe(received - 2 * minute);
  });
  it('of long ago stay, where somebody sends history', () => expect(at({ timestamp: '2019-03-01T10:00:00.000Z', sentAt: iso(received) })).toBe(Date.UTC(2019, 2, 1, 10)));
  it('are never later than when they came', () => {
    expect(at({ timestamp: iso(received + minute) })).toBe(received);
    expect(at({ timestamp: iso(received + minute), sentAt: iso(received) })).toBe(received);
  });
  it('that cannot be read count as now', () => {
    for (const timestamp of ['yesterday', '', '2024-13-45T00:00:00Z', {}, [], true, -1, 1e300, '0001-01-01T00:00:00Z', null]) expect(at({ timestamp }), String(timestamp)).toBe(received);
  });
  it('are taken as they came where the sender does not say when it sent', () => expect(at({ timestamp: iso(received - minute) })).toBe(received - minute));
  it('without a zone are in UTC, wherever the server is', () => {
    for (const timestamp of ['2024-01-02 03:04:05', '2024-01-02T03:04:05', '2024-01-02T03:04:05Z', '2024-01-02T04:04:05+01:00', '2024-01-02T04:04:05+0100', '2024-01-02T03:04:05.000000Z']) expect(at({ timestamp })).toBe(Date.UTC(2024, 0, 2, 3, 4, 5));
    expect(at({ timestamp: '2024-01-02' })).toBe(Date.UTC(2024, 0, 2));
  });
  it('of a message that says both are those of the original', () => expect(event({ userId: 'u', event: 'x', originalTimestamp: iso(received - minute), timestamp: iso(received - 9 * minute) }).original).toBe(received - minute));
});

describe('a batch', () => {
  const batch = { type: 'batch' } as const;
  it('gives its context to each message, which may say otherwise', () => {
    const { events } = readMessages({ batch: [{ type: 'track', userId: 'u', event: 'x', context: { locale: 'de' } }, { type: 'track', userId: 'u', event: 'y' }], context: { locale: 'en', timezone: 'Europe/Berlin' }, integrations: { All: false }, sentAt: new Date(received).toISOString() }, options(batch));
    expect(events.map(({ payload, sent }) => [payload, sent])).toEqual([
      [{ context: { locale: 'de', timezone: 'Europe/Berlin' }, integrations: { All: false } }, received],
      [{ context: { locale: 'en', timezone: 'Europe/Berlin' }, integrations: { All: false } }, received],
    ]);
  });
  it('is taken but for the messages that cannot be', () => {
    const { events, rejected } = readMessages({ batch: [{ type: 'track', userId: 'u', event: 'x' }, { type: 'track', event: 'y' }, 7, { type: 'purchase', userId: 'u' }] }, options(batch));
    expect(events).toHaveLength(1);
    expect(rejected).toEqual([
      { index: 1, reason: 'userId or anonymousId is missing', name: 'y' }, { index: 2, reason: 'the message must be a JSON object' },
      { index: 3, reason: 'type must be one of identify, track, page, screen, group, alias', name: 'purchase' },
    ]);
  });
  it('is refused whole where it is none, or too many', () => {
    expect(() => readMessages([], options(batch))).toThrow(/must be a JSON object/);
    expect(() => readMessages({ batch: {} }, options(batch))).toThrow(/must be a list/);
    expect(() => readMessages({ batch: Array(2501).fill({}) }, options(batch))).toThrow(/at most 2500 messages, and this one has 2501/);
  });
  it('cannot make a little into a lot by a large context', () => {
    const context = { a: 'x'.repeat(20_000) };
    expect(() => readMessages({ batch: Array(2000).fill({ type: 'track', userId: 'u', event: 'x' }), context }, options({ ...batch, bytes: 200_000 }))).toThrow(/too large to be a part of each/);
    expect(readMessages({ batch: [{ type: 'track', userId: 'u', event: 'x', properties: { b: 'x'.repeat(13_000) } }], context }, options({ ...batch, bytes: 33_300 })).rejected[0].reason).toBe('it is larger than 32 KB');
  });
});

describe('a body', () => {
  const parsed = (text: string) => parseBody(Buffer.from(text)) as Record<string, unknown>;
  it('that is no JSON of UTF-8 is refused', () => {
    for (const text of ['', '{', '{"a":1}}', 'NaN', '\u0000']) expect(() => parsed(text), text).toThrow(/malformed JSON/);
    expect(() => parseBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/not UTF-8/);
  });
  it('reaches no prototype, however its keys are written', () => {
    for (const key of ['__proto__', '\\u005f\\u005fproto__']) {
      const body = parsed(`{"${key}":{"polluted":1},"properties":{"${key}":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}`);
      expect(Object.keys(body)).toEqual(['properties']);
      expect(event({ userId: 'u', event: 'x', ...body }).payload.properties).toEqual({ constructor: { prototype: { polluted: 1 } } });
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
  it('has no text that a database could not hold', () => expect(parsed('{"a\\u0000b":"\\ud800x\\u0000","c":"\\ud83d\\ude00"}')).toEqual({ 'a\uFFFDb': '\uFFFDx\uFFFD', c: '😀' }));
  it('takes the last of a key that is there twice', () => expect(parsed('{"a":1,"a":2}')).toEqual({ a: 2 }));
});

it('whoever is named by nothing is refused, and what names nobody is left out', () => {
  expect(event({ userId: 'null', anonymousId: 'b1', event: 'x' }).identifiers).toEqual([{ type: 'anonymous', value: 'b1' }]);
  expect(readMessages({ userId: '0', anonymousId: 'undefined', event: 'x' }, options({ type: 'track' })).rejected[0].reason).toMatch(/names? nobody/);
});

it('messages are taken just where the published schema takes them', () => {
  const odd = fc.constantFrom<unknown>(undefined, null, '', '   ', 'u', 'x'.repeat(200), 'x'.repeat(201), 'x'.repeat(501), 0, -1, 1.5, 2 ** 53, 1e400, NaN, true, {}, [], [1], { a: 1 }, { email: 'a@b' });
  const usually = (...values: unknown[]) => fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: odd });
  const message = fc.record({
    type: usually(...eventKinds), userId: usually('u', 7), anonymousId: usually('a', undefined), previousId: usually('p', undefined), groupId: usually('g'), messageId: usually('m', undefined), event: usually('Order'), name: usually('Home', undefined),
    properties: usually({ a: 1 }, undefined), traits: usually({ a: 1 }, undefined), context: usually({ a: 1 }, undefined), integrations: usually({ All: true }, undefined), timestamp: odd, sentAt: odd,
  }, { requiredKeys: [] });
  const seen = { taken: 0, refused: 0 };
  fc.assert(fc.property(message, (given) => {
    const { events, rejected } = readMessages({ batch: [given] }, options({ type: 'batch' }));
    // What is an id by its form may still name nobody.
    if (rejected[0]?.reason.startsWith('its ids name nobody')) return;
    seen[events.length ? 'taken' : 'refused']++;
    expect(events.length === 1).toBe(messageSchema.safeParse(given).success);
  }), { numRuns: 3000 });
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(100);
});
