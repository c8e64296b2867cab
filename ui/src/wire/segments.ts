import { useAsk } from './ask.js';

/** Segments of the champion and those made by hand. */
export const useSegmentRows = () => useAsk('GET /v1/segments');

/** One segment with its history. */
export const useSegmentDetail = (segment: string) => useAsk('GET /v1/segments/:segment', { params: { segment } });
