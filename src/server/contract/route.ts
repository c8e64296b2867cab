import { z } from 'zod';
import type { Role } from '../../domain/role.js';

/** How an answer travels: a JSON document, bytes as they are, server-sent events, or a file to keep. */
export type Answering = 'json' | 'bytes' | 'events' | 'file';

/** One thing the server can be asked: everything that routing, checks, documentation, the client and the tests of rights need to know of it. */
export interface Route<P extends z.ZodObject = z.ZodObject, Q extends z.ZodObject = z.ZodObject, B extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType, W extends Answering = Answering> {
  /** The least role that may ask: viewers look at groups, analysts also at people and build and run, operators change what is in use, admins do everything; 'anyone' needs no token. */
  readonly role: Role | 'anyone';
  /** Of the whole server: refused to keys and logins that are bound to one workspace. */
  readonly serverWide?: boolean;
  /** Asked with a key that can only write events. */
  readonly writes?: boolean;
  /** One line, for documentation. */
  readonly summary: string;
  readonly details?: string;
  /** Strings in the path. */
  readonly params: P;
  readonly query: Q;
  /** Absent: the route takes none. */
  readonly body?: B;
  /** The body is taken as bytes, not as JSON. */
  readonly takesBytes?: boolean;
  readonly answer: A;
  readonly answers: W;
  readonly status: 200 | 201 | 202 | 204;
}

interface RouteInput<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType, W extends Answering> {
  readonly role: Route['role'];
  readonly serverWide?: boolean;
  readonly writes?: boolean;
  readonly summary: string;
  readonly details?: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly takesBytes?: boolean;
  readonly answer: A;
  readonly answers?: W;
  readonly status?: Route['status'];
}

type Nothing = z.ZodObject<Record<never, never>, z.core.$strict>;
const nothing: Nothing = z.strictObject({});

/** Declares a route; what is not said is nothing, JSON and 200. */
export function route<P extends z.ZodObject = Nothing, Q extends z.ZodObject = Nothing, B extends z.ZodType = z.ZodUndefined, A extends z.ZodType = z.ZodType, const W extends Answering = 'json'>(said: RouteInput<P, Q, B, A, W>): Route<P, Q, B, A, W> {
  return { ...said, params: said.params ?? (nothing as unknown as P), query: said.query ?? (nothing as unknown as Q), answers: said.answers ?? ('json' as W), status: said.status ?? 200 };
}

/** A document whose type is declared in `domain/`: not checked on the way out, named in the documentation. */
export function document<T>(title: string, description: string): z.ZodType<T> {
  return z.custom<T>(() => true).meta({ title, description });
}

/** Why something is done: kept in the audit log. */
export const why = z.string().trim().max(500, 'must be at most 500 characters').optional().describe('Why; kept in the audit log');

/** A name that people give. */
export const title = z.string().trim().min(1, 'must not be empty').max(120, 'must be at most 120 characters');

/** Ids that the server gives: of runs, segments, jobs, keys. */
export const id = z.string().min(1).max(128).regex(/^[\p{L}\p{N}][\p{L}\p{N}._~-]*$/u, 'must be an id that the server gave');

/** An entity's own id, as the data has it. */
export const entityId = z.string().min(1).max(1000);

/** One page of a list. `total` is of the same snapshot as `items`. */
export const pageQuery = { offset: z.coerce.number().int().min(0).max(10_000_000).default(0), limit: z.coerce.number().int().min(1).max(500).default(50) };

/** Which run is asked about. */
export const inRun = { run: id.optional().describe("A run, or 'challenger'; the one in use by default") };

export const exportFormat = z.enum(['csv', 'json', 'ndjson', 'parquet']);

export const instant = z.number().int().describe('Milliseconds since 1970');
