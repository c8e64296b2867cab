import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from './support/shoal.js';

const run = promisify(execFile);
const says: Record<string, RegExp> = {
  'discover.mjs': /segments|continuum/,
  'explain.mjs': /is in “.+”\./,
  'score-in-sql.mjs': /\d+ customers scored in SQL, 0 differ from the library\./,
};

for (const name of readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.mjs'))) {
  it(`examples/${name} runs and says what it should`, async () => {
    const { stdout } = await run(process.execPath, [join(root, 'examples', name)], { cwd: root });
    expect(stdout).toMatch(says[name]);
  });
}
