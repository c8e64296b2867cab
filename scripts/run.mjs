// Shared by the scripts beside it: run a step, show how long it took, stop at the first failure.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a Node script or package binary of this project in the foreground; rejects with its exit code. Signals of `handOn` are passed on to it. */
export function node(script, args = [], { handOn = [], ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit', ...options });
    for (const signal of handOn) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => (code === 0 ? resolve() : reject(Object.assign(new Error(`${script} failed`), { code: code ?? 1, signal }))));
  });
}

/** A step with a title and a time; everything a person sees of set-up. */
export async function step(title, work) {
  const start = performance.now();
  process.stdout.write(`${title} …\n`);
  await work();
  process.stdout.write(`${title}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

/**
 * Installs the dependencies when they are absent or older than the lock file. npm itself asks nothing.
 * Not 'npm ci': it refuses a lock file made where a platform's optional binaries were not to be had.
 */
export async function install() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  await step('Installing packages', () => npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']));
}

/** npm is a shell script or .cmd file, so it is run through npm's own JavaScript where that is known. */
export function npm(args, options = {}) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return node(cli, args, options);
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32', ...options });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(Object.assign(new Error('npm failed'), { code: code ?? 1 }))));
  });
}

/** The script behind a package's command, so that no shell is needed to run it. */
export function bin(name, command = name) {
  const folder = join(root, 'node_modules', ...name.split('/'));
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const path = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command];
  return join(folder, path);
}

/** Runs `main` and turns a failure into one line and an exit code. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.code && Number.isInteger(error.code) ? error.code : 1;
  }
}
