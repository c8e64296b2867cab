import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { ShoalError } from '../errors.js';

/** Sent with every answer. Pages run only our own scripts, and nothing of ours can be shown or loaded by another origin. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()',
} as const;

/** The content security policy of a page: nothing inline, nothing from elsewhere. */
export const pagePolicy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'", "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'",
  "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
].join('; ');

/** Of answers that are no pages: should one be opened as such, it can do nothing. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/**
 * Refuses requests by a name that this server does not go by: a page elsewhere whose name was pointed here (DNS rebinding) sends its own. Loopback names are always good.
 * @throws `server/wrong-host`
 */
export function checkHost(host: string | undefined, allowed: readonly string[]): void {
  const name = host === undefined ? undefined : hostName(host);
  if (name === undefined || !(isLoopback(name) || allowed.includes(name))) throw new ShoalError('server/wrong-host', {});
}

/**
 * Refuses what a page of another origin sends with the cookie of its visitor (CSRF): browsers say where a request comes from in headers that scripts cannot set. `changes`: the
 * request could change something.
 * @throws `server/wrong-origin`
 */
export function checkOrigin({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders, withCookie: boolean, changes: boolean): void {
  const own = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
  if (origin !== undefined && !own && (changes || withCookie)) throw new ShoalError('server/wrong-origin', {});
  if (withCookie && site !== undefined && site !== 'same-origin' && site !== 'none') throw new ShoalError('server/wrong-origin', {});
  // A browser says at least one of the two with every request that changes something.
  if (withCookie && changes && !own && site !== 'same-origin') throw new ShoalError('server/wrong-origin', {});
}

/** The name in a Host header, in lower case, without port and brackets; undefined for what is none. */
function hostName(host: string): string | undefined {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(host);
  return (parts?.[1] ?? parts?.[2])?.toLowerCase();
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
