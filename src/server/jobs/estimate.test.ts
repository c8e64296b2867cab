import { describe, expect, it } from 'vitest';
import { remaining } from './estimate.js';

const usual = [['ingest', 1000], ['segment', 2000], ['explain', 1000]] as const;
const stages = (...starts: [string, number][]) => new Map(starts);

describe('the time that is left', () => {
  it('is what the stages took before, at the pace of this one', () => {
    // Ingest took 3 s instead of 1; segmenting will take 6, explaining 3.
    expect(remaining({ stages: stages(['ingest', 0], ['segment', 3000]), usual, now: 3000 })).toBe(9000);
    expect(remaining({ stages: stages(['ingest', 0], ['segment', 3000]), usual, now: 5000 })).toBe(7000);
  });

  it('uses what is known of the share done', () => {
    // A quarter of segmenting is done at 4.5 s: 1.5 of the usual 4 s have taken 4.5.
    expect(remaining({ stages: stages(['ingest', 0], ['segment', 3000]), done: 0.25, usual, now: 4500 })).toBe(7500);
  });

  it('never says less than nothing where a stage takes longer than ever', () => {
    expect(remaining({ stages: stages(['ingest', 0], ['segment', 1000]), usual, now: 60_000 })).toBe(1000);
  });

  it('is unknown at the beginning, in a stage that was never seen, and without a time before', () => {
    expect(remaining({ stages: stages(['ingest', 0]), usual, now: 500 })).toBeUndefined();
    expect(remaining({ stages: stages(['ingest', 0]), done: 0.1, usual, now: 500 })).toBeUndefined();
    expect(remaining({ stages: stages(['ingest', 0], ['dream', 900]), usual, now: 1000 })).toBeUndefined();
    expect(remaining({ stages: stages(['ingest', 0], ['segment', 900]), usual: [], now: 1000 })).toBeUndefined();
    expect(remaining({ stages: new Map(), usual, now: 1000 })).toBeUndefined();
  });
});
