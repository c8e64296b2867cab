import { Worker } from 'node:worker_threads';

/** An operation of the WebAssembly module: does one piece of a piece of work described at `args`. */
export type Operation = (piece: number, args: number) => void;

/** Threads that share pieces of work with the calling thread. */
export interface Crew {
  /** Does pieces 0 … pieces − 1 and returns when all are done. Helpers join when they are awake; the caller never waits for one to start. */
  run(operation: string, pieces: number, args: number): void;
  close(): Promise<void>;
}

// The words of the control block. A helper counts itself active before it looks whether the work is open, and the caller closes the work before
// it looks whether anyone is active: so no helper can be inside when the words are rewritten.
const generation = 0;
const open = 1;
const active = 2;
const next = 3;
const pieceCount = 4;
const operationIndex = 5;
const argsAt = 6;
export const controlWords = 8;

/** Runs in each helper thread. A string, so that it needs no file: it works alike from dist/, from tests and from an installed package. */
const helper = `
const { workerData: { module, memory, controlAt, names } } = require('node:worker_threads');
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
const control = new Int32Array(memory.buffer, controlAt, ${controlWords});
let seen = 0;
for (;;) {
  Atomics.wait(control, ${generation}, seen);
  seen = Atomics.load(control, ${generation});
  Atomics.add(control, ${active}, 1);
  if (Atomics.load(control, ${open}) === 1) {
    const operation = exports[names[control[${operationIndex}]]];
    let piece;
    while ((piece = Atomics.add(control, ${next}, 1)) < control[${pieceCount}]) operation(piece, control[${argsAt}]);
  }
  Atomics.sub(control, ${active}, 1);
  Atomics.notify(control, ${active});
}`;

/** Starts `helpers` threads, which keep no process alive. */
export function startCrew(
  module: WebAssembly.Module, memory: WebAssembly.Memory, operations: Readonly<Record<string, Operation>>, helpers: number, controlAt: number,
): Crew {
  const names = Object.keys(operations);
  const control = new Int32Array(memory.buffer, controlAt, controlWords);
  control.fill(0);
  const workers = Array.from({ length: helpers }, () => {
    const worker = new Worker(helper, { eval: true, workerData: { module, memory, controlAt, names }, execArgv: [], env: {} });
    worker.unref();
    return worker;
  });
  return {
    run(name, pieces, args) {
      control[pieceCount] = pieces;
      control[operationIndex] = names.indexOf(name);
      control[argsAt] = args;
      Atomics.store(control, next, 0);
      Atomics.store(control, open, 1);
      Atomics.add(control, generation, 1);
      Atomics.notify(control, generation);
      const operation = operations[name];
      for (let piece = Atomics.add(control, next, 1); piece < pieces; piece = Atomics.add(control, next, 1)) operation(piece, args);
      Atomics.store(control, open, 0);
      for (let busy = Atomics.load(control, active); busy > 0; busy = Atomics.load(control, active)) Atomics.wait(control, active, busy, 1);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
