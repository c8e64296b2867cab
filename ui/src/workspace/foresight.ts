import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { question } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { mapQuestion } from '../wire/maps.js';
import { isPublished, pickRun, useRuns } from '../wire/runs.js';

/** Milliseconds after which somebody reads what is there, and the browser has nothing better to do. */
const READING = 2500;
/** A map of more takes long to fetch for somebody who may not look at it: 10 bytes each. */
const MOST = 100_000;

/** Asks beforehand what other pages begin with and takes the server longest the first time: everybody on the map, and what rules can speak of. */
export function useForesight(): void {
  const wire = useWire();
  const queries = useQueryClient();
  const { data: runs } = useRuns();
  const run = runs && pickRun(runs.filter(isPublished));
  const [id, small] = [run?.id, run !== undefined && run.summary.entities <= MOST];
  useEffect(() => {
    if (id === undefined) return;
    const wait = setTimeout(() => {
      void queries.prefetchQuery(question(wire, 'GET /v1/rules/vocabulary'));
      if (small) void queries.prefetchQuery(mapQuestion(wire, id));
    }, READING);
    return () => clearTimeout(wait);
  }, [id, small, queries, wire]);
}
