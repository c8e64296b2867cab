/** A segment with its lasting identity: the same through renames and from run to run. */
export interface SegmentRecord {
  readonly id: string;
  /** By a run; by conditions; by drawing on the map; by conditions that are kept true to the moment. */
  readonly origin: 'found' | 'ruled' | 'drawn' | 'live';
  /** The name a person gave; else what the run asked about, or the newest one, calls it. */
  readonly name: string;
  /** Oldest first. */
  readonly names: readonly NameChange[];
  /** What it is in the run asked about, or in the newest published run that holds it; absent for one that is made by a rule. */
  readonly run?: RunSegment & { readonly run: string; readonly asOf: number };
  /** The newest version of its rule; only of those that are ruled or drawn. */
  readonly rule?: RuleVersion;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly removedAt?: number;
}

/** A name and who gave it. A name that a person gave stays, whatever later runs would call the segment. */
export interface NameChange {
  readonly name: string;
  readonly at: number;
  readonly actor: string;
  readonly by: 'run' | 'person';
  readonly reason?: string;
}

/** A segment as one run found it. */
export interface RunSegment {
  /** The lasting id. */
  readonly id: string;
  /** Its position in the run, from 0. */
  readonly segment: number;
  /** What the run calls it. */
  readonly name: string;
  readonly entities: number;
  readonly share: number;
  readonly revenue?: number;
  /** Mean bootstrap Jaccard, 0–1. */
  readonly stability?: number;
}

/** A rule as it was at a time. Old versions are kept: a segment's history can be read by what it meant then. */
export interface RuleVersion {
  /** From 1. */
  readonly version: number;
  /** The typed conditions, as JSON. */
  readonly rule: unknown;
  /** The rule as a sentence. */
  readonly words: string;
  /** Members when it was saved, and the run they were counted in. */
  readonly entities?: number;
  readonly run?: string;
  readonly at: number;
  readonly actor: string;
  readonly reason?: string;
}
