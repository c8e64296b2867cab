import { describe, expect, it } from 'vitest';
import { doneShare, duration, stagesOf, stageWords, timeLeft } from './job-words.js';

const progress = (stage: string, more: object = {}) => ({ stage, elapsed: 10_000, ...more });

describe('a job in words', () => {
  it('names the stage as people would', () => {
    expect(stageWords({ state: 'running', progress: progress('ingest') })).toBe('Reading and cleaning the files');
    expect(stageWords({ state: 'running', progress: progress('never heard of') })).toBe('Getting ready');
    expect(stageWords({ state: 'queued' })).toBe('Waits for its turn');
  });

  it('shows the course with what is done, what is being done and what comes', () => {
    const states = stagesOf({ kind: 'discover', state: 'running', progress: progress('segment') }).map((s) => s.state);
    expect(states).toEqual(['done', 'done', 'now', 'later', 'later', 'later']);
    expect(stagesOf({ kind: 'discover', state: 'done', progress: progress('write') }).every((s) => s.state === 'done')).toBe(true);
  });

  it('shows only where it is, of work whose course is not known', () => {
    expect(stagesOf({ kind: 'what-if', state: 'running', progress: progress('segment') })).toHaveLength(1);
    expect(stagesOf({ kind: 'what-if', state: 'running' })).toEqual([]);
  });

  it('measures what is done by the time taken and left', () => {
    expect(doneShare({ progress: progress('segment', { remaining: 30_000 }) })).toBe(0.25);
    expect(doneShare({ progress: progress('segment', { done: 0.4 }) })).toBe(0.4);
    expect(doneShare({ progress: progress('segment') })).toBeUndefined();
    expect(doneShare({})).toBeUndefined();
  });

  it('says times as people do', () => {
    expect([400, 1000, 7000, 43_000, 100_000, 3_600_000, 7_000_000].map(duration)).toEqual(['1 second', '1 second', '7 seconds', '45 seconds', '2 minutes', '1 hour', '2 hours']);
    expect(timeLeft({ progress: progress('segment', { remaining: 12_000 }) })).toBe('about 10 seconds left');
    expect(timeLeft({})).toBeUndefined();
  });
});
