// The server under load: reads at a steady rate in an open loop, rules counted one after the other, while load generator and server share the machine.
// Latency counts from the instant a request was due, not from when it could be sent, so that a stall is felt by every request that fell into it.
import { spawn } from 'node:child_process';
import { mkdtempSync, openAsBlob, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { flags, machine, main, megabytes, must, report, root, say } from './measure.mjs';

const { createClient } = await import(join(root, 'dist/server/client.js'));
const { simulate } = await import(join(root, 'dist/simulate/simulate.js'));
const { createContext } = await import(join(root, 'dist/context.js'));

await main(async () => {
  const { customers, rate, seconds, previews } = flags({ customers: 20_000, rate: 200, seconds: 30, previews: 200 });
  const folder = mkdtempSync(join(tmpdir(), 'shoal-bench-server-'));
  const server = await started(join(folder, 'data'));
  try {
    say(`${customers.toLocaleString('en')} customers: making a market and finding its segments …`);
    const shoal = await prepared(server, folder, customers);
    const busy = loadavg()[0] > 0.5 * availableParallelism();
    const { reads, all } = await load(server, shoal, rate, seconds);
    const rules = await rulesCounted(shoal, previews);
    const memory = memoryOf(server.child.pid);
    print(reads, all, rules, memory);
    report('server', { date: new Date().toISOString(), machine: { ...machine(), busy }, contenders: {}, ratios: {}, customers, rate, seconds, reads, all, rules, memory }, [
      { what: `reads at ${rate} requests/s within 20 ms p99 (${all.p99.toFixed(1)} ms)`, met: all.p99 < 20 },
      { what: `a changed rule counted within 200 ms p95 (${rules.p95.toFixed(1)} ms)`, met: rules.p95 < 200 },
      { what: `the server within 1 GB (${megabytes(memory.most)})`, met: memory.most < 1e9 },
    ]);
  } finally {
    server.child.kill('SIGTERM');
    await server.ended;
    rmSync(folder, { recursive: true, force: true });
  }
});

/** `shoal serve` as a person starts it, on a port of its own. */
async function started(data) {
  const child = spawn(process.execPath, [join(root, 'dist/bin/shoal.js'), 'serve', '--data', data, '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const address = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (part) => {
      said += part;
      const found = /(http:\S+)\/\S*#token=(\S+)/.exec(said);
      if (found) resolve({ url: found[1], token: found[2] });
    });
    child.once('exit', () => reject(new Error('The server did not start.')));
  });
  return { child, ended, ...address };
}

/** A key, a file, a run, a segment by a rule. */
async function prepared({ url, token }, folder, customers) {
  const opened = await fetch(`${url}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url }, body: JSON.stringify({ token }) });
  const cookie = opened.headers.get('set-cookie').split(';')[0];
  const made = await fetch(`${url}/v1/keys`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url, cookie }, body: JSON.stringify({ name: 'bench', role: 'admin' }) });
  const shoal = createClient({ server: url, token: (await made.json()).token });
  const { files } = await simulate({ out: join(folder, 'market'), customers, seed: 1, only: ['orders'] }, createContext());
  const stored = await shoal.ask('PUT /v1/files/:name', { params: { name: 'orders.csv' }, body: await openAsBlob(files.orders) });
  const job = await shoal.ask('POST /v1/discover', { body: { files: [stored.id] } });
  let last;
  for await (last of shoal.follow('GET /v1/jobs/:job/events', { params: { job: job.id } }));
  must(last.state === 'done', `the run is ${last.state}: ${last.problem?.sentence}`);
  await shoal.ask('POST /v1/segments', { body: { name: 'Spenders', rule: { kind: 'feature', feature: 'spend', op: '>', value: 100 } } });
  shoal.token = (await (await fetch(`${url}/v1/keys`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url, cookie }, body: JSON.stringify({ name: 'reader', role: 'analyst' }) })).json()).token;
  return shoal;
}

/** Reads as the workspace makes them, one due every 1/rate seconds whatever became of those before. */
async function load({ url }, shoal, rate, seconds) {
  const segments = (await shoal.ask('GET /v1/segments')).filter(({ origin }) => origin === 'found');
  const { rows } = await shoal.ask('GET /v1/entities', { query: { limit: 500 } });
  const pick = (list, i) => list[(i * 7919) % list.length];
  const features = (await shoal.ask('GET /v1/rules/vocabulary')).features.slice(0, 5).map(({ name }) => name);
  const asks = {
    'segments': () => '/v1/segments',
    'one segment': (i) => `/v1/segments/${pick(segments, i).id}`,
    'runs': () => '/v1/runs',
    'report': () => '/v1/runs/champion',
    'one entity': (i) => `/v1/entities/${encodeURIComponent(pick(rows, i).entity)}`,
    'members': (i) => `/v1/segments/${pick(segments, i).id}/members?offset=${(i * 50) % 1000}&limit=50`,
    'members sorted': (i) => `/v1/segments/${pick(segments, i).id}/members?limit=50&sort=-${pick(features, i)}`,
    'search': (i) => `/v1/search?text=${encodeURIComponent(pick(rows, i).entity.slice(0, 4))}`,
  };
  const names = Object.keys(asks);
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${shoal.token}`, 'accept-encoding': 'gzip' };
  const send = (path) => new Promise((resolve, reject) => {
    request(`${url}${path}`, { agent, headers }, (response) => {
      response.resume().once('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${path} answered ${response.statusCode}`))));
    }).once('error', reject).end();
  });
  for (const name of names) for (let i = 0; i < 3; i++) await send(asks[name](i));
  say(`${rate} requests/s for ${seconds} s …`);
  const took = Object.fromEntries(names.map((name) => [name, []]));
  const under = [];
  const begin = performance.now() + 50;
  const total = Math.round(rate * seconds);
  for (let i = 0; i < total; i++) {
    const due = begin + (i / rate) * 1000;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const name = names[i % names.length];
    under.push(send(asks[name](i)).then(() => void took[name].push(performance.now() - due)));
  }
  await Promise.all(under);
  agent.destroy();
  return { reads: Object.fromEntries(names.map((name) => [name, quantiles(took[name])])), all: quantiles(Object.values(took).flat()) };
}

/** A rule that changes in one number each time, as a slider is moved: through HTTP, with its losses, overlaps and sample. */
async function rulesCounted(shoal, times) {
  const { features } = await shoal.ask('GET /v1/rules/vocabulary');
  const [a, b] = features.filter(({ low, high }) => high > low);
  const ask = (i) => shoal.ask('POST /v1/rules/preview', {
    body: { rule: { all: [{ kind: 'feature', feature: a.name, op: '>', value: a.low + ((a.high - a.low) * i) / (times + 1) }, { any: [{ kind: 'feature', feature: b.name, op: '<', value: b.median }, { not: { kind: 'feature', feature: a.name, op: 'missing' } }] }] } },
  });
  await ask(0);
  const took = [];
  for (let i = 1; i <= times; i++) {
    const from = performance.now();
    await ask(i);
    took.push(performance.now() - from);
  }
  return quantiles(took);
}

function quantiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: sorted[sorted.length - 1] };
}

/** Of the server's process with its threads; its jobs are processes of their own. */
function memoryOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)[1]) * 1024;
    return { now: of('VmRSS'), most: of('VmHWM') };
  } catch {
    return { now: NaN, most: NaN };
  }
}

function print(reads, all, rules, memory) {
  const line = (name, { n, p50, p95, p99, most }) => console.log(`${name.padEnd(16)} ${String(n).padStart(6)} ${[p50, p95, p99, most].map((ms) => ms.toFixed(1).padStart(8)).join('')}`);
  console.log(`${'ms'.padEnd(16)} ${'n'.padStart(6)} ${['p50', 'p95', 'p99', 'most'].map((name) => name.padStart(8)).join('')}`);
  for (const [name, row] of Object.entries(reads)) line(name, row);
  line('all reads', all);
  line('rule preview', rules);
  console.log(`memory of the server: ${megabytes(memory.now)} now, ${megabytes(memory.most)} at most`);
}
