import type { Change } from '../../domain/live.js';
import { messageId, type WebhookType } from '../../domain/webhook.js';
import type { DeliveryOutcome, DueDelivery, Store, WebhookTarget } from '../../store/store.js';
import type { EgressAnswer, EgressRequest } from '../../util/egress/egress.js';
import { bodyOf } from './message.js';
import { patience, verdictOf } from './retry.js';
import { signed } from './sign.js';

export interface DispatcherOptions {
  readonly outbox: Store['outbox'];
  /** Changes after `n`, oldest first. */
  readonly changes: (after: number, limit: number) => Promise<readonly Change[]>;
  readonly send: (request: EgressRequest) => Promise<EgressAnswer>;
  readonly clock: () => number;
  /** Resolves after a while, or when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told when the store or the feed failed. Everything is tried again a little later. */
  readonly failed: (error: unknown) => void;
}

/** Sends changes to webhooks: every one at least once, those of one entity in their order, whatever happens in between. */
export interface Dispatcher {
  /** There are new changes, or webhooks were changed. */
  wake(): void;
  /** Resolves when what has been read of the feed by now is in the store. */
  taken(): Promise<void>;
  /** Finishes what is being sent, for a few seconds at most. */
  close(): Promise<void>;
}

/** Requests at once: to one webhook, and to all. */
const perWebhook = 16;
const together = 64;
/** Changes that are read at once. */
const page = 500;
/** ms that outcomes are gathered before they are written down together: what costs is the disk, once for all of them. */
const gather = 10;
/** Deliveries of one webhook that may wait; beyond it changes stay in the feed. */
const mostWaiting = 10_000;
/** Changes that a webhook does not want are not noted one by one: after a crash so many are looked at again. */
const unnoted = 1000;
/** A timer can wait no longer than this. */
const longestWait = 3_600_000;
/** Of what asks to be left alone without saying how long. */
const longestPause = 300_000;
const afterFailure = 5000;
const grace = 3000;
const day = 86_400_000;
/** What is through is kept so long. */
const kept = 30 * day;

/**
 * One loop: changes of the feed become deliveries in the store (the cursor moves in the same transaction), deliveries that are due are sent, and what came of them is written down, again in
 * one transaction. A delivery that was sent and not written down is sent again, under the same id; the next of its entity is not sent before. So nothing is lost by a crash at any point.
 */
export function startDispatcher({ outbox, changes, send, clock, wait, random, failed }: DispatcherOptions): Dispatcher {
  const stopping = new AbortController();
  const sending = new AbortController();
  const inFlight = new Map<number, { readonly webhook: number; readonly done: Promise<void> }>();
  /** Of webhooks that asked to be left alone: until when, and how often one after the other. */
  const pauses = new Map<number, { readonly until: number; readonly times: number }>();
  /** How far changes have been looked at that a webhook did not want, and that is not noted. */
  const seen = new Map<number, number>();
  let outcomes: DeliveryOutcome[] = [];
  let fresh = true;
  /** A webhook has so much waiting that its changes are left in the feed. */
  let held = false;
  let awake = new AbortController();
  /** What is being read of the feed. */
  let taking: Promise<unknown> = Promise.resolve();
  let pruned = -Infinity;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      awake = new AbortController();
      try {
        if (await step()) continue;
      } catch (error) {
        failed(error);
        fresh = true;
        await wait(afterFailure, stopping.signal);
      }
    }
  }

  /** Whether there is more to do at once; otherwise it has slept. */
  async function step(): Promise<boolean> {
    await settle();
    const targets = await outbox.targets();
    const more = fresh && await (taking = take(targets));
    await sendDue(targets);
    await prune();
    if (more || fresh) return true;
    await sleep(targets);
    return false;
  }

  /** Makes deliveries of new changes. Whether there are more. */
  async function take(targets: readonly WebhookTarget[]): Promise<boolean> {
    fresh = held = false;
    const pages = new Map<number, Promise<readonly Change[]>>();
    const taken = [];
    let more = false;
    for (const target of targets) {
      if (await outbox.waiting(target.seq) >= mostWaiting) {
        held = true;
        continue;
      }
      const after = Math.max(target.cursor, seen.get(target.seq) ?? 0);
      const found = await (pages.get(after) ?? pages.set(after, changes(after, page)).get(after)!);
      if (found.length === 0) continue;
      const cursor = found[found.length - 1].n;
      const wanted = found.filter((change) => wants(target, change));
      seen.set(target.seq, cursor);
      if (wanted.length > 0 || cursor - target.cursor >= unnoted) taken.push({ webhook: target.seq, cursor, changes: wanted });
      more ||= found.length === page;
    }
    if (taken.length > 0) {
      await outbox.take(taken).catch((error: unknown) => {
        // Whether it was written is not known: the store's own cursor says it.
        seen.clear();
        throw error;
      });
    }
    if (more) fresh = true;
    return more;
  }

  async function sendDue(targets: readonly WebhookTarget[]): Promise<void> {
    const now = clock();
    for (const target of targets) {
      if (isPaused(target.seq, now)) continue;
      const busy = busyOf(target.seq).length;
      const room = Math.min(perWebhook - busy, together - inFlight.size);
      if (room <= 0) continue;
      const due = await outbox.due(target.seq, now, room + busy);
      for (const delivery of due.filter(({ id }) => !inFlight.has(id)).slice(0, room)) {
        inFlight.set(delivery.id, { webhook: target.seq, done: deliver(target, delivery) });
      }
    }
  }

  async function deliver(target: WebhookTarget, { id, change, attempts }: DueDelivery): Promise<void> {
    const at = Math.round(clock());
    const body = bodyOf(change);
    const answer = await send({ url: target.url, headers: signed(messageId(target.id, change.n), at, body, target.secrets), body, signal: sending.signal }).catch(() => ({ fault: 'bad-answer' as const, ms: 0 }));
    // Cut off by our own end: nobody knows what came of it.
    if (sending.signal.aborted) return void inFlight.delete(id);
    const now = Math.round(clock());
    const { then, gone, pause } = verdictOf(answer, attempts, now, random);
    if (pause !== undefined && !isPaused(target.seq, now)) {
      const times = (pauses.get(target.seq)?.times ?? 0) + 1;
      pauses.set(target.seq, { until: now + Math.max(pause, Math.min(longestPause, 1000 * 2 ** (times - 1))), times });
    }
    if (then === 'delivered') pauses.delete(target.seq);
    const givenUp = typeof then === 'object' && 'dead' in then && !gone && (target.lastSuccessAt ?? 0) < at - patience;
    const disable = gone ? 'it answered 410: gone' : givenUp ? 'nothing sent to it succeeded for more than three days' : undefined;
    if (outcomes.length === 0) void wait(gather, sending.signal).then(() => awake.abort());
    outcomes.push({ delivery: id, webhook: target.seq, at, ...answer, then, ...(disable !== undefined && { disable }) });
  }

  async function settle(): Promise<void> {
    if (outcomes.length === 0) return;
    const written = outcomes;
    outcomes = [];
    await outbox.settle(written).catch((error: unknown) => {
      outcomes = [...written, ...outcomes];
      throw error;
    });
    // Only now: while it is here, it is not sent a second time.
    for (const { delivery } of written) inFlight.delete(delivery);
    // There may be room for more.
    fresh ||= held;
  }

  async function prune(): Promise<void> {
    if (clock() < pruned + day) return;
    pruned = clock();
    while (await outbox.prune(clock() - kept) > 0 && !stopping.signal.aborted);
  }

  async function sleep(targets: readonly WebhookTarget[]): Promise<void> {
    const now = clock();
    const paused = targets.map(({ seq }) => pauses.get(seq)?.until ?? 0).filter((until) => until > now);
    // Where there is no room, the end of what is being sent wakes.
    const free = inFlight.size >= together ? [] : targets.map(({ seq }) => ({ webhook: seq, beside: busyOf(seq) })).filter(({ webhook, beside }) => !isPaused(webhook, now) && beside.length < perWebhook);
    const next = await outbox.next(free);
    if (!awake.signal.aborted) await wait(Math.max(0, Math.min(now + longestWait, next ?? Infinity, ...paused) - clock()), AbortSignal.any([awake.signal, stopping.signal]));
  }

  const isPaused = (webhook: number, now: number) => (pauses.get(webhook)?.until ?? 0) > now;
  const busyOf = (webhook: number) => [...inFlight].filter(([, one]) => one.webhook === webhook).map(([id]) => id);

  const running = run();
  return {
    wake() {
      fresh = true;
      awake.abort();
    },
    taken: () => taking.then(() => {}, () => {}),
    async close() {
      stopping.abort();
      await running;
      await Promise.race([Promise.all([...inFlight.values()].map(({ done }) => done)), wait(grace, new AbortController().signal)]);
      sending.abort();
      await settle().catch(failed);
    },
  };
}

function wants({ segments, types }: WebhookTarget, { segment, direction }: Change): boolean {
  const type: WebhookType = `segment.member.${direction}`;
  return (segments === null || segments.includes(segment)) && (types === null || types.includes(type));
}
