/** A run as the store knows it. Its files are in the folder `runs/<id>/`; only a published one is there for everybody. */
export interface StoredRun {
  readonly id: string;
  readonly title: string;
  readonly state: 'running' | 'published' | 'failed';
  readonly begunAt: number;
  readonly begunBy: string;
  /** When it was published or failed. */
  readonly endedAt?: number;
  /** What it was asked for: files and options, enough to run it again. */
  readonly input: unknown;
  /** What it found; only of a published run. */
  readonly summary?: RunSummary;
  /** The sentence of its failure. */
  readonly error?: string;
  /** Since when it is out of sight; it can be restored until it is purged. */
  readonly removedAt?: number;
}

/** Of the `input` of a run that was made of the journal: the last record that is in it; 0 of one that does not say so, since there are runs from before it was kept. Undefined of other runs. */
export function lastRecordOf(input: unknown): number | undefined {
  const { live, record = 0 } = (input ?? {}) as { readonly live?: boolean; readonly record?: number };
  return live ? record : undefined;
}

/** What a list of runs shows of each, and what two are compared by. */
export interface RunSummary {
  readonly headline: string;
  readonly entities: number;
  readonly segments: number;
  /** The instant its features are of. */
  readonly asOf: number;
  readonly seed: number;
  readonly version: string;
  readonly algorithm: string;
  readonly kind: 'found' | 'convenience';
  /** Fingerprint of the inputs: runs over the same data have the same. */
  readonly fingerprint: string;
  /** Scores, effects and totals by name, such as 'prediction strength' or 'revenue'. */
  readonly metrics: Readonly<Record<string, number>>;
}
