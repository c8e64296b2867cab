/** One company's place: its own store, files and runs, which no other workspace sees. */
export interface Workspace {
  /** Lower-case letters, digits and hyphens, a letter first, at most 40: also the name of its folder and of its schema. */
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the Unix epoch, as every time here. */
  readonly createdAt: number;
  /** Since when it is out of sight; it can be restored until it is purged. */
  readonly removedAt?: number;
}
