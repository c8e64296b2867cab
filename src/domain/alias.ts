/** Names that point at one run at a time: the champion is the one in use, the challenger is watched beside it. */
export const aliases = ['champion', 'challenger'] as const;

export type Alias = (typeof aliases)[number];

/** An alias pointed elsewhere: moving the champion is what deploys a run. */
export interface AliasMove {
  /** Counts the moves of all aliases, from 1. */
  readonly seq: number;
  readonly alias: Alias;
  /** Undefined where it was taken off. */
  readonly run?: string;
  readonly previous?: string;
  readonly kind: 'move' | 'rollback';
  readonly at: number;
  readonly actor: string;
  readonly reason?: string;
}
