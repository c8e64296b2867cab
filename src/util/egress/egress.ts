import { lookup } from 'node:dns/promises';
import { request as overHttp, type ClientRequest } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isPublicAddress } from './public-address.js';
import { targetOf, type Target, type TargetFault } from './target.js';

/** Why there is no answer. `private`: the name leads to an address that is not of the public internet. */
export type EgressFault = TargetFault | 'unknown-host' | 'unreachable' | 'certificate' | 'timeout' | 'bad-answer';

/** What came of a request. Nothing else of an answer is ever given: what a server says there is its own. `ms`: how long it took. */
export type EgressAnswer =
  | { readonly status: number; readonly retryAfter?: string; readonly ms: number }
  | { readonly fault: EgressFault; readonly ms: number };

export interface EgressRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal?: AbortSignal;
}

export interface EgressOptions {
  /** See `targetOf`. */
  readonly allow?: readonly string[];
  /** ms for all of it: finding, connecting, sending, and the head of the answer. */
  readonly timeout?: number;
  /** For tests. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Certificates to trust beside the usual ones, for tests. */
  readonly ca?: string;
}

/** The one way out: POSTs to an address of the public internet. */
export interface Egress {
  send(request: EgressRequest): Promise<EgressAnswer>;
  /** Whether it would be sent, as far as that can be said without asking the network. */
  fault(url: string): TargetFault | undefined;
}

/** Bytes of an answer that are read, and thrown away. */
const mostRead = 65_536;
/** ms that the rest of an answer may take once its head is there. */
const longestRest = 2000;
/** Addresses of a name that are tried. */
const mostTried = 3;

/**
 * Every request that Shoal sends into the world goes through this. It resolves a name once, refuses it if a single one of its addresses is not public, connects to an address that was
 * checked (so that a name that means something else a moment later changes nothing), checks again whom it is connected to, and only then sends. Redirects are not followed.
 */
export function createEgress({ allow = [], timeout = 15_000, resolve = addressesOf, ca }: EgressOptions = {}): Egress {
  async function attempt(request: EgressRequest, signal: AbortSignal): Promise<{ status: number; retryAfter?: string } | { fault: EgressFault }> {
    const target = targetOf(request.url, allow);
    if (typeof target === 'string') return { fault: target };
    const addresses = isIP(target.host) ? [target.host] : await ended(resolve(target.host), signal).catch(() => []);
    if (signal.aborted) return { fault: 'timeout' };
    if (addresses.length === 0) return { fault: 'unknown-host' };
    if (!target.allowed && !addresses.every(isPublicAddress)) return { fault: 'private' };
    let fault: EgressFault = 'unreachable';
    for (const address of addresses.slice(0, mostTried)) {
      const socket = await connected(target, address, signal, ca);
      if (typeof socket !== 'string') return exchange(target, socket, request, signal);
      fault = socket;
      if (signal.aborted) break;
    }
    return { fault: signal.aborted ? 'timeout' : fault };
  }

  return {
    async send(request) {
      const start = performance.now();
      const signal = AbortSignal.any([AbortSignal.timeout(timeout), ...(request.signal ? [request.signal] : [])]);
      const answer = await attempt(request, signal).catch(() => ({ fault: 'bad-answer' as const }));
      return { ...answer, ms: Math.round(performance.now() - start) };
    },
    fault(url) {
      const target = targetOf(url, allow);
      return typeof target === 'string' ? target : undefined;
    },
  };
}

/** IPv4 first: it is there more often. */
async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.sort((a, b) => a.family - b.family).map(({ address }) => address);
}

/** A connection to this very address, on which nothing has been sent but the hello of TLS. */
function connected({ host, port, secure, allowed }: Target, address: string, signal: AbortSignal, ca?: string): Promise<Socket | EgressFault> {
  return new Promise((resolve) => {
    const at = { host: address, port };
    const socket = secure ? connectTls({ ...at, ...(!isIP(host) && { servername: host }), ALPNProtocols: ['http/1.1'], ...(ca && { ca }) }) : connect(at);
    const end = (found: Socket | EgressFault) => {
      signal.removeEventListener('abort', abort);
      if (typeof found === 'string') socket.destroy();
      resolve(found);
    };
    const abort = () => end('timeout');
    // Whom TLS would greet is checked before it does.
    socket.once('connect', () => {
      const reached = socket.remoteAddress ?? '';
      if (!allowed && !isPublicAddress(reached)) end('private');
    });
    socket.once(secure ? 'secureConnect' : 'connect', () => { if (!socket.destroyed) end(socket); });
    socket.on('error', (error: NodeJS.ErrnoException) => end(/CERT|SELF_SIGNED|ALTNAME|SSL|TLS|UNABLE_TO/.test(error.code ?? '') ? 'certificate' : 'unreachable'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

/** Sends, and reads the head of the answer. The rest is read so that the other side is not cut off in its words, and forgotten. */
function exchange({ url }: Target, socket: Socket, { headers, body }: EgressRequest, signal: AbortSignal): Promise<{ status: number; retryAfter?: string } | { fault: EgressFault }> {
  return new Promise((resolve) => {
    const content = Buffer.from(body);
    const request: ClientRequest = overHttp({
      createConnection: () => socket, method: 'POST', path: url.pathname + url.search, maxHeaderSize: 16_384,
      headers: { ...headers, host: url.host, 'content-length': content.length, connection: 'close' },
    });
    const end = (answer: { status: number; retryAfter?: string } | { fault: EgressFault }) => {
      signal.removeEventListener('abort', abort);
      resolve(answer);
    };
    const abort = () => {
      request.destroy();
      socket.destroy();
      end({ fault: 'timeout' });
    };
    signal.addEventListener('abort', abort, { once: true });
    request.on('error', () => end({ fault: 'bad-answer' }));
    request.on('upgrade', (response) => {
      socket.destroy();
      end({ status: response.statusCode ?? 101 });
    });
    request.on('response', (response) => {
      const after = response.headers['retry-after'];
      end({ status: response.statusCode ?? 0, ...(after !== undefined && { retryAfter: after.slice(0, 100) }) });
      let read = 0;
      response.on('data', (part: Buffer) => {
        read += part.length;
        if (read > mostRead) socket.destroy();
      });
      response.on('error', () => undefined);
      const long = setTimeout(() => socket.destroy(), longestRest);
      socket.once('close', () => clearTimeout(long));
    });
    request.end(content);
    if (signal.aborted) abort();
  });
}

/** The promise, or a refusal when the signal aborts. */
function ended<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
