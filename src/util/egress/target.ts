import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';

/** Why an address is not sent to, before anything is asked of the network. */
export type TargetFault = 'not-a-url' | 'not-https' | 'has-credentials' | 'port' | 'private';

/** Where a request goes. */
export interface Target {
  readonly url: URL;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Named by the configuration: it may be private, without https and on any port. */
  readonly allowed: boolean;
}

/** Names of networks of one's own: never public, whatever they resolve to. */
const innerNames = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|test|invalid|example|onion|home\.arpa)$/;

/**
 * Checks a URL: https, no user or password in it, a port for web servers (443, or 1024 and up), no inner name, and where it names an address, a public one.
 * `allow`: hosts ('10.1.2.3', 'hooks.corp') and hosts with a port ('127.0.0.1:4000') to which none of this applies but the credentials.
 */
export function targetOf(text: string, allow: readonly string[] = []): Target | TargetFault {
  if (!URL.canParse(text)) return 'not-a-url';
  const url = new URL(text);
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') return 'not-https';
  if (url.username !== '' || url.password !== '') return 'has-credentials';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const allowed = allow.includes(host) || allow.includes(`${url.hostname}:${port}`);
  if (allowed) return { url, host, port, secure, allowed };
  if (!secure) return 'not-https';
  if (port !== 443 && port < 1024) return 'port';
  if (isIP(host) ? !isPublicAddress(host) : !host.includes('.') || innerNames.test(host)) return 'private';
  return { url, host, port, secure, allowed };
}
