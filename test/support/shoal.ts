import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const cli = join(root, 'dist', 'bin', 'shoal.js');

/** The folder with the real data sets, or undefined where it is absent. */
export const dataFolder = [process.env['SHOAL_DATA'], resolve(root, '../shared/data')].find((path) => path && existsSync(path));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a person would. `during` gets the running process (to send it signals). */
export function shoal(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv; during?: (child: ReturnType<typeof spawn>) => void } = {}): Promise<Finished> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: options.cwd ?? root, env: { ...process.env, NO_COLOR: '1', ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (part) => (stdout += part));
    child.stderr.on('data', (part) => (stderr += part));
    child.on('error', reject);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
    options.during?.(child);
  });
}

const memory = '/dev/shm';

/** A new empty folder in memory, where there is room: for tests that sync much and keep little. Whoever takes it removes it. */
export async function folderInMemory(name: string): Promise<string> {
  const room = await statfs(memory).then(({ bavail, bsize }) => bavail * bsize, () => 0);
  return mkdtemp(join(room > 2 ** 29 ? memory : tmpdir(), `${name}-`));
}

/** A new empty folder. */
export function emptyFolder(name = 'shoal'): Promise<string> {
  return mkdtemp(join(tmpdir(), `${name}-`));
}
