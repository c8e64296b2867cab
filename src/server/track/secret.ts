import type { IncomingMessage } from 'node:http';

/** The key that a request shows: as the user name of Basic (with or without the colon behind it), as bearer, or in the query. */
export function secretIn({ headers: { authorization }, url = '' }: IncomingMessage): string | undefined {
  if (authorization === undefined) {
    const query = url.indexOf('?');
    return query < 0 ? undefined : new URLSearchParams(url.slice(query)).get('writeKey') ?? undefined;
  }
  const [, scheme, value] = /^(Basic|Bearer) +([\x21-\x7e]{1,400})$/i.exec(authorization) ?? [];
  if (scheme === undefined) return '';
  return scheme.toLowerCase() === 'bearer' ? value : Buffer.from(value, 'base64').toString('latin1').split(':', 1)[0];
}

/** The key that the body of an older SDK holds. */
export function keyInBody(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { writeKey } = body as { readonly writeKey?: unknown };
  return typeof writeKey === 'string' && writeKey !== '' ? writeKey : undefined;
}
