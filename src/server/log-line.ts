import type { Caller } from './caller.js';

/** One answered request. It names routes, never addresses: those hold ids of people and what was searched for. */
export interface LogLine {
  readonly level: 'info' | 'error';
  readonly request: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly via: Caller['via'];
  readonly role?: string;
  readonly workspace?: string;
  /** Of a failure that should not be: where in the code it happened, not what it was about; or what the disk or the store said, where the caller is not told. */
  readonly fault?: string;
}
