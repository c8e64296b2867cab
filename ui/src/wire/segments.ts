import { question, useAsk } from './ask.js';
import type { Wire } from './client.js';
import { useAskedRun } from './runs.js';

/** Segments of the run in view and those made by hand. */
export const useSegmentRows = () => useAsk('GET /v1/segments', { query: { run: useAskedRun() } });

/** One segment with its history, with the numbers of the run in view. */
export const useSegmentDetail = (segment: string) => useAsk('GET /v1/segments/:segment', { params: { segment }, query: { run: useAskedRun() } });

/** What tells two segments apart, in the run that the address names. */
export const versusQuestion = (wire: Wire, segment: string, other: string, run: string | undefined) =>
  question(wire, 'GET /v1/segments/:segment/versus/:other', { params: { segment, other }, query: { run } }, { keep: true });
