import { expect, it } from 'vitest';
import { openEngine } from '../src/engine/catalog.js';
import { runRound } from './parity-live/round.js';
import { subject } from './parity-live/subject.js';

it('live memberships are those of the rules\' SQL and of a naive look at every event, at every instant: 10,000 pairs of a rule and a history', async () => {
  const engine = await openEngine({ threads: 2 });
  try {
    let pairs = 0;
    for (let seed = 1; pairs < 10_000; seed++) {
      const outcome = await runRound(seed, subject, engine);
      expect(outcome.differences).toEqual([]);
      pairs += outcome.pairs;
    }
  } finally {
    await engine.close();
  }
}, 600_000);
