import type { z } from 'zod';
import type { By } from '../store/store.js';
import type { Caller } from './caller.js';
import type { AnswerOf, Contract, RouteId } from './contract/contract.js';
import type { Metrics } from './metrics.js';
import type { Reports } from './reports.js';
import type { Services } from './services.js';
import type { Rejections } from './track/rejections.js';
import type { WriteKeys } from './track/write-keys.js';
import type { OpenWorkspace } from './workspaces.js';

/** A checked request: what a handler is given. */
export interface Asked<R extends RouteId = RouteId> {
  readonly params: z.output<Contract[R]['params']>;
  readonly query: z.output<Contract[R]['query']>;
  /** As the schema gives it. */
  readonly body: Contract[R] extends { readonly takesBytes?: boolean; readonly body?: infer B } ? (NonNullable<B> extends z.ZodType ? z.output<NonNullable<B>> : undefined) : undefined;
  /** The body of a route that takes bytes, as it comes. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly caller: Caller;
  /** Who, why (the `why` of body or query) and in which request: for every change. */
  readonly by: By;
  /** The workspace that the request is about: the only one there is for a handler. */
  readonly workspace: string;
  /** @throws `store/not-found` */
  place(): Promise<OpenWorkspace>;
  /** Aborts when the caller has gone or the time is over. */
  readonly signal: AbortSignal;
  readonly session: SessionCookie;
}

/** What handlers work with. */
export interface Tools extends Services {
  readonly metrics: Metrics;
  readonly reports: Reports;
  readonly writeKeys: WriteKeys;
  readonly rejections: Rejections;
  /** Milliseconds that a browser's session lasts at most. */
  readonly sessionLifetime: number;
}

/** The cookie of a browser's session. */
export interface SessionCookie {
  readonly secret?: string;
  /** @param lifetime milliseconds */
  set(secret: string, lifetime: number): void;
  clear(): void;
}

/** An answer that stays the same under its key: asked for again with its ETag, it is neither made nor sent. */
export interface Kept<T> {
  readonly etag: string;
  make(): Promise<T>;
}

/** Bytes as they are. `facts` go into headers, as JSON. */
export interface Bytes {
  readonly type: string;
  readonly parts: readonly ArrayBufferView[];
  readonly facts?: Readonly<Record<`shoal-${string}`, unknown>>;
}

/** A file to keep; `done` is called once it is open, to take it out of its folder. */
export interface SentFile {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  done?(): Promise<void>;
}

type Answer<R extends RouteId> = {
  json: AnswerOf<R> | Kept<AnswerOf<R>> | Kept<Bytes>;
  bytes: Bytes | Kept<Bytes>;
  file: SentFile;
  events: AsyncIterable<AnswerOf<R>>;
}[Contract[R]['answers']];

/** What a route does. @throws ShoalError */
export type Handler<R extends RouteId> = (asked: Asked<R>, tools: Tools) => Promise<Answer<R>> | Answer<R>;

/** A handler for every route of a part of the contract: one missing or too many does not compile. */
export type Handlers<R extends RouteId> = { readonly [K in R]: Handler<K> };

export const isBytes = (answer: unknown): answer is Bytes => Array.isArray((answer as Bytes | null | undefined)?.parts) && (answer as Bytes).parts.every(ArrayBuffer.isView);
export const isKept = (answer: unknown): answer is Kept<unknown> => typeof (answer as Kept<unknown> | undefined)?.make === 'function';
