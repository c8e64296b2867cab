import { parentPort, workerData } from 'node:worker_threads';
import { createContext } from '../../context.js';
import type { Event } from '../../domain/event.js';
import { assert } from '../../errors.js';
import { openLive, type Live, type LiveNews, type Receipt } from '../../flow/live/live.js';
import { openJournal } from '../../store/catalog.js';
import { entry } from '../entries.js';
import { refusalOf, type FromLive, type LiveThreadOptions, type ToLive } from './thread.js';

/** Milliseconds that news are gathered before they are told: a page need not be drawn for each event. */
const pace = 20;

/** The thread of a live side: opens the journal, brings the state up to it, and answers. */
export function serveLive(): void {
  const port = parentPort;
  assert(port, 'a live side is the main thread');
  const { store, workspace, retention } = workerData as Pick<LiveThreadOptions, 'store' | 'workspace' | 'retention'>;
  const tell = (message: FromLive) => port.postMessage(message);
  const context = createContext();
  const opening: Promise<Live> = openJournal(store, workspace, { clock: context.clock, entry: entry('journal') }).then((journal) => openLive(journal, context, { failed: (error) => tell({ failed: refusalOf(error) }), limits: retention }));
  opening.catch((error) => tell({ failed: refusalOf(error) }));

  let stop: (() => void) | undefined;
  let gathered: LiveNews[] = [];
  const hear = (live: Live, only: 'changes' | undefined) => live.news((news) => {
    if (gathered.push(news) > 1) return;
    setTimeout(() => {
      tell({ news: gathered });
      gathered = [];
    }, pace);
  }, only);

  port.on('message', async (message: ToLive) => {
    const live = await opening.catch(() => undefined);
    // Whoever asks has been told already why there is no answer.
    if (!live) return;
    if ('news' in message) {
      stop?.();
      stop = message.news === 'none' ? undefined : hear(live, message.news === 'changes' ? 'changes' : undefined);
      return;
    }
    const id = 'accept' in message ? message.accept : 'ask' in message ? message.ask : message.close;
    try {
      if ('accept' in message) tell({ id, answer: duplicatesIn(await live.accept(message.events.map((text) => JSON.parse(text) as Event), message.events)) });
      else if ('ask' in message) tell({ id, answer: await (live[message.name] as (...args: unknown[]) => unknown)(...message.args) });
      else tell({ id, answer: await live.close() });
    } catch (error) {
      tell({ id, refusal: refusalOf(error) });
    }
  });
}

const duplicatesIn = (receipts: readonly Receipt[]): number[] => receipts.flatMap((receipt, i) => (receipt === 'duplicate' ? [i] : []));
