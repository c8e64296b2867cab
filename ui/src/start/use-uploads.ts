import { useCallback, useRef, useState } from 'react';
import type { StoredFile } from '../../../src/domain/file.js';
import { useRefresh } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { upload } from '../wire/upload.js';

/** A file on its way. */
export interface Upload {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  /** 0–1. */
  readonly share: number;
  readonly problem?: string;
  /** As the workspace has it, once it is there. */
  readonly stored?: StoredFile;
}

export interface Uploads {
  readonly list: readonly Upload[];
  add(files: readonly File[]): void;
  /** Stops a file that is on its way, or takes a failed one off the list. */
  drop(id: number): void;
}

/** Files on their way to the workspace, two at a time. */
export function useUploads(): Uploads {
  const wire = useWire();
  const refresh = useRefresh();
  const [list, setList] = useState<readonly Upload[]>([]);
  const next = useRef(1);
  const turns = useRef<Promise<void>[]>([Promise.resolve(), Promise.resolve()]);
  const stops = useRef(new Map<number, AbortController>());

  const change = useCallback((id: number, part: Partial<Upload>) => setList((before) => before.map((u) => (u.id === id ? { ...u, ...part } : u))), []);
  const send = useCallback(
    async (id: number, file: File) => {
      const stop = stops.current.get(id);
      if (!stop) return;
      try {
        const stored = await upload(wire, file.name, file, (share) => change(id, { share }), stop.signal);
        change(id, { share: 1, stored });
        await refresh();
      } catch (error) {
        if (!stop.signal.aborted) change(id, { problem: (error as Error).message });
      }
    },
    [wire, refresh, change],
  );
  const add = useCallback(
    (files: readonly File[]) => {
      for (const file of files) {
        const id = next.current++;
        stops.current.set(id, new AbortController());
        setList((before) => [...before, { id, name: file.name, bytes: file.size, share: 0 }]);
        const turn = id % turns.current.length;
        turns.current[turn] = turns.current[turn].then(() => send(id, file));
      }
    },
    [send],
  );
  const drop = useCallback((id: number) => {
    stops.current.get(id)?.abort();
    stops.current.delete(id);
    setList((before) => before.filter((u) => u.id !== id));
  }, []);
  return { list, add, drop };
}
