import type { AnswerOf, BodyOf, ParamsOf, Problem, QueryOf, RouteId } from './contract/contract.js';

/** What a call is given: the parts of the path, the query and the body, as far as the route has them. */
export type Call<R extends RouteId> = Part<'params', ParamsOf<R>> & Part<'query', QueryOf<R>> & (BodyOf<R> extends undefined ? unknown : { readonly body: BodyOf<R> }) & { readonly signal?: AbortSignal };

/** Absent where there is nothing to say, optional where all of it is. */
type Part<K extends string, T> = string extends keyof T ? unknown : Partial<T> extends T ? { readonly [P in K]?: T } : { readonly [P in K]: T };

type Arguments<R extends RouteId> = Record<never, never> extends Call<R> ? [call?: Call<R>] : [call: Call<R>];

export interface Client {
  /** Asks for a JSON answer. @throws ProblemError */
  ask<R extends RouteId>(route: R, ...args: Arguments<R>): Promise<AnswerOf<R>>;
  /** The answer as it is, for bytes and files. @throws ProblemError */
  fetch<R extends RouteId>(route: R, ...args: Arguments<R>): Promise<Response>;
  /** Follows server-sent events until they end or `signal` aborts. @throws ProblemError */
  follow<R extends RouteId>(route: R, ...args: Arguments<R>): AsyncIterable<AnswerOf<R>>;
  /** The address of a route: for links and downloads. */
  address<R extends RouteId>(route: R, ...args: Arguments<R>): string;
}

export interface ClientOptions {
  /** Where the server is: 'http://127.0.0.1:7411'. Empty in a page that it serves. */
  readonly server?: string;
  /** An API key; pages that the server serves have a cookie instead. */
  readonly token?: string;
  /** Workspace to ask in, where the key is good for several. */
  readonly workspace?: string;
  readonly fetch?: typeof globalThis.fetch;
}

/** The server said no. `message` is its sentence. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/**
 * A typed client of a Shoal server, for Node and browsers.
 *
 * @example
 * const shoal = createClient({ server: 'http://127.0.0.1:7411', token: 'shl_…' });
 * const runs = await shoal.ask('GET /v1/runs');
 * const one = await shoal.ask('GET /v1/entities/:entity', { params: { entity: 'C42' } });
 */
export function createClient({ server = '', token, workspace, fetch = globalThis.fetch.bind(globalThis) }: ClientOptions = {}): Client {
  const address = (route: RouteId, { params = {}, query = {} }: Loose): string => {
    const path = route.slice(route.indexOf(' ') + 1).replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
    const said = new URLSearchParams(Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as [string, string]])));
    return `${server}${path}${said.size ? `?${said}` : ''}`;
  };
  const send = async (route: RouteId, call: Loose): Promise<Response> => {
    const bytes = call.body instanceof Uint8Array || (typeof Blob !== 'undefined' && call.body instanceof Blob);
    const response = await fetch(address(route, call), {
      method: route.slice(0, route.indexOf(' ')),
      signal: call.signal,
      credentials: 'same-origin',
      headers: {
        ...(call.body !== undefined && { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(workspace !== undefined && { 'shoal-workspace': workspace }),
      },
      ...(call.body !== undefined && { body: bytes ? (call.body as Uint8Array<ArrayBuffer> | Blob) : JSON.stringify(call.body) }),
    });
    if (!response.ok) throw new ProblemError(await problemOf(response));
    return response;
  };
  return {
    ask: async (route, ...[call]) => {
      const response = await send(route, (call ?? {}) as Loose);
      return (response.status === 204 ? undefined : await response.json()) as never;
    },
    fetch: (route, ...[call]) => send(route, (call ?? {}) as Loose),
    async *follow(route, ...[call]) {
      const response = await send(route, (call ?? {}) as Loose);
      for await (const data of eventsOf(response)) yield JSON.parse(data);
    },
    address: (route, ...[call]) => {
      const { params, query } = (call ?? {}) as Loose;
      return address(route, { params, query: { ...query, ...(workspace !== undefined && { workspace }) } });
    },
  };
}

interface Loose {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

async function problemOf(response: Response): Promise<Problem> {
  const said = await response.json().catch(() => undefined) as Problem | undefined;
  return said?.detail ? said : { type: 'about:blank', title: response.statusText, status: response.status, detail: `The server answered ${response.status} ${response.statusText}.`, code: 'server/unreachable' };
}

/** The data of server-sent events, one string per event. */
async function* eventsOf(response: Response): AsyncGenerator<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        const data = block.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart());
        if (data.length) yield data.join('\n');
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
