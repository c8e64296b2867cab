import type { Topic } from './note.js';

/** One change: who, what, when, why. Each entry holds the hash of the one before it, so none can be edited, dropped or moved unnoticed. */
export interface AuditEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  /** Noun and verb: 'segment.rename'. */
  readonly action: string;
  readonly subject: Topic;
  /** What changed, as JSON. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: string;
  /** Id of the request that asked for it. */
  readonly request?: string;
  /** SHA-256 in hex: of the entry before (zeros for the first), and of this one with it. */
  readonly previous: string;
  readonly hash: string;
}

/** The newest entry. Kept outside, it shows later that nothing before it was cut off or written anew. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** What checking the chain found: nothing, or the first entry that is not as it was written. */
export interface AuditCheck {
  readonly entries: number;
  readonly head: AuditHead;
  readonly fault?: { readonly seq: number; readonly problem: string };
}
