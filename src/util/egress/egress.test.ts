import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEgress, type EgressOptions } from './egress.js';
import { isPublicAddress } from './public-address.js';

let port = 0;
let reached: string[] = [];
let answering: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => void response.end();
let canary: Server;

beforeAll(async () => {
  canary = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      reached.push(`${request.method} ${request.headers.host}${request.url} ${Buffer.concat(parts)}`);
      answering(request, response);
    });
  });
  // Whoever connects at all is counted: TLS that is greeted by no TLS fails before there is a request.
  canary.on('connection', () => reached.push('connection'));
  await new Promise<void>((done) => canary.listen(0, '::', done));
  port = (canary.address() as AddressInfo).port;
});
afterAll(() => void canary.close());

const post = (url: string, options: EgressOptions = {}) => {
  reached = [];
  return createEgress({ timeout: 2000, ...options }).send({ url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
};
const local = () => ({ allow: [`127.0.0.1:${port}`] });

/** Ways to write the addresses that nobody outside may reach. */
function hostile(): string[] {
  const inner4 = [
    '127.0.0.1', '127.1.2.3', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '100.100.100.200', '169.254.169.254', '169.254.170.2', '172.16.0.1', '172.31.255.255',
    '192.0.0.1', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.0.1', '192.168.255.255', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16',
  ];
  const forms = inner4.flatMap((address) => {
    const [a, b, c, d] = address.split('.').map(Number);
    const whole = ((a * 256 + b) * 256 + c) * 256 + d;
    const hex = (n: number) => n.toString(16).padStart(4, '0');
    const [high, low] = [hex(a * 256 + b), hex(c * 256 + d)];
    return [
      address, `${whole}`, `0x${whole.toString(16)}`, `0${whole.toString(8)}`, [a, b, c, d].map((n) => `0${n.toString(8)}`).join('.'), [a, b, c, d].map((n) => `0x${n.toString(16)}`).join('.'), `${a}.${b}.${c * 256 + d}`, `${a}.${(b * 256 + c) * 256 + d}`,
      `${address}.`, address.replaceAll('.', '%2e'), address.replace(/\d/g, (n) => String.fromCharCode(0xff10 + Number(n))), address.replaceAll('.', '。'),
      `[::ffff:${address}]`, `[::ffff:${high}:${low}]`, `[::${high}:${low}]`, `[64:ff9b::${high}:${low}]`, `[64:ff9b:1::${high}:${low}]`, `[2002:${high}:${low}::1]`, `[2001:0:${high}:${low}::1]`, `[0:0:0:0:0:ffff:${address}]`,
    ];
  });
  const inner6 = ['::', '::1', '0000:0000:0000:0000:0000:0000:0000:0001', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '100::1', '2001:db8::1', '2001:2::1', '3fff::1', '4000::1', '5f00::1'].map((address) => `[${address}]`);
  const names = ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'metadata', 'metadata.google.internal', 'printer.local', 'intranet', 'hooks.corp', 'router.home.arpa', 'loc\u00adalhost', 'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ'];
  return [...forms, ...inner6, ...names];
}

test('nothing inner is reached, however its address is written, by https or http', async () => {
  const targets = hostile();
  expect(targets.length).toBeGreaterThan(600);
  const answers = await Promise.all(targets.flatMap((host) => ['https', 'http'].map(async (scheme) => ({ url: `${scheme}://${host}:${port}/`, answer: await post(`${scheme}://${host}:${port}/`) }))));
  for (const { url, answer } of answers) expect(answer, url).toMatchObject({ fault: expect.stringMatching(/^(private|not-https|not-a-url)$/) });
  // Also where http is no reason: what stands is the address.
  for (const { url, answer } of answers) if (url.startsWith('https')) expect(answer, url).toMatchObject({ fault: expect.stringMatching(/^(private|not-a-url)$/) });
  expect(reached).toEqual([]);
});

test('a name that leads inside is refused, whether by one of its addresses or by all', async () => {
  const inside = ['127.0.0.1', '::1', '10.1.2.3', '169.254.169.254', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', 'fd00:ec2::254', 'fe80::1%eth0', '0.0.0.0', '100.64.0.1', 'garbage', ''];
  for (const address of inside) {
    for (const addresses of [[address], ['93.184.216.34', address], [address, '2606:2800:220:1::1']]) {
      expect(await post(`https://${address.replaceAll(/\W/g, '-')}.nip.io:${port}/`, { resolve: async () => addresses }), addresses.join()).toMatchObject({ fault: 'private' });
    }
  }
  expect(reached).toEqual([]);
});

// 2d00::/8 is given out to nobody.
test('a name is asked for once: what it means a moment later changes nothing', async () => {
  let asked = 0;
  const answer = await post(`https://rebind.example.com:${port}/`, { timeout: 300, resolve: async () => (asked++ === 0 ? ['2d00::1'] : ['127.0.0.1']) });
  expect(asked).toBe(1);
  expect(answer).toHaveProperty('fault');
  expect(reached).toEqual([]);
});

test('odd addresses are refused: other schemes, credentials, ports of other services', async () => {
  const faults = {
    'not-a-url': ['', 'hooks', '//a.example.com', 'https://', 'https://a b/', 'https://[::1', 'https://1.2.3.4.5.256/', 'https://256.1.1.1/'],
    'not-https': ['http://a.example.com/', 'ftp://a.example.com/', 'file:///etc/passwd', 'gopher://127.0.0.1:6379/_', 'javascript:alert(1)', 'data:text/plain,a', 'unix:/run/docker.sock', 'ws://a.example.com/'],
    'has-credentials': ['https://user@a.example.com/', 'https://user:pass@a.example.com/', 'https://:p@a.example.com/', 'https://a.example.com@127.0.0.1/', 'https://127.0.0.1@a.example.com/'],
    port: [22, 25, 53, 80, 110, 389, 445, 993].map((n) => `https://a.example.com:${n}/`),
  };
  for (const [fault, urls] of Object.entries(faults)) for (const url of urls) expect(await post(url, { resolve: async () => ['127.0.0.1'] }), url).toMatchObject({ fault });
  expect(reached).toEqual([]);
});

test('what the configuration allows is reached, with its own host and path, and no more than it', async () => {
  expect(await post(`http://127.0.0.1:${port}/in?a=1#frag`, local())).toMatchObject({ status: 200 });
  expect(reached).toEqual(['connection', `POST 127.0.0.1:${port}/in?a=1 {"a":1}`]);
  expect(await post(`http://hooks.corp:${port}/`, { allow: ['hooks.corp'], resolve: async () => ['127.0.0.1'] })).toMatchObject({ status: 200 });
  expect(reached[1]).toBe(`POST hooks.corp:${port}/ {"a":1}`);
  expect(await post(`http://127.0.0.1:${port}/`, { allow: [`127.0.0.1:${port + 1}`] })).toMatchObject({ fault: 'not-https' });
  expect(await post(`https://127.0.0.2:${port}/`, local())).toMatchObject({ fault: 'private' });
  expect(await post(`http://u:p@127.0.0.1:${port}/`, local())).toMatchObject({ fault: 'has-credentials' });
  expect(reached).toEqual([]);
});

test('a redirect is an answer, and is not followed', async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    answering = (_, response) => void response.writeHead(status, { location: `http://127.0.0.1:${port}/secret` }).end();
    expect(await post(`http://127.0.0.1:${port}/`, local())).toMatchObject({ status });
    expect(reached.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  }
});

test('of an answer only its status and Retry-After are given, and an endless one ends', async () => {
  answering = (_, response) => void response.writeHead(429, { 'retry-after': '120', 'x-secret': 'inner' }).end('inner');
  const { ms, ...answer } = await post(`http://127.0.0.1:${port}/`, local());
  expect(answer).toEqual({ status: 429, retryAfter: '120' });
  expect(ms).toBeGreaterThanOrEqual(0);
  const closed = new Promise<void>((done) => {
    answering = (_, response) => {
      response.on('close', done);
      const more = () => { while (!response.destroyed && response.write('x'.repeat(10_000))); };
      response.on('drain', more);
      more();
    };
  });
  expect(await post(`http://127.0.0.1:${port}/`, local())).toMatchObject({ status: 200 });
  await closed;
  answering = (_, response) => void response.end();
});

test('a server that is silent, speaks something else, hangs up or is not there is a fault, and never an error', async () => {
  const ways: Record<string, (data: Buffer) => string | undefined> = { timeout: () => undefined, 'bad-answer': () => 'SSH-2.0-OpenSSH\r\n' };
  for (const [fault, say] of Object.entries(ways)) {
    const odd = createTcpServer((socket) => socket.on('data', (data) => { const said = say(data); if (said) socket.end(said); }).on('error', () => undefined));
    await new Promise<void>((done) => odd.listen(0, '127.0.0.1', done));
    const at = `127.0.0.1:${(odd.address() as AddressInfo).port}`;
    expect(await post(`http://${at}/`, { allow: [at], timeout: 200 })).toMatchObject({ fault });
    odd.close();
    if (fault === 'bad-answer') expect(await post(`http://${at}/`, { allow: [at] })).toMatchObject({ fault: 'unreachable' });
  }
  expect(await post('https://nowhere.example.com/', { resolve: async () => [] })).toMatchObject({ fault: 'unknown-host' });
  expect(await post('https://nowhere.example.com/', { resolve: async () => Promise.reject(new Error('ENOTFOUND')) })).toMatchObject({ fault: 'unknown-host' });
  expect(await post('https://nowhere.example.com/', { timeout: 50, resolve: () => new Promise(() => {}) })).toMatchObject({ fault: 'timeout' });
});

const openssl = (() => { try { return !!execFileSync('openssl', ['version']); } catch { return false; } })();
test.skipIf(!openssl)('https: the name is greeted at the address that was checked, and its certificate must be good (needs openssl)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-tls-'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(folder, 'key'), '-out', join(folder, 'cert'), '-days', '2', '-subj', '/CN=hooks.corp', '-addext', 'subjectAltName=DNS:hooks.corp'], { stdio: 'ignore' });
  const [key, cert] = ['key', 'cert'].map((name) => readFileSync(join(folder, name), 'utf8'));
  const seen: string[] = [];
  const server = createTlsServer({ key, cert }, (request, response) => {
    seen.push(`${(request.socket as unknown as { servername: string }).servername} ${request.headers.host}`);
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: tls } = server.address() as AddressInfo;
  const inside = { allow: ['hooks.corp', 'other.corp'], resolve: async () => ['127.0.0.1'] };
  expect(await post(`https://hooks.corp:${tls}/`, { ...inside, ca: cert })).toMatchObject({ status: 200 });
  expect(await post(`https://hooks.corp:${tls}/`, inside)).toMatchObject({ fault: 'certificate' });
  expect(await post(`https://other.corp:${tls}/`, { ...inside, ca: cert })).toMatchObject({ fault: 'certificate' });
  expect(seen).toEqual([`hooks.corp hooks.corp:${tls}`]);
  server.close();
  rmSync(folder, { recursive: true });
});

test('addresses of the public internet are public', () => {
  for (const address of ['1.1.1.1', '8.8.8.8', '93.184.216.34', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.1', '223.255.255.255', '2606:4700::1111', '2a00:1450::1', '2001:4860:4860::8888']) expect(isPublicAddress(address), address).toBe(true);
  for (const address of ['', 'a', '1.1.1', '::ffff:8.8.8.8', '2a00::1%1']) expect(isPublicAddress(address), address).toBe(false);
});
