import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ShoalError } from '../errors.js';
import { contract } from './contract/contract.js';
import type { Route } from './contract/route.js';
import type { SessionCookie } from './handler.js';
import { parseJson } from './json.js';

/** Sizes in bytes, times in milliseconds. */
interface BodyLimits {
  readonly json: number;
  readonly upload: number;
  readonly slowest: number;
}

/** The body as its route takes it: a JSON document, or the bytes as they come. @throws `server/wrong-type`, `server/too-large`, `server/too-slow`, `server/bad-json` */
export async function readBody(request: FastifyRequest, payload: Readable, limits: BodyLimits): Promise<unknown> {
  const id = request.routeOptions.config.route;
  const route: Route | undefined = id && contract[id];
  const takesBytes = route?.takesBytes ?? false;
  const limit = takesBytes ? limits.upload : limits.json;
  if (!takesBytes && !/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) throw new ShoalError('server/wrong-type', { expected: 'application/json' });
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new ShoalError('server/too-large', { limit: sized(limit) });
  return takesBytes ? watched(payload, limit, limits.slowest) : parseJson(await collected(payload, limit, limits.slowest));
}

async function collected(payload: Readable, limit: number, slowest: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const slow = setTimeout(() => payload.destroy(new ShoalError('server/too-slow', { seconds: Math.round(slowest / 1000) })), slowest).unref();
  try {
    let bytes = 0;
    for await (const chunk of left(payload)) {
      bytes += chunk.byteLength;
      if (bytes > limit) throw new ShoalError('server/too-large', { limit: sized(limit) });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(slow);
  }
}

/** Gives chunks on as they come, and gives up where none comes for too long or too many came. */
async function* watched(payload: Readable, limit: number, slowest: number): AsyncGenerator<Uint8Array> {
  const slow = setTimeout(() => payload.destroy(new ShoalError('server/too-slow', { seconds: Math.round(slowest / 1000) })), slowest).unref();
  try {
    let bytes = 0;
    for await (const chunk of left(payload)) {
      slow.refresh();
      bytes += chunk.byteLength;
      if (bytes > limit) throw new ShoalError('server/too-large', { limit: sized(limit) });
      yield chunk;
      slow.refresh();
    }
  } finally {
    clearTimeout(slow);
  }
}

/** What is still to come. Leaving it early leaves the connection open, so that the answer gets through. */
const left = (payload: Readable): AsyncIterable<Buffer> => payload.iterator({ destroyOnReturn: false });

const sized = (bytes: number) => (bytes >= 2 ** 30 ? `${Math.round(bytes / 2 ** 30)} GiB` : bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${Math.round(bytes / 1024)} KiB`);

/** The query as an object without a prototype; a name said twice is an array, which no schema takes. */
export function readQuery(text: string): Record<string, string | string[]> {
  const said: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const before = said[name];
    said[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return said;
}

/** The workspace that a request names, in its header or its query. */
export function saidWorkspace({ headers, query }: FastifyRequest): string | undefined {
  const header = headers['shoal-workspace'];
  const said = header ?? (query as Record<string, string | string[]>).workspace;
  return Array.isArray(said) ? said.join() : said;
}

/** The cookie of a browser's session. Browsers do not keep apart the ports of a host, so its name does. */
export function sessionCookie(request: FastifyRequest, reply: FastifyReply, https: boolean): SessionCookie {
  const port = /:(\d+)$/.exec(request.headers.host ?? '')?.[1] ?? '';
  const name = https ? '__Host-shoal' : `shoal_session${port && `_${port}`}`;
  const write = (value: string, seconds: number) => void reply.header('set-cookie', `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${https ? '; Secure' : ''}`);
  return {
    secret: request.headers.cookie?.split(';').map((pair) => pair.trim().split('=')).find(([key]) => key === name)?.[1],
    set: (secret, lifetime) => write(secret, Math.floor(lifetime / 1000)),
    clear: () => write('', 0),
  };
}
