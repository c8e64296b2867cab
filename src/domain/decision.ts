import type { Topic } from './note.js';

/** What was decided, about what, why and by whom. It is never edited: a later decision replaces it. */
export interface Decision {
  readonly id: string;
  readonly about: Topic;
  readonly text: string;
  readonly reason: string;
  readonly at: number;
  readonly actor: string;
  /** The decision that this one replaces, and the one that replaced it. */
  readonly replaces?: string;
  readonly replacedBy?: string;
}
