import { useMemo } from 'react';
import { useAsk } from '../wire/ask.js';

/** Names of live segments by their ids. */
export function useSegmentNames(): ReadonlyMap<string, string> {
  const { data } = useAsk('GET /v1/live/segments');
  return useMemo(() => new Map(data?.map(({ segment, name }) => [segment, name])), [data]);
}
