import { setTimeout as later } from 'node:timers/promises';
import { startDispatcher, type Dispatcher } from '../act/webhooks/dispatcher.js';
import { testBody } from '../act/webhooks/message.js';
import { signed } from '../act/webhooks/sign.js';
import { ShoalError } from '../errors.js';
import type { Live } from '../flow/live/live.js';
import type { Store } from '../store/store.js';
import type { Egress, EgressAnswer } from '../util/egress/egress.js';
import { createRng } from '../util/rng.js';

/** The sending side of a workspace's webhooks. */
export interface Sending {
  /** Why nothing is sent at the moment, where the store or the live side fails. */
  readonly problem: string | undefined;
  /** Begins to send where there are webhooks, and ends where there are none. To be called when they were changed. */
  wake(): Promise<void>;
  /** Resolves when what has been read of the changes by now is among the deliveries. */
  taken(): Promise<void>;
  /** @throws `webhooks/bad-address` for what would never be sent to */
  check(url: string): void;
  /** Sends one message that means nothing, and tells what came back. @throws `store/not-found`, `store/conflict` where nothing can be signed */
  test(webhook: string, signal: AbortSignal): Promise<EgressAnswer>;
  /** Finishes what is being sent. */
  close(): Promise<void>;
}

export interface SendingOptions {
  readonly store: Pick<Store, 'outbox'>;
  readonly live: () => Pick<Live, 'changes' | 'status'>;
  readonly egress: Egress;
  readonly clock: () => number;
}

/** ms between looks at the feed of changes. */
const pulse = 250;

const wrong: Readonly<Record<NonNullable<ReturnType<Egress['fault']>>, string>> = {
  'not-a-url': 'it is no address; write one like https://example.org/hook', 'not-https': 'it must begin with https://', 'has-credentials': 'it has a name or password in it; messages are signed instead',
  port: 'its port is of another kind of service; use 443, or one from 1024', private: 'it is in a private network; an administrator can allow it where the server is started (--allow-hosts)',
};

export function openSending({ store: { outbox }, live, egress, clock }: SendingOptions): Sending {
  const jitter = createRng(clock(), 'webhooks');
  let dispatcher: Dispatcher | undefined;
  let looking: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let changes = -1;
  let problem: string | undefined;
  let closed = false;

  /** News of the live side come with every event; how many changes there are is much less to ask. */
  const look = () => {
    looking = setTimeout(() => void live().status().then(({ changes: now }) => {
      if (now !== changes) dispatcher?.wake();
      changes = now;
      problem = undefined;
    }).catch(told).finally(() => dispatcher && look()), pulse).unref();
  };
  const told = (error: unknown) => {
    problem = error instanceof ShoalError ? error.message : 'Something went wrong inside; it is tried again.';
  };
  const stop = async () => {
    clearTimeout(looking);
    const running = dispatcher;
    dispatcher = undefined;
    await running?.close();
  };
  return {
    get problem() { return problem; },
    wake: () => (turn = turn.then(async () => {
      const wanted = !closed && (await outbox.targets()).length > 0;
      if (!wanted) await stop();
      else if (dispatcher) dispatcher.wake();
      else {
        dispatcher = startDispatcher({
          outbox, clock, send: egress.send, random: jitter.next, failed: told, changes: (after, limit) => live().changes(after, limit),
          wait: (ms, signal) => later(ms, undefined, { signal, ref: false }).catch(() => undefined),
        });
        look();
      }
    }).catch(told)),
    taken: async () => dispatcher?.taken(),
    check(url) {
      const fault = egress.fault(url);
      if (fault) throw new ShoalError('webhooks/bad-address', { problem: wrong[fault] });
    },
    async test(webhook, signal) {
      const [target] = await outbox.targets(webhook);
      if (!target) throw new ShoalError('store/not-found', { kind: 'webhook', id: webhook });
      if (target.secrets.length === 0) throw new ShoalError('store/conflict', { problem: 'The secret of this webhook is sealed with the key of another data folder. Give it a new one.' });
      const at = Math.round(clock());
      const body = testBody(at);
      return egress.send({ url: target.url, headers: signed(`msg_${webhook}_test_${at}`, at, body, target.secrets), body, signal });
    },
    async close() {
      closed = true;
      await turn;
      await stop();
    },
  };
}
