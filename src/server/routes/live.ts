import type { Event, Identifier } from '../../domain/event.js';
import { isFound, type Change, type LiveSegment } from '../../domain/live.js';
import type { Rule } from '../../domain/rule.js';
import { ShoalError } from '../../errors.js';
import { edgeModule } from '../../flow/edge.js';
import type { Live, LiveNews } from '../../flow/live/live.js';
import type { Store } from '../../store/store.js';
import { closest } from '../../util/closest.js';
import type { LiveSegmentRow, liveRoutes, News } from '../contract/live.js';
import { erase } from '../erasures.js';
import type { Bytes, Handlers } from '../handler.js';
import type { LiveThread } from '../live/thread.js';
import type { Rejections } from '../track/rejections.js';

/** What is true now. */
export const liveHandlers: Handlers<keyof typeof liveRoutes> = {
  async 'GET /v1/live'({ place }) {
    return statusOf((await place()).live());
  },
  async 'GET /v1/live/events'({ query: { recent }, place, signal }) {
    return eventsOf((await place()).live(), recent, signal);
  },
  'GET /v1/live/rejected': ({ workspace }, { rejections }) => [...rejections.recent(workspace)],
  async 'GET /v1/live/news'({ query: { recent }, workspace, place, signal }, { rejections }) {
    return newsOf((await place()).live(), { recent, signal, rejections, workspace });
  },
  async 'GET /v1/live/vocabulary'({ place }) {
    const { features, segments, sources } = await (await place()).live().vocabulary();
    return {
      features: features.map(({ name, title, kind }) => ({ name, title, kind })), segments: segments.map(({ id, name }) => ({ id, name })),
      sources: sources.map(({ columns, ...source }) => ({ ...source, columns: columns.map(({ values, ...column }) => ({ ...column, ...(values && { values: [...values] }) })) })),
    };
  },
  async 'GET /v1/live/edge.js'({ query: { segments }, by, place }): Promise<Bytes> {
    const { store, live } = await place();
    const [states, vocabulary] = await Promise.all([live().segments(), live().vocabulary()]);
    const chosen = [...new Set(segments.split(',').map((id) => id.trim()))].map((id) => {
      const state = states.find(({ segment }) => segment === id);
      if (!state) throw new ShoalError('live/unknown-segment', { id, suggestion: closest(id, states.map(({ segment }) => segment)) });
      return state;
    });
    const text = await edgeModule(chosen, vocabulary);
    // The rules leave the house with it.
    for (const { segment, version } of chosen) await store.audit.record({ action: 'segment.export', subject: { kind: 'segment', id: segment }, after: { format: 'js', version } }, by);
    return { type: 'text/javascript; charset=utf-8', parts: [Buffer.from(text)] };
  },
  async 'POST /v1/live/check'({ body: { rule }, place }) {
    return { words: await (await place()).live().check(rule) };
  },
  async 'GET /v1/live/segments'({ place }) {
    const { store, live } = await place();
    const [records, states] = await Promise.all([store.segments.list({ origin: 'live' }), live().segments()]);
    return records.flatMap((record) => {
      const state = states.find(({ segment }) => segment === record.id);
      return state ? [{ ...state, name: record.name, record }] : [];
    });
  },
  async 'GET /v1/live/found'({ place }) {
    const { store, live } = await place();
    const [records, states] = await Promise.all([store.segments.list(), live().segments()]);
    // A name that a person gave stands, whatever the model calls it.
    return states.filter(isFound).map((state) => ({ ...state, name: records.find(({ id }) => id === state.segment)?.name ?? state.name }));
  },
  async 'GET /v1/live/removed'({ place }) {
    const { store } = await place();
    return (await store.segments.list({ origin: 'live', removed: true })).filter(({ removedAt }) => removedAt !== undefined);
  },
  async 'POST /v1/live/segments'({ body: { name, rule }, by, place }) {
    const { store, live } = await place();
    const words = await live().check(rule);
    const record = await store.segments.create({ origin: 'live', name, rule, words }, by);
    await live().define({ segment: record.id, name, version: 1, rule });
    return rowOf(record.id, store, live());
  },
  async 'GET /v1/live/segments/:segment'({ params: { segment }, place }) {
    const { store, live } = await place();
    return rowOf(segment, store, live());
  },
  async 'PATCH /v1/live/segments/:segment'({ params: { segment }, body: { name, rule }, by, place }) {
    if (name === undefined && rule === undefined) throw new ShoalError('server/invalid', { problems: [{ at: 'body', message: 'must have a name or a rule' }] });
    const { store, live } = await place();
    await liveRecord(segment, store);
    const words = rule && (await live().check(rule));
    if (rule) await store.segments.revise(segment, { rule, words: words! }, by);
    if (name !== undefined) await store.segments.rename(segment, name, by);
    await defineAgain(segment, store, live());
    return rowOf(segment, store, live());
  },
  async 'DELETE /v1/live/segments/:segment'({ params: { segment }, by, place }) {
    const { store, live } = await place();
    await liveRecord(segment, store);
    await store.segments.remove(segment, by);
    await live().retire(segment);
    return undefined;
  },
  async 'POST /v1/live/segments/:segment/restore'({ params: { segment }, by, place }) {
    const { store, live } = await place();
    await liveRecord(segment, store);
    await store.segments.restore(segment, by);
    await defineAgain(segment, store, live());
    return rowOf(segment, store, live());
  },
  async 'GET /v1/live/segments/:segment/members'({ params: { segment }, query, place }) {
    const { asOf, seq, total, items } = await (await place()).live().members(segment, query);
    return { segment, asOf, seq, total, items: [...items] };
  },
  async 'GET /v1/live/segments/:segment/changes'({ params: { segment }, query: { since }, place }) {
    const live = (await place()).live();
    const [{ total }, moved] = await Promise.all([live.members(segment, { offset: 0, limit: 1 }), live.cameAndWent(segment, since)]);
    return { ...moved, members: total };
  },
  async 'GET /v1/live/changes'({ query: { after, limit }, place }) {
    const items = await (await place()).live().changes(after, limit);
    return { items: [...items], next: items.at(-1)?.n ?? after };
  },
  async 'GET /v1/live/changes/stream'({ query: { after }, place, signal }) {
    return changesFrom((await place()).live(), after, signal);
  },
  async 'GET /v1/live/entities/:entity'({ params, place }) {
    const live = (await place()).live();
    return named(params.entity, (identifier) => live.entity(identifier));
  },
  async 'GET /v1/live/entities/:entity/why/:segment'({ params: { entity, segment }, place }) {
    const live = (await place()).live();
    return named(entity, (identifier) => live.why(identifier, segment));
  },
  async 'GET /v1/live/merges'({ query: { entity }, place }) {
    const live = (await place()).live();
    if (entity === undefined) return [...(await live.merges())];
    return named(entity, async (identifier) => ((await live.entity(identifier)) ? [...(await live.merges(identifier))] : undefined));
  },
  async 'POST /v1/live/merges/:record/undo'({ params: { record }, by, place }) {
    const { store, live } = await place();
    const merge = await live().unmerge(record);
    await store.audit.record({ action: 'entity.unmerge', subject: { kind: 'merge', id: String(record) } }, by);
    return merge;
  },
  async 'DELETE /v1/entities/:entity'({ params: { entity }, by, place }, { jobs }) {
    const at = await place();
    return named(entity, (identifier) => erase(identifier, { place: at, jobs, by }));
  },
};

/** Asks about somebody by what they may be known as: a user id, 'type:value', or an anonymous id. @throws `live/unknown-entity` */
export async function named<T>(said: string, ask: (identifier: Identifier) => Promise<T | undefined>): Promise<T> {
  const colon = said.indexOf(':');
  const candidates = [{ type: 'user', value: said }, ...(colon > 0 ? [{ type: said.slice(0, colon), value: said.slice(colon + 1) }] : []), { type: 'anonymous', value: said }];
  for (const identifier of candidates) {
    const found = await ask(identifier);
    if (found !== undefined) return found;
  }
  throw new ShoalError('live/unknown-entity', { id: said.slice(0, 60) });
}

async function liveRecord(id: string, { segments }: Store) {
  const record = await segments.get(id);
  if (record.origin !== 'live') throw new ShoalError('live/unknown-segment', { id: id.slice(0, 60) });
  return record;
}

async function rowOf(id: string, store: Store, live: Live): Promise<LiveSegmentRow> {
  const record = await liveRecord(id, store);
  const state = (await live.segments()).find(({ segment }) => segment === id);
  if (!state) throw new ShoalError('live/unknown-segment', { id: id.slice(0, 60) });
  return { ...state, name: record.name, record };
}

const defineAgain = async (id: string, store: Store, live: Live): Promise<LiveSegment> => {
  const { name, rule } = await liveRecord(id, store);
  return live.define({ segment: id, name, version: rule!.version, rule: rule!.rule as Rule });
};

/** Brings the live side to what the records say: a server that was killed between the two left it behind. */
export async function reconcile(store: Store, live: Live): Promise<void> {
  const [records, states] = await Promise.all([store.segments.list({ origin: 'live' }), live.segments()]);
  for (const { id, name, rule } of records) {
    const known = states.find(({ segment }) => segment === id);
    if (rule && (!known || known.version < rule.version || known.name !== name)) await live.define({ segment: id, name, version: rule.version, rule: rule.rule as Rule });
  }
  for (const state of states) if (!isFound(state) && !records.some(({ id }) => id === state.segment)) await live.retire(state.segment);
}

const statusOf = async (live: LiveThread) => ({ ...(await live.status()), waiting: live.waiting });

type Seen = Event & { readonly seq: number; readonly clock: number };
const seenOf = (event: Event, seq: number, clock: number) => {
  const { id, kind, name, at, received, identifiers, payload } = event;
  return { seq, clock, id, kind, name, at, received, identifiers: [...identifiers], payload };
};

async function* eventsOf(live: Live, recent: number, signal: AbortSignal): AsyncGenerator<Omit<Seen, 'identifiers' | 'payload'> & { identifiers: Identifier[]; payload: Record<string, unknown> }> {
  const feed = listen(live.news, (news) => ('event' in news ? [seenOf(news.event, news.seq, news.event.received)] : []), signal);
  let last = 0;
  for (const { seq, clock, entry } of [...(recent ? await live.recent(recent) : [])].reverse()) {
    last = seq;
    if (entry.kind === 'event') yield seenOf(entry.event, seq, clock);
  }
  for await (const event of feed) if (event.seq > last) yield event;
}

interface NewsOptions {
  readonly recent: number;
  readonly workspace: string;
  readonly rejections: Rejections;
  readonly signal: AbortSignal;
}

/** How it stands, what was lately, oldest first, and then whatever happens. What falls between the two is told twice. */
async function* newsOf(live: LiveThread, { recent, workspace, rejections, signal }: NewsOptions): AsyncGenerator<News> {
  const hear = (listener: (news: LiveNews | Pick<NewsOf<'rejected'>, 'rejected'>) => void) => {
    const stops = [live.news(listener), rejections.listen(workspace, (rejected) => listener({ rejected }))];
    return () => stops.forEach((stop) => stop());
  };
  const feed = listen(hear, (news): News[] => {
    if ('rejected' in news) return [{ kind: 'rejected', rejected: news.rejected }];
    if ('event' in news) return [{ kind: 'event', event: seenOf(news.event, news.seq, news.event.received) }];
    if ('change' in news) return [{ kind: 'change', change: news.change }];
    if ('segment' in news) return [{ kind: 'segment', segment: news.segment }];
    const { seq: _, clock: __, payload: ___, ...event } = seenOf(news.duplicate, 0, 0);
    return [{ kind: 'duplicate', event }];
  }, signal);
  const status = await statusOf(live);
  yield { kind: 'status', status };
  if (recent > 0) {
    const [events, changes] = await Promise.all([live.recent(recent), live.changes(Math.max(0, status.changes - recent), recent)]);
    const before: (readonly [at: number, news: News])[] = [
      ...[...events].reverse().flatMap(({ seq, clock, entry }) => (entry.kind === 'event' ? [[clock, { kind: 'event', event: seenOf(entry.event, seq, clock) }] as const] : [])),
      ...changes.map((change) => [change.at, { kind: 'change', change }] as const),
      ...rejections.recent(workspace).slice(0, recent).reverse().map((rejected) => [rejected.at, { kind: 'rejected', rejected }] as const),
    ];
    for (const [, news] of before.sort(([a], [b]) => a - b)) yield news;
  }
  yield* feed;
}

type NewsOf<K extends News['kind']> = Extract<News, { kind: K }>;

/** Every change after the cursor: those there are, then those that come, none twice and none left out. */
async function* changesFrom(live: Live, after: number | undefined, signal: AbortSignal): AsyncGenerator<Change> {
  let last = after ?? (await live.status()).changes;
  const feed = listen((listener: (news: LiveNews) => void) => live.news(listener, 'changes'), (news) => ('change' in news ? [news.change] : []), signal);
  for (;;) {
    const items = await live.changes(last, 1000);
    for (const change of items) yield change;
    last = items.at(-1)?.n ?? last;
    if (items.length < 1000) break;
  }
  for await (const change of feed) {
    if (change.n <= last) continue;
    // What the feed left out, because its reader was slow, is read from the journal.
    if (change.n > last + 1) {
        for (const missed of await live.changes(last, change.n - last - 1)) {
          // Those of somebody who was erased are not there; what comes in their place comes by itself.
          if (missed.n >= change.n) break;
          yield missed;
        }
      }
    yield change;
    last = change.n;
  }
}

/** What comes from now on, heard from this call on; beyond a thousand that wait, the oldest are left out. */
function listen<N, T>(hear: (listener: (news: N) => void) => () => void, pick: (news: N) => readonly T[], signal: AbortSignal): AsyncGenerator<T> {
  const waiting: T[] = [];
  let wake = () => {};
  const stop = hear((news) => {
    waiting.push(...pick(news));
    if (waiting.length > 1000) waiting.splice(0, waiting.length - 1000);
    if (waiting.length) wake();
  });
  signal.addEventListener('abort', () => (stop(), wake()), { once: true });
  return (async function* () {
    try {
      while (!signal.aborted) {
        while (waiting.length) yield waiting.shift()!;
        await new Promise<void>((resolve) => (signal.aborted || waiting.length ? resolve() : (wake = resolve)));
      }
    } finally {
      stop();
    }
  })();
}
