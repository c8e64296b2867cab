import { expect, it } from 'vitest';
import { importBundle } from './parity-live/bundle.mjs';
import { faults } from './parity-live/faults.js';
import { runRound, type Subject } from './parity-live/round.js';

/** Rounds that are run at most until a fault shows. */
const rounds = 12;

it.each(faults.map((fault) => [fault.name, fault] as const))('comparing finds it out if %s', async (_, { file, from, to, seed: first = 1 }) => {
  let put = 0;
  const { subject } = (await importBundle('test/parity-live/subject.ts', (path, text) => {
    if (path !== file) return text;
    put += text.split(from).length - 1;
    return text.replace(from, () => to);
  })) as { subject: Subject };
  // The place is still there, once.
  expect(put).toBe(1);
  const found: string[] = [];
  for (const seed of [first, ...Array.from({ length: rounds }, (__, i) => i + 1)]) if (found.length === 0) found.push(...(await runRound(seed, subject, undefined, { histories: 24, checkpoints: 24, stop: true })).differences);
  expect(found.length).toBeGreaterThan(0);
}, 300_000);
