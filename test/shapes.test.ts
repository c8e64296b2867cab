// Groups of shapes that one centre each cannot have, on published problems.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../src/context.js';
import { openKernel } from '../src/kernel/catalog.js';
import type { Points } from '../src/kernel/kernel.js';
import { consensus } from '../src/segment/algorithms/consensus.js';
import { adjustedRand } from '../src/util/agreement.js';
import { dataFolder } from './support/shoal.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const folder = `${dataFolder}/clustering-benchmarks/fcps`;

describe.skipIf(!existsSync(folder))('the fundamental clustering problems (needs the data folder)', () => {
  it.each(['chainlink', 'atom', 'lsun', 'hepta', 'tetra', 'wingnut', 'twodiamonds'])('%s: a consensus finds its groups, and how many there are', async (set) => {
    const rows = read(set, 'data');
    const x: Points = { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
    const params = await consensus.fit(x, consensus.options.parse({ judged: 1 }), createContext({ seed: 1 }), kernel);
    expect(adjustedRand(read(set, 'labels0').flat(), consensus.assign(params, x).labels)).toBeGreaterThan(0.98);
  });
});

function read(set: string, part: string): number[][] {
  return gunzipSync(readFileSync(`${folder}/${set}.${part}.gz`)).toString().trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
}
