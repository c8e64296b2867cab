import type { Role } from './role.js';

/** A browser that has shown who it is, until it expires or is ended. Its secret is a cookie; what is kept is a hash. */
export interface Login {
  readonly id: string;
  readonly actor: string;
  readonly role: Role;
  /** The workspace it is bound to; every one where absent. */
  readonly workspace?: string;
  /** The API key it was opened with: it ends with the key. */
  readonly key?: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}
