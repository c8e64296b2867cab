import type { HomeStore } from '../store/store.js';
import type { Jobs } from './jobs/jobs.js';
import type { LoginTokens } from './login-tokens.js';
import type { Intake } from './track/tracking.js';
import type { Workspaces } from './workspaces.js';

/** All that routes are answered with. */
export interface Services {
  readonly home: HomeStore;
  readonly workspaces: Workspaces;
  readonly jobs: Jobs;
  /** Tables of a PostgreSQL database, with about how many rows. */
  readonly tablesOf: (url: string) => Promise<{ schema: string; table: string; rows: number }[]>;
  /** Where events go that are sent to a workspace. */
  readonly intake: Intake;
  readonly loginTokens: LoginTokens;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Of the program. */
  readonly version: string;
}
