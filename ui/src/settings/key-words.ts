import type { ApiKey } from '../../../src/domain/api-key.js';
import type { Role } from '../../../src/domain/role.js';

/** What each role may do, in words. */
export const ROLE_WORDS: Readonly<Record<Role, { readonly title: string; readonly words: string }>> = {
  viewer: { title: 'Look', words: 'see groups and figures, but no single person' },
  analyst: { title: 'Look and build', words: 'also see people, add data, build segments, export' },
  operator: { title: 'Decide', words: 'also change what is in use, and remove runs' },
  admin: { title: 'Everything', words: 'also workspaces, keys and the audit log' },
};

/** Single things that programs are usually let do, instead of a role. */
export const SINGLE_RIGHTS: readonly { readonly routes: readonly string[]; readonly words: string }[] = [
  { routes: ['POST /v1/batch'], words: 'Send events' },
  { routes: ['GET /v1/entities/:entity'], words: 'Ask which segment someone is in' },
  { routes: ['GET /v1/segments', 'GET /v1/segments/:segment/export'], words: 'Fetch the members of segments' },
  { routes: ['PUT /v1/files/:name'], words: 'Deliver files' },
  { routes: ['GET /metrics'], words: 'Read figures for monitoring' },
];

/** What a key may do. */
export function mayWords({ role, only }: Pick<ApiKey, 'role' | 'only'>): string {
  if (role) return ROLE_WORDS[role].title;
  const known = SINGLE_RIGHTS.find((right) => right.routes.length === only?.length && right.routes.every((route) => only.includes(route)));
  return known?.words ?? `only ${only?.join(', ') ?? 'nothing'}`;
}
