import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withoutPostgres } from '../scripts/postgres.mjs';
import { root } from './support/shoal.js';

/** A short run of scripts/crash-server.mjs; evidence/crash-server.md has the long one. */
function crash(...args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'scripts', 'crash-server.mjs'), ...args], { cwd: root });
    let said = '';
    child.stdout.on('data', (part) => (said += part));
    child.stderr.on('data', (part) => (said += part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

it.concurrent('a server killed three times in the middle of jobs loses nothing it acknowledged, and shows nothing half-written', async () => {
  const { code, said } = await crash('3');
  expect(said).toContain('3 kills');
  expect(code).toBe(0);
}, 240_000);

it.concurrent.skipIf(withoutPostgres)(withoutPostgres ?? 'nor does one whose records are in PostgreSQL', async () => {
  const { code, said } = await crash('2', '--store', 'postgres');
  expect(said).toContain('postgres: 2 kills');
  expect(code).toBe(0);
}, 240_000);

it.concurrent('a run that lost a file would be found out', async () => {
  const { code, said } = await crash('3', '--lose', '--seed', '2');
  expect(said).toMatch(/After kill \d+ .*: run \w+ has no model\.json/);
  expect(code).not.toBe(0);
}, 240_000);
