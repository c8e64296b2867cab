import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../domain/role.js';

/** Whom a login token lets in. */
export interface Invitation {
  readonly actor: string;
  readonly role: Role;
  /** The only workspace it opens; all where absent. */
  readonly workspace?: string;
  /** The API key that it stands for: the session ends with it. */
  readonly key?: string;
}

/** Tokens that open one session each: printed when the server starts, gone when used. They live in memory, as hashes. */
export interface LoginTokens {
  /** A new token ('shl_…', 256 random bits). */
  issue(invitation: Invitation): string;
  /** Whom it lets in, this once; undefined where it is unknown, used or expired. */
  redeem(token: string): Invitation | undefined;
}

/** `clock` and `lifetime` in milliseconds; tokens live for a day by default. */
export function createLoginTokens(clock: () => number, lifetime = 86_400_000): LoginTokens {
  let open: { readonly hash: Buffer; readonly until: number; readonly invitation: Invitation }[] = [];
  return {
    issue(invitation) {
      const token = `shl_${randomBytes(32).toString('base64url')}`;
      open.push({ hash: digest(token), until: clock() + lifetime, invitation });
      return token;
    },
    redeem(token) {
      const hash = digest(token);
      // Every token is compared to its end, so that the time taken tells nothing of them.
      const found = open.filter((one) => timingSafeEqual(one.hash, hash));
      open = open.filter((one) => !found.includes(one) && one.until > clock());
      return found.find((one) => one.until > clock())?.invitation;
    },
  };
}

const digest = (token: string) => createHash('sha256').update(token).digest();
