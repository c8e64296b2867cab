import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from './support/shoal.js';

const run = promisify(execFile);
const says: Record<string, RegExp> = {
  'compare-runs.mjs': /adjusted Rand index[^]*: survived → [^]*land in their own segment/,
  'discover.mjs': /\n\n.+ \(\d[\d,]*\)\n {2}[^]*Rule: .+held-out fidelity \d/,
  'explain.mjs': /is in “.+”\./,
  'predict.mjs': /^Is there an order of this customer within 60 days\?[^]*AUC 0\.\d+[^]*As many as there is capacity for/,
  'score-in-sql.mjs': /\d+ customers scored in SQL, 0 differ from the library\./,
  'segment-a-matrix.mjs': /^3 segments by [^]*Two new rows go to segments \d and \d[^]*without dependencies/,
};

for (const name of readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.mjs'))) {
  it(`examples/${name} runs and says what it should`, async () => {
    expect(says).toHaveProperty([name]);
    const { stdout } = await run(process.execPath, [join(root, 'examples', name)], { cwd: root });
    expect(stdout).toMatch(says[name]);
  });
}
