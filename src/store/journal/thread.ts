import { parentPort, Worker, workerData } from 'node:worker_threads';
import { createContext } from '../../context.js';
import type { Change } from '../../domain/live.js';
import { assert, ShoalError, type ErrorCode } from '../../errors.js';
import type { Appended, Group, GroupEntry, Journal, JournalRecord, SavedState } from '../journal.js';

/** What the thread does: a journal, whose groups cross in columns and whose records are asked for in parts. */
type Served = Omit<Journal, 'append' | 'read'> & { append(group: SentGroup): Promise<Kept>; read(after: number): Promise<readonly JournalRecord[]> };
interface Asked { readonly id: number; readonly call: keyof Served; readonly args: readonly unknown[] }
/** `id` 0: of the opening. */
type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly code: ErrorCode; readonly details: unknown } | { readonly id: number; readonly bug: string };
/** What a thread is given. */
interface Given { readonly place: string; readonly workspace: string; readonly beside?: boolean }
interface Waiting { resolve(value: never): void; reject(error: unknown): void }

/** Of each event what the journal needs, in columns: lists of texts cross many times faster than objects. `others`: the rest of the entries, with their places. */
interface SentGroup {
  readonly clock: number;
  readonly ids: readonly string[];
  readonly texts: readonly string[];
  /** Of the one it belongs to; absent where that is nobody. */
  readonly types: readonly (string | undefined)[];
  readonly values: readonly (string | undefined)[];
  readonly others: readonly (readonly [place: number, entry: GroupEntry])[];
  readonly changes?: readonly Change[];
}

/** The first new record, and the places of what had come before. */
interface Kept { readonly first: number; readonly duplicates: readonly number[] }

/** Room for texts of a group before they are collected, MB. */
const young = 64;

/**
 * The journal of `openJournal` in a thread of its own, which runs `entry` (it calls `serveJournal`): while records are sealed, written and synced, whoever has the journal does something else.
 * `beside`: states are read in another one, so that whoever asks for them does not wait for what is being written. @throws what `openJournal` throws
 */
export async function openThreadedJournal(entry: string, place: string, workspace: string, beside: boolean): Promise<Journal> {
  const writer = startThread(entry, place, { place, workspace });
  let reader = writer;
  const stop = async () => {
    // Whoever reads goes first: the last one tidies up the files.
    if (reader !== writer) await reader.stop();
    await writer.stop();
  };
  const { call } = writer;
  const [append, read, stage, save, forget, close] = [call('append'), call('read'), call('stage'), call('save'), call('forget'), call('close')];
  /** Resolves when the states that were sent so far are written: whoever asks for them from then on is given them. */
  let saved: Promise<unknown> = Promise.resolve();
  const saving = <T>(work: Promise<T>): Promise<T> => {
    const before = saved;
    saved = work.then(() => before, () => before);
    return work;
  };
  try {
    await writer.opened;
    if (beside) reader = startThread(entry, place, { place, workspace, beside });
    await reader.opened;
    const states = reader.call('states');
    return {
      append: async (group) => appendedOf(await append(sent(group)), group.entries.length),
      async *read(after, { signal } = {}) {
        for (let at = after; ;) {
          signal?.throwIfAborted();
          const records = await read(at);
          if (records.length === 0) return;
          at = records[records.length - 1].seq;
          yield records;
        }
      },
      stage: ({ states: some, rest }) => saving(stage({ ...(some && { states: some.map(alone) }), ...(rest && { rest: own(rest) }) })),
      save: async (snapshot) => saving(save({ ...snapshot, rest: own(snapshot.rest), states: Array.from(snapshot.states, alone) })),
      forget: () => saving(forget()),
      async states(entities) {
        await saved;
        return states(entities);
      },
      head: call('head'), recent: call('recent'), changes: call('changes'), tidy: call('tidy'), saved: call('saved'), prune: call('prune'), size: call('size'),
      async close() {
        try {
          if (reader !== writer) await reader.stop();
          if (!writer.ended) await close();
        } finally {
          await stop();
        }
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Thread {
  /** Resolves when it can be asked. */
  readonly opened: Promise<void>;
  readonly ended: unknown;
  call<C extends keyof Served>(name: C): Served[C];
  stop(): Promise<void>;
}

function startThread(entry: string, place: string, workerData: Given): Thread {
  const worker = new Worker(entry, { workerData, resourceLimits: { maxYoungGenerationSizeMb: young } });
  const asked = new Map<number, Waiting>();
  let count = 0;
  let ended: unknown;
  const end = (error: unknown) => {
    ended ??= error;
    for (const { reject } of asked.values()) reject(ended);
    asked.clear();
  };
  worker.on('message', (answer: Answer) => {
    const waiting = asked.get(answer.id);
    asked.delete(answer.id);
    if ('value' in answer) waiting?.resolve(answer.value as never);
    else waiting?.reject('code' in answer ? new ShoalError(answer.code, answer.details as never) : new TypeError(answer.bug));
  });
  worker.on('error', end);
  worker.on('exit', () => end(new ShoalError('store/unavailable', { place, reason: 'the thread of its journal has ended. Start again.' })));
  const ask = <T>(id: number, message?: Asked): Promise<T> => new Promise((resolve, reject) => {
    if (ended) return reject(ended);
    asked.set(id, { resolve, reject });
    if (message) worker.postMessage(message);
  });
  return {
    opened: ask(0),
    get ended() {
      return ended;
    },
    call: <C extends keyof Served>(name: C) => ((...args: unknown[]) => {
      const id = (count += 1);
      return ask(id, { id, call: name, args });
    }) as Served[C],
    async stop() {
      ended ??= new ShoalError('store/unavailable', { place, reason: 'its journal is closed' });
      await worker.terminate();
    },
  };
}

/** The thread: opens the journal, or what reads its states beside it, and does what it is asked, one after the other as it comes. */
export function serveJournal(open: (place: string, workspace: string, options: { readonly clock: () => number }) => Promise<Journal>, openBeside: (place: string, workspace: string) => Promise<Pick<Journal, 'states'>>): void {
  const port = parentPort;
  assert(port, 'a journal is the main thread');
  const { place, workspace, beside } = workerData as Given;
  const tell = (answer: Answer) => port.postMessage(answer);
  const refuse = (id: number, error: unknown) => tell(error instanceof ShoalError ? { id, code: error.code as ErrorCode, details: error.details } : { id, bug: toldBug(error) });
  const opening: Promise<Partial<Served>> = beside ? openBeside(place, workspace) : open(place, workspace, { clock: createContext().clock }).then(servedBy);
  opening.then(() => tell({ id: 0, value: undefined }), (error) => refuse(0, error));
  port.on('message', async ({ id, call, args }: Asked) => {
    try {
      const journal = await opening;
      tell({ id, value: await (journal[call] as (...args: readonly unknown[]) => unknown)(...args) });
    } catch (error) {
      refuse(id, error);
    }
  });
}

/** A piece of something larger would cross with all of it. */
const own = (bytes: Uint8Array): Uint8Array => (bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes));
const alone = (state: SavedState): SavedState => (state.bytes ? { ...state, bytes: own(state.bytes) } : state);

/** What our own code guarantees is said by itself; what else a bug was about may be somebody's data. */
const toldBug = (error: unknown): string => (error instanceof Error ? (error.message.startsWith('bug: ') ? error.message : error.name) : typeof error);

const servedBy = (journal: Journal): Served => ({
  ...journal,
  append: async (group) => keptOf(await journal.append(received(group))),
  read: async (after) => (await journal.read(after).next()).value ?? [],
});

function sent({ clock, entries, changes }: Group): SentGroup {
  const ids: string[] = [], texts: string[] = [], types: (string | undefined)[] = [], values: (string | undefined)[] = [], others: (readonly [number, GroupEntry])[] = [];
  entries.forEach((entry, place) => {
    if (entry.kind !== 'event') return void others.push([place, entry]);
    const { event, text } = entry;
    ids.push(event.id);
    texts.push(text ?? JSON.stringify(event));
    types.push(event.identifiers[0]?.type);
    values.push(event.identifiers[0]?.value);
  });
  return { clock, ids, texts, types, values, others, ...(changes && { changes }) };
}

function received({ clock, ids, texts, types, values, others, changes }: SentGroup): Group {
  const entries = ids.map((id, i): GroupEntry => ({ kind: 'event', event: { id, identifiers: types[i] === undefined ? [] : [{ type: types[i], value: values[i]! }] }, text: texts[i] }));
  for (const [place, entry] of others) entries.splice(place, 0, entry);
  return { clock, entries, ...(changes && { changes }) };
}

function keptOf(appended: readonly Appended[]): Kept {
  const duplicates: number[] = [];
  let first = 0;
  appended.forEach((one, place) => {
    if (!('seq' in one)) duplicates.push(place);
    else if (first === 0) first = one.seq;
  });
  return { first, duplicates };
}

function appendedOf({ first, duplicates }: Kept, entries: number): Appended[] {
  const appended = Array<Appended | undefined>(entries).fill(undefined);
  for (const place of duplicates) appended[place] = { duplicate: true };
  let seq = first;
  return appended.map((one) => one ?? { seq: seq++ });
}
