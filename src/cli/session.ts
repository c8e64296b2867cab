import { availableParallelism } from 'node:os';
import { createContext, type Context } from '../context.js';
import type { Terminal } from './terminal.js';

/** A context wired to the terminal and to Ctrl-C: the first stops the work cleanly, a second one ends the process at once. */
export function openSession(terminal: Terminal, options: { seed?: number; threads?: number }): { context: Context; close(): void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    terminal.note('Stopping …');
    controller.abort();
  };
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Whoever started this over a channel has gone.
  process.on('disconnect', stop);
  const context = createContext({
    seed: options.seed,
    threads: options.threads ?? Math.min(8, availableParallelism()),
    signal: controller.signal,
    log: terminal.note,
    progress: terminal.progress,
  });
  return {
    context,
    close() {
      terminal.done();
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      process.off('disconnect', stop);
    },
  };
}
