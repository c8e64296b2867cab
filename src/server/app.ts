import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify';
import { assert, ShoalError } from '../errors.js';
import type { WebhookSource } from '../ingest/track/webhook-source.js';
import { authorize, identify, idleLogins, nobody, workspaceOf, type Caller } from './caller.js';
import { checkParts, type Part } from './check.js';
import { contract, type RouteId } from './contract/contract.js';
import type { Route } from './contract/route.js';
import { sendEvents } from './events.js';
import { docsAssets } from './docs.js';
import { checkHost, checkOrigin, dataPolicy, pagePolicy, securityHeaders } from './guard.js';
import { isBytes, isKept, type Asked, type SentFile, type Tools } from './handler.js';
import { createBucket, type Bucket } from './limits.js';
import type { LogLine } from './log-line.js';
import { createMetrics } from './metrics.js';
import { listener } from './listener.js';
import { openPages } from './pages.js';
import { faultOf, problemOf, problemText, untold } from './problem.js';
import { readBody, readQuery, saidWorkspace, sessionCookie } from './request.js';
import { openReports } from './reports.js';
import { handlers } from './routes/handlers.js';
import { createSender, sendFile } from './send.js';
import type { Services } from './services.js';
import { createRejections } from './track/rejections.js';
import { createTracking, type TrackingLimits } from './track/tracking.js';
import { openWriteKeys } from './track/write-keys.js';

export interface AppOptions {
  /** Names that the server is reached by, besides the loopback ones: 'shoal.example.org'. */
  readonly hosts?: readonly string[];
  /** Browsers reach it by https, through a proxy in front: cookies then travel in no other way. */
  readonly https?: boolean;
  /** One proxy stands in front: the last address in X-Forwarded-For, which it wrote itself, is believed, and none that were there before. */
  readonly behindProxy?: boolean;
  /** Folder of the built workspace; without it there is only the interface. */
  readonly pages?: string;
  /** Told of every answer, without anything personal. */
  readonly log?: (line: LogLine) => void;
  readonly limits?: Partial<Limits>;
  /** Programs that send JSON of their own, by name. */
  readonly webhooks?: Readonly<Record<string, WebhookSource>>;
  /** For tests: an answer that is not as the contract says becomes a failure. */
  readonly checkAnswers?: boolean;
}

/** What one caller may take up. Times in milliseconds, sizes in bytes. */
export interface Limits {
  /** Requests of a key or login, and of an address as a whole. */
  readonly perCaller: { readonly perSecond: number; readonly burst: number };
  readonly perAddress: { readonly perSecond: number; readonly burst: number };
  /** Tokens and keys that are no good, of an address. */
  readonly failedLogins: { readonly perSecond: number; readonly burst: number };
  readonly json: number;
  readonly upload: number;
  /** Until a JSON body must be there, and between two pieces of an upload. */
  readonly slowest: number;
  /** Until an answer is given up. */
  readonly longest: number;
  /** Until a session ends in which nothing is asked, and in any case. */
  readonly idle: number;
  readonly session: number;
  /** Streams of events at once, of one caller. */
  readonly streams: number;
  /** Of the tracking API. */
  readonly tracking: TrackingLimits;
}

const defaultLimits: Limits = {
  perCaller: { perSecond: 400, burst: 1000 }, perAddress: { perSecond: 1000, burst: 3000 }, failedLogins: { perSecond: 0.2, burst: 10 },
  json: 2 ** 20, upload: 5 * 2 ** 30, slowest: 30_000, longest: 120_000, idle: 8 * 3_600_000, session: 7 * 86_400_000, streams: 20,
  tracking: { waiting: 5000, bytes: 64 * 2 ** 20, slowest: 30_000 },
};

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly route?: RouteId;
  }
  interface FastifyRequest {
    caller: Caller;
    workspace: string | undefined;
    fault: string | undefined;
  }
}

/** The server, not yet listening: every route of the contract, the pages, and what guards them. */
export async function createApp(services: Services, options: AppOptions = {}): Promise<FastifyInstance> {
  const limits = { ...defaultLimits, ...options.limits };
  const https = options.https ?? false;
  const { clock, jobs } = services;
  const [perCaller, perAddress, failedLogins] = [limits.perCaller, limits.perAddress, limits.failedLogins].map((limit) => createBucket(limit, clock));
  const awake = idleLogins(limits.idle, clock);
  const streams = new Map<string, number>();
  const rejections = createRejections();
  const metrics = createMetrics({
    shoal_events_accepted: { help: 'Events written to the journal since the start', read: () => tracking.counts.accepted },
    shoal_events_duplicate: { help: 'Events that had come before', read: () => tracking.counts.duplicate },
    shoal_events_rejected: { help: 'Events that could not be taken', read: () => rejections.total },
    shoal_events_overloaded: { help: 'Requests with events that were asked to come again', read: () => tracking.counts.overloaded },
    shoal_events_waiting: { help: 'Events that wait for the journal', read: () => tracking.counts.waiting },
    shoal_jobs_running: { help: 'Jobs at work', read: () => jobs.counts().running },
    shoal_jobs_queued: { help: 'Jobs that wait', read: () => jobs.counts().queued },
    shoal_streams: { help: 'Open streams of events', read: () => [...streams.values()].reduce((sum, n) => sum + n, 0) },
  });
  const writeKeys = openWriteKeys(services.home.keys, clock);
  const tools: Tools = { ...services, metrics, writeKeys, rejections, reports: openReports(), sessionLifetime: limits.session };
  const pages = options.pages === undefined ? undefined : await openPages(options.pages);
  const send = createSender();

  const tracking = createTracking({
    intake: services.intake, writeKeys, rejections, webhooks: options.webhooks ?? {}, clock, hosts: options.hosts ?? [], https, behindProxy: options.behindProxy ?? false, strangers: perAddress, limits: limits.tracking,
    observe: metrics.observe, log: options.log,
  });
  const app = fastify({
    serverFactory: listener(tracking),
    logger: false, trustProxy: options.behindProxy ? (_address, hop) => hop === 0 : false, genReqId: () => randomUUID(), requestIdHeader: false, exposeHeadRoutes: false, forceCloseConnections: true,
    routerOptions: { maxParamLength: 4000, querystringParser: readQuery },
    frameworkErrors: (error, request, reply) => void refuse(error, request as FastifyRequest, reply as FastifyReply),
    clientErrorHandler: ({ code }, socket) => void socket.end(`HTTP/1.1 ${clientErrors[code ?? ''] ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`),
  });
  app.decorateRequest('workspace', undefined);
  app.decorateRequest('fault', undefined);
  app.decorateRequest('caller');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request: FastifyRequest, payload: Readable) => readBody(request, payload, limits));
  app.setErrorHandler(refuse);

  app.addHook('onRequest', async (request, reply) => {
    request.caller = nobody;
    guardHeaders(request, reply);
    checkHost(request.headers.host, options.hosts ?? []);
    take(perAddress, request.ip);
    const id = request.routeOptions.config.route;
    if (!id) return;
    const { authorization } = request.headers;
    const { secret } = sessionCookie(request, reply, https);
    checkOrigin(request.headers, secret !== undefined && authorization === undefined, request.method !== 'GET');
    if (contract[id].role === 'anyone') return;
    request.caller = await identify({ authorization, cookie: secret }, services.home, awake);
    authorize(request.caller, id);
    take(perCaller, callerKey(request));
    request.workspace = workspaceOf(request.caller, saidWorkspace(request));
  });

  app.addHook('onResponse', async (request, reply) => {
    const { caller: { via, role }, method, workspace, fault } = request;
    const route = request.routeOptions.config.route?.replace(/^\S+ /, '') ?? 'other';
    const status = reply.raw.statusCode;
    metrics.observe(route, method, status, reply.elapsedTime / 1000);
    options.log?.({
      level: status >= 500 ? 'error' : 'info', request: request.id, method, route, status, ms: Math.round(reply.elapsedTime * 10) / 10, via, ...(role && { role }), ...(workspace && { workspace }), ...(fault && { fault }),
    });
  });

  for (const id of Object.keys(contract) as RouteId[]) {
    const [method, url] = id.split(' ');
    app.route({ method: method as HTTPMethods, url, config: { route: id }, handler: (request, reply) => answer(id, request, reply) });
  }
  for (const { path, type, text } of Object.values(docsAssets)) {
    app.get(path, (_, reply) => reply.headers({ 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }).send(text));
  }
  refuseOtherMethods(app);
  app.setNotFoundHandler(async (request, reply) => {
    if (pages && request.method === 'GET' && !request.url.startsWith('/v1/') && (await pages.send(request, reply))) return reply;
    return refuse(new ShoalError('server/no-route', { method: request.method, path: request.url.split('?', 1)[0].slice(0, 100) }), request, reply);
  });
  return app;

  async function answer(id: RouteId, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const route: Route = contract[id];
    const { workspace = 'main', caller } = request;
    const timed = !route.takesBytes && route.answers !== 'events' && route.answers !== 'file';
    const stop = new AbortController();
    reply.raw.once('close', () => reply.raw.writableFinished || stop.abort());
    if (reply.raw.destroyed) stop.abort();
    const { params, query, body } = checkedParts(route, request);
    const reason = (body as { why?: string } | undefined)?.why ?? (query as { why?: string }).why;
    const asked: Asked = {
      params, query, body, bytes: request.body as AsyncIterable<Uint8Array>, caller, workspace, by: { actor: caller.actor, request: request.id, ...(reason && { reason }) },
      place: () => services.workspaces.open(workspace), signal: stop.signal, session: sessionCookie(request, reply, https),
    } as unknown as Asked;
    const handler = handlers[id] as (asked: Asked, tools: Tools) => unknown;
    const work = (async () => handler(asked, tools))();
    const made = await (timed ? inTime(work, stop, limits.longest) : work);
    const given = isKept(made) ? { ...made, make: () => inTime(made.make(), stop, limits.longest) } : made;
    reply.code(route.status);
    if (id === 'GET /docs') reply.header('content-security-policy', pagePolicy);
    if (route.answers === 'events') return stream(request, reply, given as AsyncIterable<unknown>);
    if (route.answers === 'file') return sendFile(reply, given as SentFile);
    if (route.status === 204) return reply.header('cache-control', 'no-store').send();
    if (options.checkAnswers && route.answers === 'json') mustFit(id, isKept(given) ? await given.make() : given);
    return send(request, reply, `${id} ${workspace} ${services.version}`, given);
  }

  async function stream(request: FastifyRequest, reply: FastifyReply, items: AsyncIterable<unknown>): Promise<void> {
    const key = callerKey(request);
    const open = streams.get(key) ?? 0;
    if (open >= limits.streams) throw new ShoalError('server/too-many', { seconds: 5 });
    streams.set(key, open + 1);
    await sendEvents(reply, items).finally(() => (streams.get(key)! > 1 ? streams.set(key, streams.get(key)! - 1) : streams.delete(key)));
  }

  /** Says no in words. Failed logins are counted here, whichever way they came. */
  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    guardHeaders(request, reply);
    let problem = problemOf(error, request.id);
    if (problem.code === 'server/who-are-you' && (request.headers.authorization !== undefined || request.routeOptions.config?.route === 'POST /v1/session')) {
      const seconds = failedLogins.take(request.ip);
      if (seconds) problem = problemOf((error = new ShoalError('server/too-many', { seconds })), request.id);
    }
    request.fault = problem.code === 'server/failed' ? faultOf(error) : untold(error);
    if (error instanceof ShoalError && error.code === 'server/too-many') reply.header('retry-after', (error as ShoalError<'server/too-many'>).details.seconds);
    reply.removeHeader('etag');
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    // What is left of a body is read and forgotten, or its sender would see a broken connection instead of the answer; from strangers it is not taken.
    if (request.caller?.via === 'nobody' && !request.raw.complete) reply.header('connection', 'close');
    return reply.code(problem.status).headers({ 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' }).send(problemText(problem));
  }

  function guardHeaders(request: FastifyRequest, reply: FastifyReply): void {
    reply.headers({ ...securityHeaders, 'content-security-policy': dataPolicy, 'x-request-id': request.id });
    if (https) reply.header('strict-transport-security', 'max-age=31536000');
  }
}

const clientErrors: Readonly<Record<string, string>> = { HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large', ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout' };

const callerKey = ({ caller: { via, id } }: FastifyRequest) => `${via} ${id}`;

/** @throws `server/too-many` */
function take(bucket: Bucket, caller: string): void {
  const seconds = bucket.take(caller);
  if (seconds) throw new ShoalError('server/too-many', { seconds });
}

function checkedParts({ params, query, body, takesBytes }: Route, request: FastifyRequest): { params: unknown; query: unknown; body: unknown } {
  const { workspace: _, ...said } = request.query as Record<string, unknown>;
  const parts: Part[] = [['path', params, request.params], ['query', query, said]];
  if (body && !takesBytes) parts.push(['body', body, request.body]);
  if (!body && request.body !== undefined) throw new ShoalError('server/invalid', { problems: [{ at: 'body', message: 'is not taken here' }] });
  const values = checkParts(parts);
  return { params: values[0], query: values[1], body: values[2] };
}

/** Gives up on work that takes longer than `longest` milliseconds, and tells it so. @throws `server/too-long` */
async function inTime<T>(work: Promise<T>, stop: AbortController, longest: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      fail(new ShoalError('server/too-long', { seconds: Math.round(longest / 1000) }));
      stop.abort();
    }, longest);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Methods that an address does not have are refused as such, not as an unknown address. */
function refuseOtherMethods(app: FastifyInstance): void {
  const all = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  const found = new Map<string, string[]>();
  for (const id of Object.keys(contract)) {
    const [method, url] = id.split(' ');
    const path = url.replace(/:\w+/g, ':any');
    found.set(path, [...(found.get(path) ?? []), method]);
  }
  for (const [url, methods] of found) {
    const allowed = methods.sort().join(', ');
    app.route({
      url, method: all.filter((method) => !methods.includes(method)) as HTTPMethods[],
      handler: (request, reply) => {
        reply.header('allow', allowed);
        throw new ShoalError('server/wrong-method', { method: request.method, allowed });
      },
    });
  }
}

function mustFit(id: RouteId, given: unknown): void {
  if (isBytes(given)) return;
  const result = contract[id].answer.safeParse(given);
  assert(result.success, `the answer of '${id}' is not as its contract says: ${result.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`);
}
