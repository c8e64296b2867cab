import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adjustedRand } from '../src/util/agreement.js';
import { emptyFolder, root, shoal } from './support/shoal.js';

/** What a supervised classifier gets right on the same features; made by test/golden/market-classifier.py. */
const golden: { markets: { seed: number; accuracy: number; ari: number }[] } = JSON.parse(readFileSync(join(root, 'test/golden/market-classifier.json'), 'utf8'));

describe('the synthetic market of 20,000 customers', () => {
  it('is not easy: a classifier that is told the truth is right for 93 to 98 % of the customers', () => {
    expect(golden.markets.length).toBe(5);
    for (const { accuracy } of golden.markets) {
      expect(accuracy).toBeGreaterThanOrEqual(0.93);
      expect(accuracy).toBeLessThanOrEqual(0.98);
    }
  });

  for (const { seed, ari } of golden.markets) {
    it(`seed ${seed}: the segments found, with no configuration, reach 0.9 of that classifier's adjusted Rand index`, async () => {
      const cwd = await emptyFolder('shoal-market');
      expect((await shoal(['demo', '--customers', '20000', '--seed', String(seed), '--out', 'market', '--quiet'], { cwd })).code).toBe(0);
      const files = ['customers', 'products', 'orders', 'events', 'emails', 'reviews', 'support', 'promotions'].map((name) => `market/${name}.csv`);
      const run = await shoal(['discover', ...files, '--seed', String(seed), '--quiet'], { cwd });
      expect(run.code, run.stderr).toBe(0);
      const truth = await pairs(join(cwd, 'market/truth/truth.csv'));
      const found = await pairs(join(cwd, 'shoal-out/membership.csv'));
      expect(found.size).toBe(20_000);
      const ids = [...found.keys()];
      const reached = adjustedRand(codes(ids.map((id) => truth.get(id)!)), codes(ids.map((id) => found.get(id)!)));
      expect(reached, `${reached.toFixed(3)} of ${ari}`).toBeGreaterThanOrEqual(0.9 * ari);

      const report = JSON.parse(await readFile(join(cwd, 'shoal-out/segments.json'), 'utf8'));
      const owls = ids.filter((id) => truth.get(id) === 'health-conscious night owls');
      const theirs = mostCommon(owls.map((id) => found.get(id)!));
      const brief = report.segments[Number(theirs)].brief;
      expect(['22:00', '22:30', '23:00']).toContain(brief.reach.hour);
      expect(brief.products.slice(0, 2).map((p: { name: string }) => p.name).join(' ')).toMatch(/organic low-sugar/i);
    });
  }
});

it('a market without structure gets no segments', async () => {
  const cwd = await emptyFolder('shoal-null-market');
  await shoal(['demo', '--customers', '5000', '--structure', 'none', '--seed', '3', '--out', 'market', '--quiet'], { cwd });
  const run = await shoal(['discover', ...['customers', 'products', 'orders', 'events', 'emails'].map((name) => `market/${name}.csv`), '--json'], { cwd });
  expect(run.code, run.stderr).toBe(0);
  const { choice, segments, tiers } = JSON.parse(run.stdout);
  expect(choice.verdict, choice.reason).toBe('no-proven-structure');
  // What is offered instead is as rich, and marked for what it is.
  expect(segments.length).toBeGreaterThanOrEqual(3);
  expect(tiers.length).toBeGreaterThanOrEqual(5);
  for (const segment of segments) expect(segment.narrative.length).toBeGreaterThan(60);
});

/** First two columns of a CSV with plain values. */
async function pairs(path: string): Promise<Map<string, string>> {
  const [, ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
  return new Map(lines.map((line) => line.split(',').slice(0, 2) as [string, string]));
}

function codes(values: readonly string[]): Int32Array {
  const names = new Map<string, number>();
  return Int32Array.from(values, (value) => {
    if (!names.has(value)) names.set(value, names.size);
    return names.get(value)!;
  });
}

function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0][0];
}
