import { useAsk } from './ask.js';
import { useAskedRun } from './runs.js';

/** Segments of the run in view and those made by hand. */
export const useSegmentRows = () => useAsk('GET /v1/segments', { query: { run: useAskedRun() } });

/** One segment with its history, with the numbers of the run in view. */
export const useSegmentDetail = (segment: string) => useAsk('GET /v1/segments/:segment', { params: { segment }, query: { run: useAskedRun() } });
