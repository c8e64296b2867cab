import { queryOptions, useQuery } from '@tanstack/react-query';
import { keyOf } from './ask.js';
import { useWire, type Wire } from './client.js';
import { mapOf, type WireColours, type WireMap } from './map-bytes.js';

/** Everybody on the plane of a run, as TanStack Query wants it. It never changes, so it is asked for once. */
export function mapQuestion({ client, workspace }: Wire, run: string) {
  return queryOptions<WireMap>({
    queryKey: keyOf(workspace, 'GET /v1/runs/:run/map', { params: { run } }, true),
    queryFn: async ({ signal }) => {
      const response = await client.fetch('GET /v1/runs/:run/map', { params: { run }, signal });
      return mapOf(await response.arrayBuffer(), JSON.parse(response.headers.get('Shoal-Map') ?? '{}'));
    },
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
}

/** Everybody on the plane of a run. */
export const useMap = (run: string) => useQuery(mapQuestion(useWire(), run));

/** A feature of everybody as colours of that plane; nothing is asked while there is no feature. */
export function useColours(run: string, feature: string | undefined) {
  const { client, workspace } = useWire();
  return useQuery<WireColours>({
    queryKey: keyOf(workspace, 'GET /v1/runs/:run/colours/:feature', { params: { run, feature } }, true),
    queryFn: async ({ signal }) => {
      const response = await client.fetch('GET /v1/runs/:run/colours/:feature', { params: { run, feature: feature ?? '' }, signal });
      return { ...(JSON.parse(response.headers.get('Shoal-Colours') ?? '{}') as Omit<WireColours, 'bins'>), bins: new Uint8Array(await response.arrayBuffer()) };
    },
    enabled: feature !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
}
