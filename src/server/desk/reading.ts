import type { RunView } from '../../flow/view/view.js';

/** What an operation works with: the views of the workspace's runs, and the signal of whoever asks. */
export interface Reading {
  /** @throws `explain/no-run` */
  view(run: string): Promise<RunView>;
  /** Folder of a run. */
  folder(run: string): string;
  readonly signal: AbortSignal;
}
