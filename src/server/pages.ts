import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { compressed, encodingFor, type Encoding } from './encode.js';
import { pagePolicy } from './guard.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon',
  '.woff2': 'font/woff2', '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.txt': 'text/plain; charset=utf-8', '.wasm': 'application/wasm',
};

/** The built workspace. Only files that were there when it was opened can be asked for, by their very names: no path is ever made of a request. */
export interface Pages {
  /** Sends a file, or the workspace's page for any address that is none; false where there is neither. */
  send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | false>;
}

interface Asset {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  readonly hashed: boolean;
  readonly encoded: Map<Encoding, Promise<Buffer>>;
}

/** Reads the folder of the built workspace into memory; one that is absent has no files. */
export async function openPages(folder: string): Promise<Pages> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const assets = new Map<string, Asset>();
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = await readFile(path);
    assets.set(`/${relative(folder, path).split(sep).join('/')}`, {
      bytes, type: types[extname(entry.name)] ?? 'application/octet-stream', etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
      hashed: /[.-][\w-]{8,}\.\w+$/.test(entry.name) && extname(entry.name) !== '.html', encoded: new Map(),
    });
  }
  const index = assets.get('/workspace.html') ?? assets.get('/index.html');
  return {
    async send(request, reply) {
      const path = pathOf(request.url);
      const asset = assets.get(path);
      const found = asset ?? (isPage(path, request.headers.accept) ? index : undefined);
      return found ? sendAsset(request, reply, found) : false;
    },
  };
}

/** An address of the workspace: one without an extension, or whatever a browser goes to as a page (ids of people may end like a file). */
function isPage(path: string, accept = ''): boolean {
  return !path.startsWith('/assets/') && (extname(path) === '' || accept.includes('text/html'));
}

function pathOf(url: string): string {
  const path = url.split('?', 1)[0];
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset): Promise<FastifyReply> {
  if (asset.type === types['.html']) reply.header('content-security-policy', pagePolicy);
  reply.headers({ 'cache-control': asset.hashed ? 'public, max-age=31536000, immutable' : 'no-cache', etag: asset.etag, vary: 'Accept-Encoding', 'content-type': asset.type });
  if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
  const encoding = encodingFor(request.headers['accept-encoding']);
  if (!encoding || asset.bytes.byteLength < 1024 || /^(image\/png|font)/.test(asset.type)) return reply.send(asset.bytes);
  const encoded = asset.encoded.get(encoding) ?? compressed(asset.bytes, encoding, true);
  asset.encoded.set(encoding, encoded);
  return reply.header('content-encoding', encoding).send(await encoded);
}
