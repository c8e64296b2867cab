import { execFile } from 'node:child_process';
import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { emptyFolder, root } from './support/shoal.js';

const run = promisify(execFile);

it('the packed tarball, installed in an empty folder, discovers segments with npx and with import', async () => {
  const cwd = await emptyFolder('shoal-packed');
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', cwd], { cwd: root });
  const [tarball] = (await readdir(cwd)).filter((name) => name.endsWith('.tgz'));
  await run('npm', ['init', '-y'], { cwd });
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`], { cwd });
  await run('npx', ['--no-install', 'shoal', 'demo', '--customers', '600', '--out', 'market'], { cwd });
  const { stdout } = await run('npx', ['--no-install', 'shoal', 'discover', 'market/orders.csv', '--json'], { cwd, maxBuffer: 1 << 28 });
  expect(JSON.parse(stdout).totals.entities).toBeGreaterThan(400);
  await access(join(cwd, 'shoal-out', 'report.html'));

  await writeFile(join(cwd, 'use.mjs'), `
    import { discover } from 'shoal';
    import { createClient } from 'shoal/client';
    if (createClient({ server: 'http://localhost:1' }).address('GET /v1/runs') !== 'http://localhost:1/v1/runs') throw new Error('the client is another');
    const found = await discover(['market/orders.csv'], { seed: 2 });
    console.log(JSON.stringify({ segments: found.report.segments.length, verdict: found.report.choice.verdict }));
    await found.close();
  `);
  const used = JSON.parse((await run(process.execPath, ['use.mjs'], { cwd })).stdout);
  expect(used.segments).toBeGreaterThan(1);
}, 240_000);
