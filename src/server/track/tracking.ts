import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiKey } from '../../domain/api-key.js';
import type { Event } from '../../domain/event.js';
import { assert, ShoalError } from '../../errors.js';
import type { Receipt } from '../../flow/live/live.js';
import { messageLimits } from '../../ingest/track/message.js';
import { parseBody } from '../../ingest/track/parse-body.js';
import type { WebhookSource } from '../../ingest/track/webhook-source.js';
import { readMessages, type ReadMessages } from '../../ingest/track/read-messages.js';
import { trackRoutes } from '../contract/track.js';
import { checkHost, dataPolicy, securityHeaders } from '../guard.js';
import type { Bucket } from '../limits.js';
import type { LogLine } from '../log-line.js';
import { faultOf } from '../problem.js';
import { readBytes } from './body.js';
import { createComing } from './coming.js';
import { createHeld } from './held.js';
import { placeOf, type Place } from './place.js';
import type { Rejections } from './rejections.js';
import { keyInBody, secretIn } from './secret.js';
import { isSigned, webhookBatch } from './webhook.js';
import type { WriteKeys } from './write-keys.js';

/** Where events go. */
export interface Intake {
  /** Resolves when all are on stable storage. @throws `live/overloaded`, `store/unavailable`, `store/not-found` where there is no such workspace */
  accept(workspace: string, events: readonly Event[]): Promise<readonly Receipt[]>;
}

export interface TrackingOptions {
  readonly intake: Intake;
  readonly writeKeys: WriteKeys;
  readonly rejections: Rejections;
  readonly webhooks: Readonly<Record<string, WebhookSource>>;
  readonly clock: () => number;
  readonly hosts: readonly string[];
  readonly https: boolean;
  readonly behindProxy: boolean;
  /** Requests of an address without a key that is good. */
  readonly strangers: Bucket;
  readonly limits: TrackingLimits;
  readonly observe: (route: string, method: string, status: number, seconds: number) => void;
  readonly log?: (line: LogLine) => void;
}

/** What may be under way at once: beyond it, senders are asked to come again. Times in ms, sizes in bytes. */
export interface TrackingLimits {
  /** Events that wait for the journal. */
  readonly waiting: number;
  /** Bodies that are being read or wait. */
  readonly bytes: number;
  /** Until a body must be there. */
  readonly slowest: number;
}

export interface Tracking {
  /** Answers a request of the tracking API; false where it is none. */
  take(request: IncomingMessage, response: ServerResponse): boolean;
  readonly counts: { readonly accepted: number; readonly duplicate: number; readonly overloaded: number; readonly waiting: number };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
}

/** Seconds after which to come again: the journal writes what waits many times in one. */
const retryAfter = 1;
/** A single message of 32 KB has its key and times around it. */
const singleLimit = messageLimits.event + 2048;
const taken: Answer = { status: 200, body: '{"success":true}' };
const busyBody = said('Too much arrives at once. Send it again in a moment.', 'rate_limited');
const jsonType = 'application/json; charset=utf-8';
const ignore = () => {};

/**
 * The tracking API as the official Segment SDKs speak it. It stands beside the framework, on the plain request, because this is asked thousands of times a second: whoever sends too much is
 * refused before anything of it is read. Names of hosts, sizes, times and rates are guarded as everywhere; no address, key or payload is ever logged.
 */
export function createTracking(options: TrackingOptions): Tracking {
  const { intake, writeKeys, rejections, webhooks, clock, hosts, https, behindProxy, strangers, limits, observe, log } = options;
  const counts = { accepted: 0, duplicate: 0, overloaded: 0, waiting: 0 };
  const held = createHeld(limits.bytes);
  const coming = createComing(() => performance.now());
  // In the form that Node takes as it is: made once, since refusing must cost next to nothing.
  const headers: readonly string[] = Object.entries({
    ...securityHeaders, 'cross-origin-resource-policy': 'cross-origin', 'content-security-policy': dataPolicy, 'cache-control': 'no-store', ...(https && { 'strict-transport-security': 'max-age=31536000' }), vary: 'Origin',
  }).flat();
  const busyHeaders: readonly string[] = [...headers, 'content-type', jsonType, 'content-length', String(busyBody.length), ...waitHeaders(retryAfter)];
  return {
    counts,
    take(request, response) {
      const place = placeOf(request.url ?? '');
      if (!place) return false;
      if (request.method === 'POST' && place.type !== 'settings' && place.type !== 'metrics' && isFull(request)) {
        refuseAtOnce(request, response);
        return true;
      }
      // Nothing is left to say where even an answer cannot be written.
      serve(place, request, response).catch(() => response.destroy());
      return true;
    },
  };

  /** What is only announced takes half the room at most: nobody is kept out by bodies that do not come. */
  function isFull(request: IncomingMessage): boolean {
    return counts.waiting + Math.min(coming.events, limits.waiting / 2) >= limits.waiting || held.isFull(addressOf(request));
  }

  /** Before anything of it is looked at: a sender that is told to wait takes no more than its answer from those that are served. It is counted, not logged. */
  function refuseAtOnce(request: IncomingMessage, response: ServerResponse): void {
    counts.overloaded++;
    request.on('error', ignore);
    const { origin } = request.headers;
    response.writeHead(429, origin === undefined ? (busyHeaders as string[]) : [...busyHeaders, ...corsHeaders(origin)]);
    response.end(busyBody);
    // Node reads what comes of the body and forgets it. Nearly always it came with its head.
    setImmediate(() => request.complete || endSoon(request, limits.slowest));
  }

  async function serve(place: Place, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const id = randomUUID();
    const asked: Asked = { place, request, fault: undefined, workspace: undefined };
    request.on('error', ignore);
    let answer: Answer;
    try {
      checkHost(request.headers.host, hosts);
      answer = await answered(asked);
    } catch (error) {
      answer = refused(error, asked);
    }
    const { method = '', headers: { origin } } = request;
    const route = place.id.slice(place.id.indexOf(' ') + 1);
    if (!response.destroyed) {
      // What is left of a body that nobody wants is not waited for, but for what is on its way already.
      const left = !request.complete && answer.status !== 429;
      response.writeHead(answer.status, [
        ...headers, 'x-request-id', id, ...(origin === undefined ? [] : corsHeaders(origin)), ...(answer.body === '' ? [] : ['content-type', jsonType]), 'content-length', String(Buffer.byteLength(answer.body)),
        ...(left ? ['connection', 'close'] : []), ...(answer.headers ?? []),
      ]);
      response.end(answer.body);
      if (!request.complete) endSoon(request, limits.slowest);
    }
    const took = performance.now() - began;
    observe(route, method, answer.status, took / 1000);
    log?.({ level: answer.status >= 500 ? 'error' : 'info', request: id, method, route, status: answer.status, ms: Math.round(took * 10) / 10, via: 'key', ...(asked.workspace && { workspace: asked.workspace }), ...(asked.fault && { fault: asked.fault }) });
  }

  function answered(asked: Asked): Answer | Promise<Answer> {
    const { place: { type }, request: { method } } = asked;
    const [own, allowed] = type === 'settings' ? ['GET', 'GET, OPTIONS'] : ['POST', 'POST, OPTIONS'];
    if (method === 'OPTIONS') return preflight(asked.request);
    if (method !== own) return { status: 405, body: said(`This takes only ${own}.`, 'invalid_request'), headers: ['allow', allowed] };
    if (type === 'settings') return settings(asked);
    if (type === 'metrics') return dropped(asked);
    return received(asked);
  }

  async function received(asked: Asked): Promise<Answer> {
    const { place: { type, part }, request } = asked;
    const source = type === 'webhook' ? (Object.hasOwn(webhooks, part!) ? webhooks[part!] : undefined) : undefined;
    const secret = secretIn(request);
    // Whoever shows a key that is no good is refused before its body is read.
    const key = secret === undefined ? undefined : await goodKey(secret, asked);
    const limit = type === 'batch' || type === 'webhook' ? messageLimits.batch : singleLimit;
    // What is packed may become as large as anything may be.
    const expected = request.headers['content-encoding'] === undefined ? Math.min(limit, Number(request.headers['content-length'] ?? limit) || limit) : limit;
    const release = held.take(addressOf(request), expected);
    const came = coming.expect(request, limit);
    try {
      // Handed on without a name: what has one here is kept until the answer is there.
      return await messagesIn(asked, { source, key, limit }).finally(came).then((read) => {
        coming.measure(request, read.events.length);
        return accepted(read, asked);
      });
    } finally {
      release();
    }
  }

  async function messagesIn(asked: Asked, { source, key, limit }: { readonly source: WebhookSource | undefined; readonly key: ApiKey | undefined; readonly limit: number }): Promise<ReadMessages> {
    const { place: { type, part }, request } = asked;
    const bytes = await readBytes(request, limit, limits.slowest);
    let body: unknown;
    if (source?.signature) {
      if (!isSigned(bytes, request.headers, source.signature, clock())) throw new ShoalError('server/who-are-you', { reason: 'The body is not signed with the secret of its source.' });
      asked.workspace = source.workspace;
      body = parseBody(bytes);
    } else {
      body = parseBody(bytes);
      if (!key) await goodKey(keyInBody(body), asked);
    }
    if (type === 'webhook') {
      if (!source) throw new ShoalError('ingest/bad-message', { reason: 'there is no source of that name in the configuration' });
      body = webhookBatch(part!, body, request.headers, source);
    }
    assert(type !== 'settings' && type !== 'metrics', `${type} takes no messages`);
    const read = readMessages(body, {
      type: type === 'webhook' ? 'batch' : type, received: Math.round(clock()), bytes: type === 'webhook' ? Infinity : bytes.byteLength, newId: randomUUID, ip: addressOf(request), privacy: request.headers['sec-gpc'] === '1',
    });
    // Ids of a program's own messages are apart from those that senders make up: nobody can use one up for it. No sender can write the character between.
    return type === 'webhook' ? { ...read, events: read.events.map((event) => ({ ...event, id: `${part}\0${event.id}` })) } : read;
  }

  /** What waits for the journal keeps nothing of what was read: under load that would be most of what is in memory. */
  function accepted({ events, rejected }: ReadMessages, { place: { id, type }, workspace = 'main' }: Asked): Answer | Promise<Answer> {
    if (rejected.length) rejections.add(workspace, rejected.map((one) => ({ ...one, at: Math.round(clock()), route: id })));
    if (events.length === 0 && rejected.length) return { status: 400, body: said(rejected[0].reason, 'invalid_request') };
    const answer = rejected.length && (type === 'batch' || type === 'webhook') ? { status: 200, body: JSON.stringify({ success: true, rejected: rejected.slice(0, 20) }) } : taken;
    if (events.length === 0) return answer;
    if (counts.waiting >= limits.waiting) throw new ShoalError('live/overloaded', { seconds: retryAfter });
    return journaled(intake.accept(workspace, events), events.length, answer);
  }

  async function journaled(receipts: Promise<readonly Receipt[]>, waiting: number, answer: Answer): Promise<Answer> {
    counts.waiting += waiting;
    try {
      for (const receipt of await receipts) counts[receipt]++;
    } finally {
      counts.waiting -= waiting;
    }
    return answer;
  }

  /** The key, if it may write here. @throws `server/who-are-you`, `server/not-allowed`, `server/too-many` */
  async function goodKey(secret: string | undefined, asked: Asked): Promise<ApiKey> {
    const found = secret === undefined ? undefined : writeKeys.find(secret);
    const key = found instanceof Promise ? await found : found;
    if (!key) {
      const seconds = strangers.take(addressOf(asked.request));
      if (seconds) throw new ShoalError('server/too-many', { seconds });
      throw new ShoalError('server/who-are-you', { reason: secret === undefined ? 'There is no write key.' : 'This write key is not known, or no longer good.' });
    }
    asked.workspace = key.workspace ?? 'main';
    if (!mayWrite(key, asked.place.id)) throw new ShoalError('server/not-allowed', { reason: key.only ? `This key can do only ${key.only.map((one) => `'${one}'`).join(', ')}.` : 'This key can do more than write events, and must not be where those are sent from. Make a write key.' });
    return key;
  }

  async function settings(asked: Asked): Promise<Answer> {
    await goodKey(asked.place.part, asked);
    const apiHost = `${asked.request.headers.host}/v1`;
    return { status: 200, body: JSON.stringify({ integrations: { 'Segment.io': { apiKey: asked.place.part, apiHost, protocol: https ? 'https' : 'http' } }, plan: {}, metrics: { sampleRate: 0 } }) };
  }

  /** Figures on itself that the browser SDK sends: nobody looks at them. */
  async function dropped({ request }: Asked): Promise<Answer> {
    await readBytes(request, messageLimits.batch, limits.slowest);
    return taken;
  }

  function addressOf({ headers, socket }: IncomingMessage): string {
    const said = behindProxy ? headers['x-forwarded-for'] : undefined;
    const last = (Array.isArray(said) ? said.join() : said)?.split(',').at(-1)?.trim();
    return last || (socket.remoteAddress ?? '');
  }

  function refused(error: unknown, asked: Asked): Answer {
    if (!(error instanceof ShoalError)) {
      asked.fault = faultOf(error);
      return { status: 500, body: said('The server has failed in a way it should not. Please report this.', 'failed') };
    }
    const known: ShoalError = error;
    if (known.status === 429) {
      counts.overloaded++;
      const { seconds = retryAfter } = known.details as { readonly seconds?: number };
      return { status: 429, body: busyBody, headers: waitHeaders(seconds) };
    }
    // What the SDKs do with 413 and 404 is not what they do with 400: drop it, and say why.
    if (known.code === 'ingest/bad-message') return { status: 400, body: said((known as ShoalError<'ingest/bad-message'>).details.reason, 'invalid_request') };
    if (known.code === 'server/too-large') return { status: 400, body: said(known.message, 'invalid_request') };
    if (known.code === 'store/not-found') return { status: 403, body: said('The workspace of this key is not there any more.', 'forbidden') };
    if (known.status >= 500) {
      asked.fault = known.message.slice(0, 500);
      return { status: 503, body: said('Events cannot be taken just now. Send it again later.', 'unavailable'), headers: ['retry-after', '5'] };
    }
    return { status: known.status, body: said(known.message, codes[known.status] ?? 'invalid_request') };
  }
}

interface Asked {
  readonly place: Place;
  readonly request: IncomingMessage;
  workspace: string | undefined;
  /** For the log: what the caller is not told. */
  fault: string | undefined;
}

const codes: Readonly<Record<number, string>> = { 401: 'unauthorized', 403: 'forbidden' };

function said(message: string, code: string): string {
  return JSON.stringify({ success: false, message, code });
}

/** A key that can only write, and may write here: through a batch everything can be written. */
function mayWrite({ only }: ApiKey, id: Place['id']): boolean {
  if (!only?.every((route) => Object.hasOwn(trackRoutes, route))) return false;
  return id === 'GET /v1/projects/:writeKey/settings' || only.includes(id) || only.includes('POST /v1/batch');
}

/** Pages of any origin may send; what they may say is only what the SDK says. */
function preflight({ headers }: IncomingMessage): Answer {
  return {
    status: 204, body: '',
    headers: [
      'access-control-allow-methods', 'POST, GET, OPTIONS', 'access-control-allow-headers', 'authorization, content-type, content-encoding, x-retry-count', 'access-control-max-age', '86400',
      ...(headers['access-control-request-private-network'] === 'true' ? ['access-control-allow-private-network', 'true'] : []),
    ],
  };
}

function waitHeaders(seconds: number): string[] {
  return ['retry-after', String(seconds), 'x-ratelimit-reset', String(seconds)];
}

function corsHeaders(origin: string): string[] {
  return ['access-control-allow-origin', origin, 'access-control-expose-headers', 'Retry-After, X-RateLimit-Reset'];
}

/** A body that goes on coming after its answer is cut off in the end. */
function endSoon(request: IncomingMessage, patience: number): void {
  const late = setTimeout(() => request.destroy(), patience).unref();
  request.once('close', () => clearTimeout(late)).resume();
}
