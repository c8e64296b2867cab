// Segments from files, as a library. Run it: node examples/discover.mjs [files…]
import { discover, simulate } from 'shoal';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext } from 'shoal';

let files = process.argv.slice(2);
if (files.length === 0) {
  const out = await mkdtemp(join(tmpdir(), 'shoal-example-'));
  const market = await simulate({ customers: 2000, seed: 7, out, only: ['orders', 'products'] }, createContext({ seed: 7 }));
  files = Object.values(market.files);
}

const found = await discover(files, { seed: 7 });
console.log(found.report.headline);
for (const segment of found.report.segments) {
  console.log(`\n${segment.name} (${segment.entities})\n  ${segment.narrative}\n  Rule: ${segment.rule.text} (held-out fidelity ${segment.rule.fidelity.toFixed(2)})\n  ${segment.brief.text}`);
}
await found.close();
