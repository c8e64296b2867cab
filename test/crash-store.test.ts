import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withoutPostgres } from '../scripts/postgres.mjs';
import { root } from './support/shoal.js';

/** A short run of scripts/crash-store.mjs; evidence/crash-store.md has the long one. */
function crash(...args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'scripts', 'crash-store.mjs'), ...args], { cwd: root });
    let said = '';
    child.stdout.on('data', (part) => (said += part));
    child.stderr.on('data', (part) => (said += part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

it.concurrent('SQLite killed ten times loses nothing it was told, and shows nothing half-written', async () => {
  const { code, said } = await crash('10', '--engine', 'sqlite');
  expect(said).toContain('sqlite: 10 kills');
  expect(code).toBe(0);
});

it.concurrent.skipIf(withoutPostgres)('PostgreSQL whose client is killed ten times loses nothing it was told, and shows nothing half-written', async () => {
  const { code, said } = await crash('10', '--engine', 'postgres', '--seed', '2');
  expect(said).toContain('postgres: 10 kills');
  expect(code).toBe(0);
});

it.concurrent('a process that says it is done before it is would be found out', async () => {
  const { code, said } = await crash('10', '--engine', 'sqlite', '--lie');
  expect(said).toMatch(/Kill \d+, after step \d+/);
  expect(code).not.toBe(0);
});
