import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCache, compressed, encodingFor, type Encoded, type Encoding } from './encode.js';
import { isBytes, isKept, type Bytes, type SentFile } from './handler.js';

/** Answers smaller than this, in bytes, are not worth compressing. */
const smallest = 1024;

/** Sends a JSON document or bytes. `scope` keeps apart what callers of different workspaces are told. */
export type Sender = (request: FastifyRequest, reply: FastifyReply, scope: string, answer: unknown) => Promise<FastifyReply>;

/** Compresses where the caller can read it, and holds up to `held` bytes of answers that do not change. */
export function createSender(held = 64 * 2 ** 20): Sender {
  const cache = answerCache(held);
  return async (request, reply, scope, answer) => {
    reply.header('vary', 'Accept-Encoding, Authorization, Cookie, Shoal-Workspace');
    const encoding = encodingFor(request.headers['accept-encoding']);
    if (!isKept(answer)) return send(reply.header('cache-control', 'no-store'), await encoded(answer, encoding, false));
    const key = createHash('sha256').update(JSON.stringify([scope, answer.etag])).digest('base64url');
    reply.header('cache-control', 'private, no-cache').header('etag', `"${key}"`);
    if (request.headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${key}"`)) return reply.code(304).send();
    return send(reply, await cache.get(`${key} ${encoding}`, async () => encoded(await answer.make(), encoding, true)));
  };
}

async function encoded(answer: unknown, encoding: Encoding | undefined, lasting: boolean): Promise<Encoded> {
  const { type, bytes, facts = {} } = isBytes(answer) ? { ...answer, bytes: joined(answer) } : { type: 'application/json; charset=utf-8', bytes: Buffer.from(JSON.stringify(answer ?? null)) };
  const headers = Object.fromEntries([['content-type', type], ...Object.entries(facts).map(([name, fact]) => [name, asciiJson(fact)])]);
  return bytes.byteLength < smallest || !encoding ? { body: bytes, headers } : { body: await compressed(bytes, encoding, lasting), encoding, headers };
}

function joined({ parts }: Bytes): Buffer {
  const buffers = parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  return buffers.length === 1 ? buffers[0] : Buffer.concat(buffers);
}

function send(reply: FastifyReply, { body, encoding, headers }: Encoded): FastifyReply {
  if (encoding) reply.header('content-encoding', encoding);
  return reply.headers(headers).send(body);
}

/** Headers carry no more than ASCII. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Sends a file to keep, streamed from the disk. One that is to go is gone before its first byte is sent: nothing is left behind, whatever happens on the way. */
export async function sendFile(reply: FastifyReply, { path, name, type, done }: SentFile): Promise<FastifyReply> {
  const file = await open(path);
  const { size } = await file.stat();
  await done?.();
  const stream = file.createReadStream();
  reply.raw.once('close', () => stream.destroy());
  const ascii = name.replace(/[^\w.-]+/g, '-');
  const whole = encodeURIComponent(Buffer.from(name).toString()).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return reply.headers({
    'cache-control': 'no-store', 'content-type': type, 'content-length': size, 'content-disposition': `attachment; filename="${ascii}"; filename*=UTF-8''${whole}`,
  }).send(stream);
}
