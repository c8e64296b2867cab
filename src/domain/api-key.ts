import type { Role } from './role.js';

/** A key of a program. Its secret is shown once, when it is made; what is kept is a hash. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The first characters of the secret, by which a person recognises it: 'shl_Yc3k'. */
  readonly hint: string;
  /** The one workspace it opens; every one where absent. */
  readonly workspace?: string;
  /** Either what a role may do, or only the named routes. */
  readonly role?: Role;
  readonly only?: readonly string[];
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  /** Of a revoked one: until when that can be taken back. */
  readonly restorableUntil?: number;
  /** To the minute. */
  readonly lastUsedAt?: number;
}
