import { afterEach, expect, test } from 'vitest';
import type { Change } from '../../domain/live.js';
import type { EgressRequest } from '../../util/egress/egress.js';
import { createRng } from '../../util/rng.js';
import { startDispatcher } from './dispatcher.js';
import { delays, patience } from './retry.js';
import { happen, world, type Reply } from './world.test.fixture.js';

const by = { actor: 'ada' };
const hour = 3_600_000;
const anything = { segments: null, types: null, cursor: 0 };
let open: Awaited<ReturnType<typeof world>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});
const opened = async (options: Parameters<typeof world>[0] = {}) => (open = await world(options));

test('nothing is lost and nothing goes backwards over hundreds of crashes, while receivers fail three times of ten for more than three days', async () => {
  const rng = createRng(7, 'receivers');
  const reply = ({ url }: EgressRequest, now: number): Reply => {
    // One of them is down for a day and a half.
    if (url.endsWith('/b') && now > start + 20 * hour && now < start + 56 * hour) return { answer: { fault: 'unreachable', ms: 1 }, unheard: true };
    const fate = rng.next();
    if (fate > 0.3) return { answer: { status: 200 + rng.int(5), ms: 1 }, after: 1 + rng.int(3000) };
    if (fate > 0.2) return { answer: { status: [500, 302, 404, 503][rng.int(4)], ms: 1 }, after: rng.int(500), unheard: true };
    if (fate > 0.15) return { answer: { status: 429, retryAfter: `${rng.int(90)}`, ms: 1 }, unheard: true };
    // It heard, and its answer is lost.
    return { answer: { fault: 'timeout', ms: 15_000 }, after: 15_000 };
  };
  const w = await opened({ seed: 3, crash: 0.02, reply });
  const start = w.now;
  const hooks = {
    a: (await w.store.webhooks.create({ ...anything, name: 'a', url: 'https://h/a' }, by)).webhook.id,
    b: (await w.store.webhooks.create({ ...anything, name: 'b', url: 'https://h/b', segments: ['s0', 's2'] }, by)).webhook.id,
    c: (await w.store.webhooks.create({ ...anything, name: 'c', url: 'https://h/c', types: ['segment.member.left'] }, by)).webhook.id,
  };
  for (let i = 0; i < 700; i++) {
    w.after(Math.floor((i / 700) ** 2 * 76 * hour), () => {
      // At times many at once, of few entities: they wait for each other.
      for (let k = rng.next() < 0.05 ? 12 : 1; k > 0; k--) happen(w.feed, w.now, `e${rng.int(25)}`, `s${rng.int(3)}`, rng.next() < 0.5 ? 'entered' : 'left');
      w.wake();
    });
  }
  w.start();
  await w.run(start + 76 * hour);
  await w.run(start + 400 * hour, async () => (await w.store.webhooks.list()).every(({ cursor, waiting }) => waiting === 0 && cursor >= w.feed.length - 20));
  expect(w.crashes).toBeGreaterThan(300);
  expect(w.now - start).toBeGreaterThan(75 * hour);
  expect(w.failures).toEqual([]);
  for (const [name, id] of Object.entries(hooks)) {
    const wanted = w.feed.filter(({ segment, direction }) => (name !== 'b' || segment !== 's1') && (name !== 'c' || direction === 'left')).map(({ n }) => `msg_${id}_${n}`);
    const heard = () => new Set(w.received.filter(({ url }) => url === `https://h/${name}`).map((one) => one.id));
    const dead = new Set((await w.store.webhooks.deliveries(id, { state: 'dead', limit: 1000 })).items.map(({ message }) => message));
    // Whoever was down for long may have exhausted all attempts at some: they are listed, and nothing else is missing.
    expect(dead.size, name).toBeLessThan(10);
    expect(wanted.filter((message) => !heard().has(message) && !dead.has(message)), name).toEqual([]);
    const last = new Map<string, number>();
    for (const { body } of w.received.filter(({ url }) => url === `https://h/${name}`)) {
      const { entity, sequence } = (JSON.parse(body) as { data: { entity: string; sequence: number } }).data;
      expect(sequence, `${name} ${entity}`).toBeGreaterThanOrEqual(last.get(entity) ?? 0);
      last.set(entity, sequence);
    }
    expect(w.received.length, 'some came twice').toBeGreaterThan(new Set(w.received.map((one) => one.id)).size);
    if (dead.size > 0) expect(await w.store.webhooks.replay(id, { state: 'dead' }, by)).toBe(dead.size);
    w.wake();
    await w.run(w.now + 100 * hour, async () => (await w.store.webhooks.get(id)).waiting === 0);
    expect([...heard()].sort(), name).toEqual(wanted.sort());
  }
});

test('what fails is tried ten times over 75 hours, then given up with its reason, and the webhook is disabled; replayed, it arrives in order', async () => {
  let up = false;
  const w = await opened({ reply: () => (up ? { answer: { status: 200, ms: 1 } } : { answer: { status: 500, ms: 1 }, unheard: true }) });
  const { webhook: { id } } = await w.store.webhooks.create({ ...anything, name: 'h', url: 'https://h/' }, by);
  for (const direction of ['entered', 'left', 'entered'] as const) happen(w.feed, w.now, 'ann', 's', direction);
  const start = w.now;
  w.start();
  await w.run(start + 90 * hour);
  expect(w.sent.map(({ id: message }) => message)).toEqual(Array(10).fill(`msg_${id}_1`));
  const gaps = w.sent.slice(1).map(({ at }, i) => at - w.sent[i].at);
  gaps.forEach((gap, i) => {
    expect(gap).toBeGreaterThanOrEqual(delays[i]);
    expect(gap).toBeLessThanOrEqual(1.1 * delays[i] + 100);
  });
  expect(w.sent[9].at - start).toBeGreaterThanOrEqual(patience);
  expect(await w.store.webhooks.get(id)).toMatchObject({ enabled: false, dead: 1, waiting: 2, disabled: { reason: 'nothing sent to it succeeded for more than three days' } });
  expect((await w.store.audit.list({ action: 'webhook.disable' })).items).toMatchObject([{ actor: 'system' }]);
  const { items: [dead] } = await w.store.webhooks.deliveries(id, { state: 'dead' });
  expect(dead).toMatchObject({ n: 1, attempts: 10, reason: 'it did not succeed in 10 attempts', entity: 'ann' });
  expect((await w.store.webhooks.delivery(id, dead.id)).log).toHaveLength(10);

  up = true;
  happen(w.feed, w.now, 'ann', 's', 'left');
  expect(await w.store.webhooks.replay(id, { state: 'dead' }, by)).toBe(1);
  await w.store.webhooks.enable(id, by);
  w.wake();
  await w.run(w.now + hour);
  // The second was to be made already when the first was replayed; whoever receives them drops what is older.
  const order = w.received.map(({ body }) => (JSON.parse(body) as { data: { sequence: number } }).data.sequence);
  expect([...order].sort()).toEqual([1, 2, 3, 4]);
  expect(order.filter((n) => n > 1)).toEqual([2, 3, 4]);
  expect(await w.store.webhooks.get(id)).toMatchObject({ enabled: true, dead: 0, waiting: 0 });
});

test('410 disables a webhook at once, and what comes later is sent when it is enabled again', async () => {
  let gone = true;
  const w = await opened({ reply: () => ({ answer: { status: gone ? 410 : 204, ms: 1 }, unheard: gone }) });
  const { webhook: { id } } = await w.store.webhooks.create({ ...anything, name: 'h', url: 'https://h/' }, by);
  happen(w.feed, w.now, 'ann', 's');
  w.start();
  await w.run(w.now + hour);
  happen(w.feed, w.now, 'ann', 's', 'left');
  w.wake();
  await w.run(w.now + hour);
  expect(w.sent).toHaveLength(1);
  expect(await w.store.webhooks.get(id)).toMatchObject({ enabled: false, dead: 1, disabled: { reason: 'it answered 410: gone' } });
  gone = false;
  await w.store.webhooks.enable(id, by);
  w.wake();
  await w.run(w.now + hour);
  expect(w.received.map((one) => one.id)).toEqual([`msg_${id}_2`]);
});

test('a webhook that has too much is left alone as long as it asks, and others are not', async () => {
  const w = await opened({ reply: ({ url }) => ({ answer: url.endsWith('busy') ? { status: 429, retryAfter: '600', ms: 1 } : { status: 200, ms: 1 }, unheard: url.endsWith('busy') }) });
  await w.store.webhooks.create({ ...anything, name: 'busy', url: 'https://h/busy' }, by);
  await w.store.webhooks.create({ ...anything, name: 'free', url: 'https://h/free' }, by);
  const start = w.now;
  w.start();
  for (let i = 0; i < 60; i++) w.after(10_000 * i, () => {
    happen(w.feed, w.now, `e${i}`, 's');
    w.wake();
  });
  await w.run(start + 599_000);
  expect(w.sent.filter(({ url }) => url.endsWith('busy'))).toHaveLength(1);
  expect(w.received).toHaveLength(60);
});

test('the changes of one entity wait for each other, those of others do not', async () => {
  const w = await opened({ reply: ({ body }) => (body.includes('"slow"') ? { answer: { status: 500, ms: 1 }, unheard: true } : { answer: { status: 200, ms: 1 } }) });
  await w.store.webhooks.create({ ...anything, name: 'h', url: 'https://h/' }, by);
  for (let i = 0; i < 20; i++) for (const entity of ['slow', 'quick']) happen(w.feed, w.now, entity, 's');
  w.start();
  await w.run(w.now + hour / 4);
  expect(w.received).toHaveLength(20);
  expect(new Set(w.sent.filter(({ id }) => Number(id.split('_')[2]) % 2 === 1).map(({ id }) => id)).size).toBe(1);
});

test('a webhook with nothing to do sleeps, and a far one with much waiting takes no more than it should', async () => {
  const w = await opened({ reply: () => ({ answer: { fault: 'unreachable', ms: 1 }, unheard: true }) });
  const { webhook: { id } } = await w.store.webhooks.create({ ...anything, name: 'h', url: 'https://h/' }, by);
  for (let i = 0; i < 11_000; i++) happen(w.feed, w.now, `e${i % 5}`, 's');
  w.start();
  await w.run(w.now + 60_000);
  expect(await w.store.webhooks.get(id)).toMatchObject({ waiting: 10_000, cursor: 10_000 });
  expect(w.sent).toHaveLength(10);
});

test('deliveries about somebody who is forgotten are gone, also from what was to be sent', async () => {
  const w = await opened({ reply: () => ({ answer: { status: 500, ms: 1 }, unheard: true }) });
  const { webhook: { id } } = await w.store.webhooks.create({ ...anything, name: 'h', url: 'https://h/' }, by);
  for (const entity of ['ann', 'bob', 'ann', 'odd\u0000\ud800']) happen(w.feed, w.now, entity, 's');
  w.start();
  await w.run(w.now + 1000);
  await w.store.erasures.erased(await w.store.erasures.begin(['ann', 'odd\u0000\ud800'], 0), { record: 1, told: w.feed.length, identifiers: 2 }, by);
  await w.store.erasures.forget();
  await w.run(w.now + hour);
  expect((await w.store.webhooks.deliveries(id)).items.map(({ entity }) => entity)).toEqual(['bob']);
  expect(w.failures).toEqual([]);
});

test('whoever waits for what has been read of the feed waits until it is in the store', async () => {
  const [reading, given, writing, written] = Array.from({ length: 4 }, () => {
    let resolve = () => {};
    return { done: new Promise<void>((end) => (resolve = end)), end: () => resolve() };
  });
  const feed: Change[] = [];
  happen(feed, 0, 'ann', 's');
  const outbox = {
    targets: async () => [{ seq: 1, id: 'h', url: 'https://h/', segments: null, types: null, cursor: 0, secrets: [] }], waiting: async () => 0, due: async () => [], next: async () => undefined, settle: async () => {}, prune: async () => 0,
    take: async () => {
      writing.end();
      await written.done;
    },
  };
  const dispatcher = startDispatcher({
    outbox, clock: () => 0, random: () => 0, failed: () => {}, send: () => Promise.reject(new Error('nothing is due')),
    changes: async () => {
      reading.end();
      await given.done;
      return feed;
    },
    wait: (_, signal) => new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }))),
  });
  await reading.done;
  let taken = false;
  const waited = dispatcher.taken().then(() => (taken = true));
  given.end();
  await writing.done;
  expect(taken).toBe(false);
  written.end();
  await waited;
  await dispatcher.close();
});
