import { expect, it } from 'vitest';
import type { Change } from '../../../src/domain/live.js';
import type { News } from '../../../src/server/contract/live.js';
import { idOf, MOST, type SeenEvent, takeIn, wantedOf } from './feed.js';

const event = (seq: number, over: Partial<SeenEvent> = {}): News & { kind: 'event' } => ({
  kind: 'event', event: { seq, clock: seq * 10, id: `m${seq}`, kind: 'track', name: 'Viewed', at: seq * 10, received: seq * 10, identifiers: [{ type: 'user', value: `u${seq}` }], payload: {}, ...over },
});
const change = (n: number, seq: number, at: number): News => ({ kind: 'change', change: { n, seq, at, entity: `u${seq}`, segment: 'live.x', version: 1, direction: 'entered', reason: '', sequence: 1 } satisfies Change });
const keys = (feed: ReturnType<typeof takeIn>) => feed.map(({ key }) => key);

it('a change stands with the event that brought it, whichever is told first', () => {
  for (const news of [[event(1), change(1, 1, 10)], [change(1, 1, 10), event(1)]]) {
    const feed = takeIn([], news);
    expect(keys(feed)).toEqual(['event 1']);
    expect(feed[0].kind === 'event' && feed[0].changes.map(({ n }) => n)).toEqual([1]);
  }
  expect(keys(takeIn(takeIn([], [event(1)]), [change(1, 1, 10)]))).toEqual(['event 1']);
});

it('a change that time brought is a line of its own', () => {
  expect(keys(takeIn(takeIn([], [event(1)]), [change(1, 1, 11)]))).toEqual(['change 1', 'event 1']);
});

it('nothing stands in it twice, the newest is first, and the oldest are let go', () => {
  const feed = takeIn([], [event(1), event(2), change(1, 2, 20)]);
  expect(takeIn(feed, [event(1), event(2), change(1, 2, 20)])).toEqual(feed);
  const many = takeIn(feed, Array.from({ length: MOST + 5 }, (_, i) => event(i + 3)));
  expect(many).toHaveLength(MOST);
  expect(many[0].key).toBe(`event ${MOST + 7}`);
});

it('is narrowed by name, person and kind', () => {
  const rejected: News = { kind: 'rejected', rejected: { at: 50, route: 'POST /v1/track', index: 0, reason: 'event is missing' } };
  const feed = takeIn([], [event(1, { name: 'Order Completed' }), event(2), change(1, 2, 25), rejected]);
  expect(keys(wantedOf(feed, { kind: 'all', text: 'order' }))).toEqual(['event 1']);
  expect(keys(wantedOf(feed, { kind: 'all', text: 'U2' }))).toEqual(['change 1', 'event 2']);
  expect(keys(wantedOf(feed, { kind: 'untaken', text: '' }))).toEqual(['rejected 50 POST /v1/track 0']);
  expect(keys(wantedOf(feed, { kind: 'change', text: '' }))).toEqual(['change 1']);
});

it('names somebody as the server does', () => {
  expect([idOf([{ type: 'user', value: 'ann' }]), idOf([{ type: 'user', value: 'a:b' }]), idOf([{ type: 'anonymous', value: 'x' }])]).toEqual(['ann', 'user:a:b', 'anonymous:x']);
});
