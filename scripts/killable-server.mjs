// A server in a process of its own that can be killed and started again: shared by the scripts that do so while it works.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from './run.mjs';

export const cli = join(root, 'dist', 'bin', 'shoal.js');
const routes = ['identify', 'track', 'page', 'screen', 'group', 'alias', 'batch'].map((name) => `POST /v1/${name}`);

const servers = new Set();
/** The process that is the next server: it loads what it needs while the one before is at work. */
let next;

/** For the end, however it came: no server is left. */
export const endAll = () => servers.forEach((server) => server.kill('SIGKILL'));

function warm() {
  const child = spawn(process.execPath, [join(root, 'scripts', 'warm-server.mjs')], { stdio: ['pipe', 'pipe', 'pipe'] });
  servers.add(child);
  child.on('close', () => servers.delete(child));
  // It may have been killed before it heard.
  child.stdin.on('error', () => {});
  return child;
}

/**
 * Starts the built server on a data folder. `ledger.keys` are made the first time. Undefined where it was killed, `killAfter` ms after it was told to start, before it listened.
 * `ask` gives the JSON of an answer, `call` the answer itself; `kill` ends it at once, and waits until the processes of its jobs have ended too.
 */
export async function start(data, flags, ledger, killAfter) {
  const child = next ?? warm();
  next = warm();
  let out = '', said = '';
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  child.stdin.write(`${JSON.stringify(['serve', '--data', data, '--port', '0', ...flags])}\n`);
  const early = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  child.stderr.on('data', (part) => (said += part));
  const address = await new Promise((resolve) => {
    child.stdout.on('data', (part) => (out += part) && /Shoal is at (\S+)\n/.test(out) && resolve(new URL(/Shoal is at (\S+)\n/.exec(out)[1])));
    void ended.then(() => resolve(undefined));
  });
  clearTimeout(early);
  if (!address) {
    const { code, signal } = await ended;
    if (signal !== 'SIGKILL') throw new Error(`The server ended by itself (${code}): ${said}`);
    return undefined;
  }
  ledger.keys ??= await keysOf(address);
  const call = async (method, path, body, { key = ledger.keys.admin, type = 'application/json' } = {}) => {
    const answer = await fetch(new URL(path, address), { method, headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': type }) }, body: body === undefined || type !== 'application/json' ? body : JSON.stringify(body) });
    if (!answer.ok) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`), { status: answer.status });
    return answer;
  };
  return {
    call, ended,
    async ask(...args) {
      const answer = await call(...args);
      return answer.status === 204 ? undefined : answer.json();
    },
    async kill() {
      const jobs = await childrenOf(child.pid);
      child.kill('SIGKILL');
      await ended;
      await gone(jobs);
    },
    async stop() {
      child.kill('SIGTERM');
      const { code } = await ended;
      if (code !== 0) throw new Error(`It did not stop in order (${code}): ${said}`);
    },
  };
}

async function keysOf(address) {
  const json = { 'content-type': 'application/json', origin: address.origin };
  const session = await fetch(new URL('/v1/session', address), { method: 'POST', headers: json, body: JSON.stringify({ token: new URLSearchParams(address.hash.slice(1)).get('token') }) });
  const cookie = session.headers.get('set-cookie').split(';')[0];
  const made = async (body) => (await (await fetch(new URL('/v1/keys', address), { method: 'POST', headers: { ...json, cookie }, body: JSON.stringify(body) })).json()).token;
  return { admin: await made({ name: 'crash', role: 'admin' }), write: await made({ name: 'events', only: routes }) };
}

/** Ids of the processes that a process has started. */
async function childrenOf(pid) {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')).split(' ').filter(Boolean).map(Number);
}

/** The process of a job must not outlive its server: it watches from a thread of its own. */
async function gone(pids) {
  const running = async (pid) => /^\d+ \(.*\) [^ZX]/.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
  for (const began = performance.now(); ; await pause(20)) {
    const left = [];
    for (const pid of pids) if (await running(pid)) left.push(pid);
    if (left.length === 0) return;
    if (performance.now() - began > 10_000) throw new Error(`The process of a job outlived its server: ${left}`);
  }
}

/** Visible a moment after it is durable. */
export async function settled({ ask }) {
  for (let status = await ask('GET', '/v1/live'); status.applied < status.seq || status.waiting > 0; status = await ask('GET', '/v1/live')) await pause(20);
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function randomOf(seed) {
  let n = 0;
  return () => createHash('sha256').update(`${seed}/${(n += 1)}`).digest().readUInt32BE() / 2 ** 32;
}
