import { useMemo } from 'react';
import { useAsk } from '../wire/ask.js';

/** What a segment that is or was kept live is called, and where its page is within the workspace: nowhere, once it was removed. */
export interface NamedLive {
  readonly name: string;
  readonly path?: string;
}

/** Segments that are kept live by their ids: those made from rules, those the model in use found, and those removed since. */
export function useLiveNames(): ReadonlyMap<string, NamedLive> {
  const { data: made } = useAsk('GET /v1/live/segments');
  const { data: found } = useAsk('GET /v1/live/found');
  const { data: removed } = useAsk('GET /v1/live/removed');
  return useMemo(() => {
    const names = new Map<string, NamedLive>();
    for (const { id, name } of removed ?? []) names.set(id, { name });
    for (const { segment, name } of found ?? []) names.set(segment, { name, path: `segments/${encodeURIComponent(segment)}` });
    for (const { segment, name } of made ?? []) names.set(segment, { name, path: `live/segments/${encodeURIComponent(segment)}` });
    return names;
  }, [made, found, removed]);
}
