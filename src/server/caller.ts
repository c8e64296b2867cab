import { ShoalError } from '../errors.js';
import type { Login } from '../domain/login.js';
import { roles, type Role } from '../domain/role.js';
import { contract, type RouteId } from './contract/contract.js';
import type { Route } from './contract/route.js';
import type { HomeStore } from '../store/store.js';

/** Who asks. What is allowed follows from this and the route alone. */
export interface Caller {
  /** As the audit log names it. */
  readonly actor: string;
  readonly via: 'nobody' | 'key' | 'login';
  /** Of the key or login; empty for nobody. */
  readonly id: string;
  readonly role?: Role;
  /** Routes it may ask, instead of a role. */
  readonly only?: readonly string[];
  /** The one workspace it is bound to. */
  readonly workspace?: string;
}

export const nobody: Caller = { actor: 'nobody', via: 'nobody', id: '' };

/** What a request shows of who it is from. */
export interface Credentials {
  readonly authorization?: string;
  /** Value of the session's cookie. */
  readonly cookie?: string;
}

/** Whether a login was used within `idle` milliseconds; asking counts as using it. One that was not seen since the server started counts from when it was opened: none is revived by a restart. */
export function idleLogins(idle: number, clock: () => number): (login: Pick<Login, 'id' | 'createdAt'>) => boolean {
  const used = new Map<string, number>();
  return ({ id, createdAt }) => {
    const now = clock();
    const last = used.get(id) ?? createdAt;
    used.delete(id);
    if (now - last > idle) return false;
    used.set(id, now);
    if (used.size > 10_000) used.delete(used.keys().next().value!);
    return true;
  };
}

/**
 * Who it is, by a key in the header or else by the session's cookie. A header that is no good is refused, never overlooked; an old cookie is only an end of the session.
 * @throws `server/who-are-you`
 */
export async function identify({ authorization, cookie }: Credentials, { keys, logins }: Pick<HomeStore, 'keys' | 'logins'>, awake: (login: Login) => boolean): Promise<Caller> {
  if (authorization !== undefined) {
    const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
    const key = token && await keys.find(token);
    if (!key) throw new ShoalError('server/who-are-you', { reason: 'This API key is not known, or no longer good.' });
    return { actor: key.name, via: 'key', id: key.id, role: key.role, only: key.only, workspace: key.workspace };
  }
  const login = cookie && /^[\x21-\x7e]{1,200}$/.test(cookie) ? await logins.find(cookie) : undefined;
  if (login && !awake(login)) {
    await logins.end(login.id, { actor: 'system', reason: 'nothing was asked for long' });
    return nobody;
  }
  return login ? { actor: login.actor, via: 'login', id: login.id, role: login.role, workspace: login.workspace } : nobody;
}

/** Lets a caller ask a route, or refuses: whatever is not allowed is forbidden. @throws `server/who-are-you`, `server/not-allowed`, `server/other-workspace` */
export function authorize(caller: Caller, id: RouteId): void {
  const { role, serverWide }: Route = contract[id];
  if (role === 'anyone') return;
  if (caller.via === 'nobody') throw new ShoalError('server/who-are-you', { reason: 'Nobody is logged in.' });
  if (caller.only) {
    if (!caller.only.includes(id)) throw new ShoalError('server/not-allowed', { reason: `This key can do only ${caller.only.map((name) => `'${name}'`).join(', ')}.` });
  } else if (!isAtLeast(caller.role, role)) {
    throw new ShoalError('server/not-allowed', { reason: `This needs the role ${role}; this ${caller.via} has ${caller.role}.` });
  }
  if (serverWide && caller.workspace !== undefined) throw new ShoalError('server/other-workspace', {});
}

/** Whether a role may do what another may. */
export function isAtLeast(role: Role | undefined, least: Role): boolean {
  return role !== undefined && roles.indexOf(role) >= roles.indexOf(least);
}

/** The workspace a request is about: the one its caller is bound to, else the one it names, else 'main'. @throws `server/other-workspace`, `store/not-found` */
export function workspaceOf(caller: Caller, said: string | undefined): string {
  if (caller.workspace !== undefined && said !== undefined && said !== caller.workspace) throw new ShoalError('server/other-workspace', {});
  const id = caller.workspace ?? said ?? 'main';
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(id)) throw new ShoalError('store/not-found', { kind: 'workspace', id: id.slice(0, 60) });
  return id;
}
