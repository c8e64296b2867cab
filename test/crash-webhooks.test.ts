import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

/** Runs the script that kills a server which tells a webhook of changes, and gives what it said. */
async function crash(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['scripts/crash-webhooks.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}

it.concurrent('a server killed three times while it tells of changes leaves none of them untold, and none that is older than one before', async () => {
  const { code, said } = await crash('3');
  expect(said).toMatch(/3 kills in \d+ s: \d+ changes, all heard/);
  expect(code).toBe(0);
}, 240_000);

it.concurrent('the same test says so when a message is lost', async () => {
  const { code, said } = await crash('1', '--lose');
  expect(said).toMatch(/Change \d+ was never heard/);
  expect(code).not.toBe(0);
}, 240_000);
