import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, emptyFolder, root, shoal } from './support/shoal.js';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

interface Started {
  readonly child: ChildProcess;
  readonly address: URL;
  readonly token: string;
  /** Everything it has said on stdout and stderr so far. */
  said(): string;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Starts a server and waits for the address it prints. */
function start(script: string, args: readonly string[], { channel = false, env = {} } = {}): Promise<Started> {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe', ...(channel ? ['ipc' as const] : [])] });
  started.push(child);
  let said = '';
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  return new Promise((resolve, reject) => {
    child.stderr!.on('data', (part) => (said += part));
    child.stdout!.on('data', (part) => {
      said += part;
      const found = /Shoal is at (\S+)/.exec(said);
      if (found) resolve({ child, address: new URL(found[1]), token: new URLSearchParams(new URL(found[1]).hash.slice(1)).get('token')!, said: () => said, ended });
    });
    void ended.then(({ code }) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}

const login = (address: URL, token: string) => fetch(new URL('/v1/session', address), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) });

describe('shoal serve', () => {
  it('serves on this machine only, lets in once whoever has the address, and stops in order', async () => {
    const data = join(await emptyFolder(), 'data');
    const server = await start(cli, ['serve', '--data', data, '--port', '0']);
    expect(server.address.hostname).toBe('127.0.0.1');
    expect(await (await fetch(new URL('/health', server.address))).json()).toEqual({ status: 'ok' });
    expect((await fetch(new URL('/v1/runs', server.address))).status).toBe(401);
    const answer = await login(server.address, server.token);
    expect(await answer.json()).toMatchObject({ actor: { role: 'admin' }, workspaces: [{ id: 'main' }] });
    const cookie = answer.headers.get('set-cookie')!.split(';')[0];
    expect((await fetch(new URL('/v1/runs', server.address), { headers: { cookie } })).status).toBe(200);
    expect((await login(server.address, server.token)).status).toBe(401);
    expect((await stat(data)).mode & 0o077).toBe(0);
    for (const file of ['home.sqlite', 'home.sqlite-wal']) expect(await readFile(join(data, file), 'latin1')).not.toContain(server.token);

    const second = await shoal(['serve', '--data', data, '--port', '0']);
    expect(second).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('in use by another Shoal') });
    server.child.kill('SIGINT');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.said()).toContain('Stopped.');
    // What was released can be opened again.
    const again = await start(cli, ['serve', '--port', '0'], { env: { SHOAL_DATA_FOLDER: data } });
    again.child.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });

  it('ends with whoever started it', async () => {
    const server = await start(cli, ['serve', '--data', await emptyFolder(), '--port', '0'], { channel: true });
    server.child.disconnect();
    expect((await server.ended).code).toBe(0);
  });

  it('says what to do where it cannot start', async () => {
    const data = await emptyFolder();
    const other = createServer((_, reply) => reply.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = await shoal(['serve', '--data', data, '--port', String(port)]);
    other.close();
    expect(taken).toMatchObject({ code: 2, stdout: '', stderr: `Port ${port} is in use by another program. Stop it, or choose another port with --port (0 for any free one).\n` });
    for (const [args, sentence] of [
      [['--host', '0.0.0.0'], 'Put a proxy with https in front and say --behind-proxy'],
      [['--port', '70000'], '--port'],
      [['--store', 'mysql://x'], 'must be like postgres://'],
      [['--url', 'javascript:alert(1)'], 'must be like https://'],
      [['--data', join(root, 'package.json')], 'is no folder that can be used'],
      [['--store', 'postgres://ann:s3cret@127.0.0.1:1/shop'], 'does not answer'],
    ] as const) {
      const { code, stdout, stderr } = await shoal(['serve', ...(args[0] === '--data' ? [] : ['--data', data]), ...args]);
      expect([code === 0, stdout]).toEqual([false, '']);
      expect(stderr).toContain(sentence);
      expect(stderr).not.toMatch(/s3cret|\n\s+at /);
    }
  });

  it('tells of a data folder that others can read', async () => {
    const data = join(await emptyFolder(), 'open');
    await mkdir(data, { mode: 0o755 });
    const server = await start(cli, ['serve', '--data', data, '--port', '0']);
    server.child.kill('SIGTERM');
    await server.ended;
    expect(server.said()).toContain('can be read by others');
  });
});

describe('npm start', () => {
  it('opens on the story of a demo market, the second time at once', async () => {
    const data = await emptyFolder();
    const args = ['--data', data, '--port', '0'];
    const first = await start(join(root, 'scripts/start.mjs'), args);
    expect(first.address.pathname).toBe('/w/demo');
    const cookie = (await login(first.address, first.token)).headers.get('set-cookie')!.split(';')[0];
    const ask = async (path: string) => (await fetch(new URL(path, first.address), { headers: { cookie, 'shoal-workspace': 'demo' } })).json();
    const [run] = await ask('/v1/runs');
    expect(run).toMatchObject({ title: 'Demo market', aliases: ['champion'], summary: { kind: 'found' } });
    expect(run.summary.entities).toBeGreaterThan(10_000);
    expect((await ask('/v1/files')).length).toBe(8);
    const page = await fetch(first.address);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);

    const second = await start(join(root, 'scripts/start.mjs'), args);
    expect(second.said()).not.toMatch(/simulate|ingest|segment/);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);

    // npm runs it in a shell, and neither passes on the signal it dies of.
    const shell = spawn('sh', ['-c', '"$0" "$@"; true', process.execPath, join(root, 'scripts/start.mjs'), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(shell);
    await once(shell.stdout, 'data');
    shell.kill('SIGKILL');
    // The pipe closes when the last process that holds it is gone.
    await once(shell.stdout.resume(), 'close');
  }, 240_000);
});
