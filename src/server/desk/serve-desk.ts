import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createContext } from '../../context.js';
import { assert, ShoalError } from '../../errors.js';
import { everyoneFile } from '../../flow/view/keep.js';
import { openView, type RunView } from '../../flow/view/view.js';
import { runFolder } from '../run-folder.js';
import { lanes } from './operation.js';
import { operations } from './operations.js';
import type { Reading } from './reading.js';
import type { DeskData, FromDesk, ToDesk } from './thread.js';
import { keptViews } from './views.js';

type Named = Readonly<Record<string, { answer(reading: Reading, ...args: unknown[]): Promise<unknown> }>>;

/** A thread of a desk: takes questions by name, and answers each as soon as it can. Large arrays are handed over, not copied. */
export function serveDesk(known: Named = operations as unknown as Named, open: (folder: string, signal: AbortSignal) => Promise<RunView> = openHere): void {
  const { runs, memory, lane } = workerData as DeskData;
  const port = parentPort;
  assert(port, 'a desk is the main thread');
  const stop = new AbortController();
  const folder = (run: string) => runFolder(runs, run);
  const views = keptViews((run) => open(folder(run), stop.signal), memory * lanes[lane].share, (run) => stampOf(folder(run)));
  const rules: Reading['rules'] = new WeakMap();
  const asked = new Map<number, AbortController>();
  const working = new Set<Promise<void>>();
  const tell = (message: FromDesk, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, [...transfer]);

  /** Nobody waits any more: what is still at work stops, the engine's questions too. A thread that ended over them would take the process along. */
  const end = async () => {
    stop.abort();
    await Promise.all(working);
    await views.close();
    process.exit();
  };
  port.on('message', (message: ToDesk) => {
    if ('end' in message) return void end();
    const work = answer(message).finally(() => working.delete(work));
    working.add(work);
  });

  async function answer(message: Exclude<ToDesk, { readonly end: true }>): Promise<void> {
    if ('cancel' in message) return asked.get(message.cancel)?.abort();
    const { ask: id, name, args } = message;
    const controller = new AbortController();
    asked.set(id, controller);
    const using: (() => void)[] = [];
    try {
      assert(Object.hasOwn(known, name), `there is no operation '${name}'`);
      const answer = await known[name].answer({
        folder, signal: controller.signal, rules,
        async view(run) {
          const { view, release } = await views.use(run);
          using.push(release);
          return view;
        },
      }, ...args);
      if (!controller.signal.aborted) tell({ id, answer }, buffersIn(answer));
    } catch (error) {
      // Where the server keeps its runs is nobody's business.
      const told = error instanceof ShoalError && error.code === 'explain/no-run' ? new ShoalError('runs/unknown', { id: basename((error.details as { folder: string }).folder) }) : error;
      if (told instanceof ShoalError) tell({ id, refusal: { code: told.code, details: told.details } });
      else tell({ id, bug: { name: error instanceof Error ? error.name : typeof error, ...(error instanceof Error && { stack: error.stack }) } });
    } finally {
      asked.delete(id);
      for (const release of using) release();
    }
  }
}

/** The files of a run are other ones where somebody was taken out of them. */
function stampOf(folder: string): string | undefined {
  const found = statSync(join(folder, everyoneFile), { throwIfNoEntry: false });
  return found && `${found.ino} ${found.mtimeMs}`;
}

function openHere(folder: string, signal: AbortSignal): Promise<RunView> {
  const { threads, lane } = workerData as DeskData;
  return openView(folder, createContext({ threads: lanes[lane].threads ?? threads, signal }), lanes[lane].view);
}

/** Buffers of the typed arrays that an answer is, or holds directly, and that are theirs alone. */
function buffersIn(answer: unknown): ArrayBuffer[] {
  const parts = ArrayBuffer.isView(answer) ? [answer] : typeof answer === 'object' && answer !== null ? Object.values(answer) : [];
  const whole = parts.filter((part): part is NodeJS.TypedArray<ArrayBuffer> => ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer && part.byteLength === part.buffer.byteLength && !Buffer.isBuffer(part));
  return [...new Set(whole.map(({ buffer }) => buffer))];
}
