import { z } from 'zod';
import { contract } from './contract/contract.js';
import type { Route } from './contract/route.js';
import { trackRoutes } from './contract/track.js';

type Json = { readonly [key: string]: unknown };

/** Nouns in the order of the contract's files, by the first word of the path behind the version. */
const tags: Readonly<Record<string, string>> = {
  session: 'Sessions', workspaces: 'Workspaces', keys: 'Keys', files: 'Files', postgres: 'Files', inspect: 'Jobs', discover: 'Jobs', jobs: 'Jobs', runs: 'Runs', aliases: 'Runs', segments: 'Segments', rules: 'Rules',
  entities: 'Entities', search: 'Entities', exports: 'Exports', audit: 'Audit', webhooks: 'Webhooks',
};

/** The tag of a route, by which the documentation groups. */
export const tagOf = (id: string): string => (Object.hasOwn(trackRoutes, id) ? 'Tracking' : tags[/\/v1\/(\w+)/.exec(id)?.[1] ?? ''] ?? 'Server');

/** The interface as an OpenAPI 3.1 document, made of the contract alone. */
export function openApi(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [id, route] of Object.entries<Route>({ ...contract, ...trackRoutes })) {
    const [method, path] = id.split(' ');
    (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {})[method.toLowerCase()] = operation(id, route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Shoal', version, description: 'Finds the natural groups in customers, explains them, and keeps them. Every refusal is a problem document (RFC 9457).', license: { name: 'Apache 2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.keys({ ...contract, ...trackRoutes }).map(tagOf))].map((name) => ({ name })),
    security: [{ key: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key: shl_…' },
        writeKey: { type: 'http', scheme: 'basic', description: 'A write key as the user name, without a password' },
        session: { type: 'apiKey', in: 'cookie', name: 'shoal_session', description: 'The session of a browser; the port stands behind the name: shoal_session_7411' },
      },
      schemas: { Problem: problem },
      responses: { Problem: { description: 'A refusal, in words', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } } },
      parameters: {
        workspace: { name: 'Shoal-Workspace', in: 'header', required: false, schema: { type: 'string', default: 'main' }, description: "Workspace to ask in; also as 'workspace' in the query. A key that is bound to one needs none." },
      },
    },
  };
}

const problem: Json = {
  type: 'object', required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' }, title: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string', description: 'What is wrong, and what to do' },
    code: { type: 'string', description: 'Such as segment/bad-k' }, request: { type: 'string', description: 'Id of the request, as in the log' },
    problems: { type: 'array', items: { type: 'object', required: ['at', 'message'], properties: { at: { type: 'string' }, message: { type: 'string' } } } },
  },
};

function operation(id: string, { role, serverWide, writes, summary, details, params, query, body, takesBytes, answer, answers, status }: Route): Json {
  const open = role === 'anyone';
  const rights = writes ? 'Needs a write key: as the user name of Basic authentication, as a bearer token, or as `writeKey` of the body.' : open ? 'Needs no token.' : `Needs the role ${role}${serverWide ? ', not bound to a workspace' : ''}.`;
  return {
    operationId: id.toLowerCase().replace(/\/v1\//, '').replace(/\W+/g, '_'),
    tags: [tagOf(id)], summary, description: [details, rights].filter(Boolean).join(' '),
    ...(open && { security: writes ? [{ writeKey: [] }, { key: [] }, {}] : [] }),
    parameters: [...parametersOf('path', params), ...parametersOf('query', query), ...(open || serverWide ? [] : [{ $ref: '#/components/parameters/workspace' }])],
    ...(body && { requestBody: { required: true, content: takesBytes ? { 'application/octet-stream': { schema: {} } } : { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: { [status]: { description: summary, ...(status !== 204 && { content: contentOf(answer, answers) }) }, default: { $ref: '#/components/responses/Problem' } },
    'x-role': role,
  };
}

function parametersOf(place: 'path' | 'query', { shape }: z.ZodObject): Json[] {
  return Object.entries(shape).map(([name, field]) => {
    const { description, ...schema } = schemaOf(field as z.ZodType, 'output');
    return { name, in: place, required: place === 'path' || !(field as z.ZodType).safeParse(undefined).success, schema, ...(description !== undefined && { description }) };
  });
}

function contentOf(answer: z.ZodType, answers: Route['answers']): Json {
  if (answers === 'json') return { 'application/json': { schema: schemaOf(answer, 'output') } };
  if (answers === 'events') return { 'text/event-stream': { schema: schemaOf(answer, 'output') } };
  return { 'application/octet-stream': { schema: {} } };
}

/** What cannot be said as a schema (documents declared as types) is any value with its title. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json & { $schema?: string };
  return json;
}
