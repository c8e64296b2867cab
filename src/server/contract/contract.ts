import type { z } from 'zod';
import { entityRoutes } from './entities.js';
import { exportRoutes } from './exports.js';
import { fileRoutes } from './files.js';
import { governRoutes } from './govern.js';
import { liveRoutes } from './live.js';
import { runRoutes } from './runs.js';
import { segmentRoutes } from './segments.js';
import { sessionRoutes } from './session.js';
import { webhookRoutes } from './webhooks.js';

/** Everything the server can be asked, by method and path. Routing, checks, documentation, client and the tests of rights are made of it. */
export const contract = { ...sessionRoutes, ...fileRoutes, ...runRoutes, ...segmentRoutes, ...entityRoutes, ...exportRoutes, ...liveRoutes, ...webhookRoutes, ...governRoutes } as const;

export type Contract = typeof contract;
export type RouteId = keyof Contract;

/** What a caller gives for a route, and gets. */
export type ParamsOf<R extends RouteId> = z.input<Contract[R]['params']>;
export type QueryOf<R extends RouteId> = z.input<Contract[R]['query']>;
export type BodyOf<R extends RouteId> = Contract[R] extends { readonly body?: infer B } ? (NonNullable<B> extends z.ZodType ? z.input<NonNullable<B>> : undefined) : undefined;
export type AnswerOf<R extends RouteId> = z.output<Contract[R]['answer']>;

/** A refusal: RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Of `errors.ts`, such as segment/unknown-algorithm. */
  readonly code: string;
  /** Every fault of the request, and where it is: 'body.name', 'query.limit'. */
  readonly problems?: readonly { readonly at: string; readonly message: string }[];
  readonly request?: string;
}
