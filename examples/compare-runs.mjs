// Two runs side by side, and what became of the segments from one to the other. Run it: node examples/compare-runs.mjs
import { alignRuns, compareRuns, createContext, discover, loadRun, simulate } from 'shoal';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const out = await mkdtemp(join(tmpdir(), 'shoal-example-'));
const market = await simulate({ customers: 1000, seed: 7, out, only: ['orders', 'products'] }, createContext({ seed: 7 }));
const files = Object.values(market.files);

async function run(name, options) {
  const found = await discover(files, { seed: 7, ...options });
  await found.write(join(out, name));
  await found.close();
  return loadRun(join(out, name));
}
const first = await run('k-means', { k: 5 });
const second = await run('ward', { k: 5, algorithm: 'agglomerative', settings: { assignBy: 'segment' } });

const comparison = await compareRuns(first, second, ['k-means', 'Ward'], createContext({ seed: 7 }));
console.log(comparison.text);

const alignment = alignRuns(first, second);
for (const { id, kind, into } of alignment.fates) console.log(`${id}: ${kind}${into.length > 0 ? ` → ${into.join(', ')}` : ''}`);

const tree = first.tree(6);
console.log(`Told in ${tree.leaves - 1} yes/no questions, ${(100 * tree.fidelity).toFixed(0)} % of held-out customers land in their own segment (price ${tree.price.toFixed(2)}).`);
