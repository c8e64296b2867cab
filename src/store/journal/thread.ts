import { parentPort, Worker, workerData } from 'node:worker_threads';
import { createContext } from '../../context.js';
import { assert, ShoalError, type ErrorCode } from '../../errors.js';
import { openSqliteJournal } from './sqlite.js';
import type { JournalTables } from './tables.js';

type Call = Exclude<keyof JournalTables, 'name'>;
interface Asked { readonly id: number; readonly call: Call; readonly args: readonly unknown[] }
/** `id` 0: of the opening, whose value is the tables' name. */
type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly code: ErrorCode; readonly details: unknown } | { readonly id: number; readonly bug: string };
interface Waiting { resolve(value: never): void; reject(error: unknown): void }

/**
 * The tables of `openSqliteJournal` in a thread of their own, which runs `entry` (it calls `serveTables`): while the disk is written and synced, whoever has the journal does something else.
 * @throws what `openSqliteJournal` throws
 */
export async function openThreadedJournal(entry: string, place: string, workspace: string): Promise<JournalTables> {
  const worker = new Worker(entry, { workerData: { place, workspace } });
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
  const call = <C extends Call>(name: C) => ((...args: unknown[]) => {
    const id = (count += 1);
    return ask(id, { id, call: name, args });
  }) as JournalTables[C];
  try {
    const name = await ask<string>(0);
    return {
      name, write: call('write'), newest: call('newest'), recordFrom: call('recordFrom'), records: call('records'), messages: call('messages'), subjects: call('subjects'), subjectsNamed: call('subjectsNamed'), changes: call('changes'),
      states: call('states'), dues: call('dues'), settings: call('settings'), begin: call('begin'), stage: call('stage'), set: call('set'), discard: call('discard'), tidy: call('tidy'),
      forget: call('forget'), prune: call('prune'), scrub: call('scrub'),
      async close() {
        try {
          if (!ended) await call('close')();
        } finally {
          await worker.terminate();
        }
      },
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** The thread: opens the tables, and does what it is asked, one after the other as it comes. */
export function serveTables(): void {
  const port = parentPort;
  assert(port, 'the tables of a journal are the main thread');
  const { place, workspace } = workerData as { readonly place: string; readonly workspace: string };
  const tell = (answer: Answer) => port.postMessage(answer);
  const refuse = (id: number, error: unknown) => tell(error instanceof ShoalError ? { id, code: error.code as ErrorCode, details: error.details } : { id, bug: error instanceof Error ? error.name : typeof error });
  const opening = openSqliteJournal(place, workspace, createContext().clock);
  opening.then(({ name }) => tell({ id: 0, value: name }), (error) => refuse(0, error));
  port.on('message', async ({ id, call, args }: Asked) => {
    try {
      const tables = await opening;
      tell({ id, value: await (tables[call] as (...args: readonly unknown[]) => unknown)(...args) });
    } catch (error) {
      refuse(id, error);
    }
  });
}
