import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

/** Runs the script that kills a live server, and gives what it said. */
async function crash(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['scripts/crash-live.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}

it.concurrent('a live server killed six times under load loses nothing it acknowledged, invents nothing, counts nothing twice, and its journal gives the same again', async () => {
  const { code, said } = await crash('6');
  expect(said).toContain('None lost, none invented, none counted twice');
  expect(said).toContain('they are the same, and so are the memberships');
  expect(code).toBe(0);
}, 240_000);

it.concurrent('the same test says so when an acknowledged event is lost', async () => {
  const { code, said } = await crash('1', '--lose');
  expect(said).toContain('acknowledged events of p0 are lost');
  expect(code).not.toBe(0);
}, 240_000);
