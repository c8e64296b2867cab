import { queryOptions, useMutation, type UseMutationResult, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import type { Call } from '../../../src/server/client.js';
import type { AnswerOf, RouteId } from '../../../src/server/contract/contract.js';
import { useWire, type Wire } from './client.js';

export interface AskOptions {
  /** False: not yet. */
  readonly enabled?: boolean;
  /** The answer can never change (a run's report, its map): asked for once, and left alone when something else changes. */
  readonly fixed?: boolean;
  /** The answer before stays on the page while another one comes (a list's next page). */
  readonly keep?: boolean;
  /** Asked again after so many ms, as long as the page is looked at. */
  readonly every?: number;
}

type Rest<R extends RouteId> = Record<never, never> extends Call<R> ? [call?: Call<R>, options?: AskOptions] : [call: Call<R>, options?: AskOptions];

/** What an answer is kept under. Everything 'live' is asked for again when something was changed. */
export const keyOf = (workspace: string, route: RouteId, call: object = {}, fixed = false) => [fixed ? 'fixed' : 'live', workspace, route, call] as const;

/** A question as TanStack Query wants it, for prefetching. */
export function question<R extends RouteId>({ workspace, client }: Wire, route: R, call?: Call<R>, { enabled, fixed, keep, every }: AskOptions = {}) {
  return queryOptions<AnswerOf<R>>({
    queryKey: keyOf(workspace, route, call, fixed),
    queryFn: async ({ signal }) => ((await client.ask(route, ...([{ ...call, signal }] as never))) ?? null) as AnswerOf<R>,
    ...(fixed && { staleTime: Number.POSITIVE_INFINITY, gcTime: 30 * 60_000 }),
    ...(enabled !== undefined && { enabled }),
    ...(every !== undefined && { refetchInterval: every }),
    ...(keep && { placeholderData: (before: unknown) => before as never }),
  });
}

/**
 * Asks the server for a JSON answer and keeps it: `const { data, error } = useAsk('GET /v1/runs')`.
 * Where an answer is undefined, `data` is null.
 */
export function useAsk<R extends RouteId>(route: R, ...[call, options]: Rest<R>): UseQueryResult<AnswerOf<R>> {
  return useQuery(question(useWire(), route, call, options));
}

/**
 * A change: `const rename = useTell('PATCH /v1/runs/:run'); rename.mutate({ params, body })`. What is on the page is asked for again afterwards,
 * without waiting for it: what is to happen on success must happen even where the new answers take the asking component off the page.
 */
export function useTell<R extends RouteId>(route: R): UseMutationResult<AnswerOf<R>, Error, Call<R>> {
  const { client } = useWire();
  const refresh = useRefresh();
  return useMutation({ mutationFn: (call: Call<R>) => client.ask(route, ...([call] as never)), onSettled: () => void refresh() });
}

/** Asks again for everything of this workspace that can have changed. */
export function useRefresh(): () => Promise<void> {
  const { workspace } = useWire();
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['live', workspace] });
}
