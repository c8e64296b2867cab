/** What a note, a decision or an audit entry is about. */
export interface Topic {
  readonly kind: string;
  readonly id: string;
}

/** A remark that somebody left. */
export interface Note {
  readonly id: string;
  readonly about: Topic;
  readonly text: string;
  readonly at: number;
  readonly actor: string;
  readonly editedAt?: number;
  readonly removedAt?: number;
}
