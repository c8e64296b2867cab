import { z } from 'zod';
import type { ApiKey } from '../../domain/api-key.js';
import { roles } from '../../domain/role.js';
import type { Workspace } from '../../domain/workspace.js';
import { document, id, route, title, why } from './route.js';

const role = z.enum(roles);

const workspace = document<Workspace>('Workspace', "A company's, a client's or a project's data, apart from all others");
const key = document<ApiKey>('ApiKey', 'A key of a program, without its secret');

const session = z.object({
  actor: z.object({ name: z.string(), role: role.optional(), only: z.array(z.string()).optional().describe('A key that can do these routes and no others') }),
  workspace: z.string(),
  workspaces: z.array(workspace),
  version: z.string(),
});

/** Who asks, and where: sessions of the browser, keys of programs, workspaces. */
export const sessionRoutes = {
  'POST /v1/session': route({
    role: 'anyone', summary: 'Opens a session of the browser from a token', details: 'Sets a cookie that scripts cannot read.',
    body: z.strictObject({ token: z.string().min(1).max(200) }), answer: session,
  }),
  'GET /v1/session': route({ role: 'viewer', summary: 'Who is asking, and which workspaces there are', answer: session }),
  'DELETE /v1/session': route({ role: 'anyone', summary: 'Ends the session of the browser', answer: z.undefined(), status: 204 }),

  'GET /v1/workspaces': route({ role: 'viewer', summary: 'Lists workspaces', query: z.strictObject({ removed: z.stringbool().optional().describe('Also removed ones') }), answer: z.array(workspace) }),
  'POST /v1/workspaces': route({ role: 'admin', serverWide: true, summary: 'Creates a workspace', body: z.strictObject({ name: title, why }), answer: workspace, status: 201 }),
  'PATCH /v1/workspaces/:workspace': route({ role: 'admin', serverWide: true, summary: 'Renames a workspace', params: z.strictObject({ workspace: id }), body: z.strictObject({ name: title, why }), answer: workspace }),
  'DELETE /v1/workspaces/:workspace': route({
    role: 'admin', serverWide: true, summary: 'Removes a workspace', details: 'It can be restored for seven days; then its folder is deleted.',
    params: z.strictObject({ workspace: id }), query: z.strictObject({ why }), answer: z.undefined(), status: 204,
  }),
  'POST /v1/workspaces/:workspace/restore': route({ role: 'admin', serverWide: true, summary: 'Brings a removed workspace back', params: z.strictObject({ workspace: id }), answer: workspace }),

  'GET /v1/keys': route({ role: 'admin', summary: 'Lists API keys', answer: z.array(key) }),
  'POST /v1/keys': route({
    role: 'admin', summary: 'Makes an API key', details: 'The key itself is in this answer and nowhere else.',
    body: z.strictObject({
      name: title, role: role.optional(), only: z.array(z.string().max(200)).min(1).max(50).optional().describe("Routes such as 'GET /v1/entities/:entity'; instead of a role"),
      workspace: id.optional(), expiresInDays: z.number().int().min(1).max(3650).optional(), why,
    }).refine((key) => (key.role === undefined) !== (key.only === undefined), 'must have either a role or a list of routes'),
    answer: z.object({ key, token: z.string().describe('shl_…; shown this once') }), status: 201,
  }),
  'DELETE /v1/keys/:key': route({ role: 'admin', summary: 'Revokes an API key at once', details: 'It can be restored for a quarter of an hour.', params: z.strictObject({ key: id }), query: z.strictObject({ why }), answer: z.undefined(), status: 204 }),
  'POST /v1/keys/:key/restore': route({ role: 'admin', summary: 'Makes a key that was just revoked good again', details: 'Within a quarter of an hour; the same key opens the same as before.', params: z.strictObject({ key: id }), answer: key }),
};
