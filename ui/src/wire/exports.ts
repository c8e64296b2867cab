import { useCallback } from 'react';
import type { Call } from '../../../src/server/client.js';
import type { RouteId } from '../../../src/server/contract/contract.js';
import { saveBlob } from '../kit/save.js';
import type { WriteTable } from '../kit/table-files.js';
import { useWire } from './client.js';

/** Saves the file that a route answers with, under the name that it gives. @throws ProblemError */
export function useSaveFile(): <R extends RouteId>(route: R, call: Call<R>) => Promise<void> {
  const { client } = useWire();
  return useCallback(async (route, call) => {
    const response = await client.fetch(route, ...([call] as never));
    saveBlob(await response.blob(), /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'export');
  }, [client]);
}

/** Tables as files: the server writes them, so that there is one way in which CSV is made harmless and Parquet is made at all. */
export function useWriteTable(): WriteTable {
  const save = useSaveFile();
  return useCallback<WriteTable>(async (name, { columns, rows }, format) => {
    const cells = (await rows()).map((row) => row.map((cell) => (cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell)) ? null : cell)));
    await save('POST /v1/exports/table', { body: { name, format, columns: [...columns], rows: cells } });
  }, [save]);
}
