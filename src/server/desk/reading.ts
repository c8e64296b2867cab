import type { RunView } from '../../flow/view/view.js';
import type { Ground } from '../../segment/rules/ground.js';
import type { RuleBook } from '../../segment/rules/evaluate.js';

/** What an operation works with: the views of the workspace's runs, and the signal of whoever asks. */
export interface Reading {
  /** @throws `explain/no-run` */
  view(run: string): Promise<RunView>;
  /** Folder of a run. */
  folder(run: string): string;
  readonly signal: AbortSignal;
  /** Views that were opened for rules: kept as long as they are. */
  readonly rules: WeakMap<RunView, Promise<OpenRules>>;
}

/** A run opened for rules, under the names its segments had then. */
export interface OpenRules {
  readonly names: string;
  readonly ground: Ground;
  readonly book: RuleBook;
}
