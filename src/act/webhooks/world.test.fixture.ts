import { rm, mkdtemp } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Change } from '../../domain/live.js';
import { openStore } from '../../store/catalog.js';
import type { Store } from '../../store/store.js';
import { createRng } from '../../util/rng.js';
import type { EgressAnswer, EgressRequest } from '../../util/egress/egress.js';
import { startDispatcher, type Dispatcher } from './dispatcher.js';

/** What a receiver answers and how long it takes; `unheard`: the message did not reach it. */
export interface Reply { readonly answer: EgressAnswer; readonly after?: number; readonly unheard?: boolean }

class Crash extends Error {}

/** ms that a message is on its way. */
const travel = 5;

/** A store on disk, a feed of changes, receivers and a clock of its own, on which hours pass at once. */
export async function world({ seed = 1, crash = 0, reply = (): Reply => ({ answer: { status: 200, ms: 1 } }) }: { seed?: number; crash?: number; reply?: (request: EgressRequest, now: number) => Reply } = {}) {
  const rng = createRng(seed, 'world');
  let now = Date.UTC(2026, 0, 1);
  // In memory where there is such a place: what is tested is what is done between transactions, not the disk.
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'shoal-webhooks-'));
  const home = await openStore(folder, { clock: () => now });
  await home.workspaces.create({ id: 'main', name: 'Main' }, { actor: 'test' });
  const store = await home.open('main');
  const timers: { at: number; fire: () => void }[] = [];
  const received: { url: string; id: string; headers: Readonly<Record<string, string>>; body: string; at: number }[] = [];
  const sent: { url: string; id: string; at: number }[] = [];
  const failures: unknown[] = [];
  const feed: Change[] = [];
  let working = 0;
  let crashes = 0;
  let life = { over: false };
  let dispatcher: Dispatcher | undefined;

  /** A step of this life: it may be the last, before it is done or after. */
  async function mortal<T>(own: typeof life, work: () => Promise<T>): Promise<T> {
    const fate = crash > 0 && !own.over ? rng.next() / crash : 1;
    if (fate < 0.5) die(own);
    if (own.over) return new Promise(() => {});
    working++;
    const result = await work().finally(() => working--);
    if (fate >= 0.5 && fate < 1) die(own);
    return own.over ? new Promise<T>(() => {}) : result;
  }

  function die(own: typeof life) {
    if (own.over) return;
    own.over = true;
    crashes++;
    after(2 * travel + rng.int(60_000), start);
  }

  const after = (ms: number, fire: () => void) => void timers.push({ at: now + Math.max(0, ms), fire });

  function start() {
    const own = (life = { over: false });
    const outbox = Object.fromEntries(Object.entries(store.outbox).map(([name, work]) => [name, (...args: unknown[]) => mortal(own, () => (work as (...all: unknown[]) => Promise<unknown>)(...args))])) as unknown as Store['outbox'];
    dispatcher = startDispatcher({
      outbox, clock: () => now, random: rng.next, failed: (error) => void failures.push(error),
      changes: (n, limit) => mortal(own, async () => feed.slice(n, n + limit)),
      wait: (ms, signal) => new Promise<void>((done) => {
        if (signal.aborted) return done();
        if (own.over) return;
        signal.addEventListener('abort', () => done(), { once: true });
        after(ms, done);
      }),
      send: (request) => new Promise((done, lost) => {
        sent.push({ url: request.url, id: request.headers['webhook-id'], at: now });
        const { answer, after: ms = 20, unheard } = reply(request, now);
        // What is on its way arrives, whether its sender lives or not; the answer may come much later.
        after(travel, () => void (unheard || received.push({ url: request.url, id: request.headers['webhook-id'], headers: request.headers, body: request.body, at: now })));
        after(travel + ms, () => (own.over ? lost(new Crash()) : done(answer)));
      }),
    });
  }

  /** Lets everything happen that happens without time passing. */
  async function settle() {
    for (let quiet = 0; quiet < 4; quiet = working > 0 ? 0 : quiet + 1) await setImmediate();
  }

  return {
    store, feed, received, sent, failures, start,
    get now() { return now; },
    get crashes() { return crashes; },
    wake: () => void (life.over || dispatcher?.wake()),
    after,
    /** Lets time pass to an instant, or until `enough`. */
    async run(until: number, enough?: () => Promise<boolean>) {
      await settle();
      for (let i = 0; now < until; i++) {
        let next = -1;
        for (const [k, timer] of timers.entries()) if (next < 0 || timer.at < timers[next].at) next = k;
        if (next < 0 || timers[next].at > until) now = until;
        else {
          const [{ at, fire }] = timers.splice(next, 1);
          now = Math.max(now, at);
          fire();
        }
        await settle();
        if (enough && i % 200 === 0 && await enough()) return;
      }
    },
    async close() {
      life.over = true;
      await settle();
      await home.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const numbers = new WeakMap<Change[], Map<string, number>>();

/** Adds a change to a feed. */
export function happen(feed: Change[], at: number, entity: string, segment: string, direction: Change['direction'] = 'entered'): void {
  const counts = numbers.get(feed) ?? new Map<string, number>();
  numbers.set(feed, counts);
  counts.set(entity, (counts.get(entity) ?? 0) + 1);
  feed.push({ n: feed.length + 1, entity, segment, version: 1, direction, at, seq: feed.length + 1, reason: 'because', sequence: counts.get(entity)! });
}
