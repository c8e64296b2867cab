import type { SourceKind } from '../../../src/domain/source.js';
import type { BodyOf } from '../../../src/server/contract/contract.js';
import type { ChoosableRole } from '../data/roles.js';

export type RunOptions = NonNullable<BodyOf<'POST /v1/discover'>['options']>;

/** What a person said otherwise than it was inferred: kinds of files, and what columns are, in the order in which it was said. */
export interface Corrections {
  readonly kinds: Readonly<Record<string, SourceKind>>;
  readonly roles: readonly { readonly source: string; readonly column: string; readonly role: ChoosableRole }[];
}

export const NONE: Corrections = { kinds: {}, roles: [] };

export const countOf = ({ kinds, roles }: Corrections): number => Object.keys(kinds).length + roles.length;

/** Sets what a file is, or lets it be inferred again. */
export function withKind({ kinds, ...rest }: Corrections, source: string, kind: SourceKind | undefined): Corrections {
  const { [source]: _, ...others } = kinds;
  return { ...rest, kinds: kind ? { ...others, [source]: kind } : others };
}

/**
 * Sets what a column is, or lets it be inferred again. A role other than outcome and left-out belongs to one column of a file, and over several files only to
 * columns of one name: what was said before and cannot stand beside it goes.
 */
export function withRole({ roles, ...rest }: Corrections, source: string, column: string, role: ChoosableRole | undefined): Corrections {
  const others = roles.filter((r) => !(r.source === source && r.column === column));
  if (!role) return { ...rest, roles: others };
  const standing = many(role) ? others : others.filter((r) => r.role !== role || (r.source !== source && r.column === column));
  return { ...rest, roles: [...standing, { source, column, role }] };
}

/** The corrections as options of a run. Where the same column of several files is meant, it is named without its file. */
export function optionsOf({ kinds, roles }: Corrections): RunOptions {
  const options: Record<string, unknown> = {};
  for (const { source, column, role } of roles) {
    if (many(role)) options[role] = [...((options[role] as string[] | undefined) ?? []), `${source}.${column}`];
    else options[role] = options[role] === undefined ? `${source}.${column}` : column;
  }
  return { ...options, ...(Object.keys(kinds).length > 0 && { kind: kinds }) };
}

/** Options with more said on top: lists and kinds grow, anything else is replaced; what is empty is not said. */
export function merged(before: RunOptions, more: RunOptions): RunOptions {
  const lists = (['label', 'ignore'] as const).map((key) => [key, [...new Set([...(before[key] ?? []), ...(more[key] ?? [])])]] as const);
  const all = { ...before, ...more, ...Object.fromEntries(lists), kind: { ...(before.kind as object | undefined), ...(more.kind as object | undefined) } };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null && value !== '' && (typeof value !== 'object' || Object.keys(value).length > 0))) as RunOptions;
}

const many = (role: ChoosableRole): role is 'label' | 'ignore' => role === 'label' || role === 'ignore';
