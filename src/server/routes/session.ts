import { ShoalError } from '../../errors.js';
import type { Caller } from '../caller.js';
import { contract, type AnswerOf } from '../contract/contract.js';
import type { sessionRoutes } from '../contract/session.js';
import { trackRoutes } from '../contract/track.js';
import type { Handlers, Tools } from '../handler.js';
import { closest } from '../../util/closest.js';

/** Who asks, and where. */
export const sessionHandlers: Handlers<keyof typeof sessionRoutes> = {
  async 'POST /v1/session'({ body: { token }, by: { request }, session }, tools) {
    const { home, loginTokens, clock, sessionLifetime } = tools;
    const invited = loginTokens.redeem(token) ?? await invitedByKey(token, tools);
    if (!invited) throw new ShoalError('server/who-are-you', { reason: 'This token is not known, or no longer good. A new one is printed when the server starts.' });
    // Whatever session there was ends, and the new one has a secret that nobody has seen: none can be foisted on anyone.
    const before = session.secret === undefined ? undefined : await home.logins.find(session.secret);
    if (before) await home.logins.end(before.id, { actor: before.actor, request });
    const { login, secret } = await home.logins.open(
      { role: invited.role, workspace: invited.workspace, key: invited.key, expiresAt: clock() + sessionLifetime }, { actor: invited.actor, request },
    );
    session.set(secret, sessionLifetime);
    return sessionOf({ actor: login.actor, via: 'login', id: login.id, role: login.role, workspace: login.workspace }, login.workspace ?? 'main', tools);
  },
  'GET /v1/session': ({ caller, workspace }, tools) => sessionOf(caller, workspace, tools),
  async 'DELETE /v1/session'({ session, by: { request } }, { home }) {
    const login = session.secret === undefined ? undefined : await home.logins.find(session.secret);
    if (login) await home.logins.end(login.id, { actor: login.actor, request });
    session.clear();
    return undefined;
  },

  async 'GET /v1/workspaces'({ caller, query: { removed } }, { workspaces }) {
    return (await workspaces.list({ removed })).filter(({ id }) => caller.workspace === undefined || id === caller.workspace);
  },
  'POST /v1/workspaces': ({ body: { name }, by }, { workspaces }) => workspaces.create({ name }, by),
  'PATCH /v1/workspaces/:workspace': ({ params, body: { name }, by }, { workspaces }) => workspaces.rename(params.workspace, name, by),
  async 'DELETE /v1/workspaces/:workspace'({ params, by }, { workspaces }) {
    await workspaces.remove(params.workspace, by);
    return undefined;
  },
  'POST /v1/workspaces/:workspace/restore': ({ params, by }, { workspaces }) => workspaces.restore(params.workspace, by),

  async 'GET /v1/keys'({ caller }, { home }) {
    return (await home.keys.list()).filter((key) => isWithin(caller, key.workspace));
  },
  async 'POST /v1/keys'({ body: { name, role, only, workspace = undefined, expiresInDays }, caller, by }, { home, clock }) {
    only?.forEach(checkRoute);
    if (workspace !== undefined && !isWithin(caller, workspace)) throw new ShoalError('server/other-workspace', {});
    const expiresAt = expiresInDays === undefined ? undefined : clock() + expiresInDays * 86_400_000;
    const { key, secret } = await home.keys.create({ name, role, only, workspace: workspace ?? caller.workspace, expiresAt }, by);
    return { key, token: secret };
  },
  async 'DELETE /v1/keys/:key'({ params, caller, by }, { home, writeKeys }) {
    await home.keys.revoke(await keyWithin(caller, params.key, home), by);
    writeKeys.forget();
    return undefined;
  },
  'POST /v1/keys/:key/restore': async ({ params, caller, by }, { home }) => home.keys.restore(await keyWithin(caller, params.key, home), by),
};

/** The id of a key that the caller may know of. @throws `store/not-found` */
async function keyWithin(caller: Caller, id: string, { keys }: Tools['home']): Promise<string> {
  const key = (await keys.list()).find((one) => one.id === id);
  if (!key || !isWithin(caller, key.workspace)) throw new ShoalError('store/not-found', { kind: 'key', id });
  return key.id;
}

/** A key of a role opens a session too: for a browser without a login token. */
async function invitedByKey(token: string, { home }: Tools) {
  const key = /^[\x21-\x7e]+$/.test(token) ? await home.keys.find(token) : undefined;
  return key?.role ? { actor: key.name, role: key.role, workspace: key.workspace, key: key.id } : undefined;
}

async function sessionOf(caller: Caller, workspace: string, { workspaces, version }: Tools): Promise<AnswerOf<'GET /v1/session'>> {
  const all = await workspaces.list();
  return { actor: { name: caller.actor, role: caller.role, only: caller.only && [...caller.only] }, workspace, workspaces: all.filter(({ id }) => isWithin(caller, id)), version };
}

/** Whether a caller may know of what belongs to a workspace, or to the whole server where that is absent. */
function isWithin(caller: Caller, workspace: string | undefined): boolean {
  return caller.workspace === undefined || caller.workspace === workspace;
}

function checkRoute(said: string): void {
  const known = { ...contract, ...trackRoutes };
  if (Object.hasOwn(known, said)) return;
  const near = closest(said, Object.keys(known));
  throw new ShoalError('server/invalid', { problems: [{ at: 'body.only', message: `has '${said}', which is no route${near ? `; did you mean '${near}'?` : ''}` }] });
}
