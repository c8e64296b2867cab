// The server under load: reads at a steady rate in an open loop, long questions beside them, rules counted one after the other, and its memory, while load generator and server share the machine.
// Latency counts from the instant a request was due, not from when it could be sent, so that a stall is felt by every request that fell into it.
import { spawn } from 'node:child_process';
import { mkdirSync, openAsBlob, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { flags, machine, main, megabytes, must, report, root, say } from './measure.mjs';

const { createClient } = await import(join(root, 'dist/server/client.js'));
const { simulate } = await import(join(root, 'dist/simulate/simulate.js'));
const { createContext } = await import(join(root, 'dist/context.js'));

/** The segment by a rule. */
const spenders = 'Spenders';

await main(async () => {
  const { customers, rate, seconds, previews } = flags({ customers: 20_000, rate: 200, seconds: 30, previews: 200 });
  const folder = await prepared(customers);
  const server = await started(folder);
  try {
    const shoal = await keyOf(server, 'analyst');
    const load = loadavg()[0];
    const memory = { start: memoryOf(server.child.pid).now };
    const screens = await everyScreen(shoal);
    memory.screens = memoryOf(server.child.pid).now;
    say(`every screen asked for once: ${megabytes(memory.screens)}`);
    const sorts = await sortsOf(shoal);
    const { reads, all } = await underLoad(server, shoal, sorts, rate, seconds);
    const beside = await besideLongQuestions(server, shoal, sorts, rate);
    const rules = await rulesCounted(shoal, previews);
    Object.assign(memory, { rules: memoryOf(server.child.pid).now, most: memoryOf(server.child.pid).most });
    print({ screens, reads, all, beside, rules, memory });
    report(customers > 100_000 ? 'server-large' : 'server', { date: new Date().toISOString(), machine: { ...machine(), load, busy: load > 0.5 * availableParallelism() }, contenders: {}, ratios: {}, customers, rate, seconds, screens, reads, all, beside, rules, memory }, [
      { what: `reads at ${rate} requests/s within 20 ms p99 (${all.p99.toFixed(1)} ms)`, met: all.p99 < 20 },
      { what: `a changed rule counted within 200 ms p95 (${rules.p95.toFixed(1)} ms)`, met: rules.p95 < 200 },
      { what: `the server within 1 GB (${megabytes(memory.most)} at most)`, met: memory.most < 1e9 },
    ]);
  } finally {
    await stopped(server);
  }
});

/** The data folder of a server with the run of a market and a segment by a rule, made once through the server itself, and kept. Of a large market only orders, customers and products. */
async function prepared(customers) {
  const cache = process.env.SHOAL_BENCH_CACHE ?? join(tmpdir(), 'shoal-bench-data');
  const folder = join(cache, `server-${customers}`);
  mkdirSync(cache, { recursive: true });
  const server = await started(folder);
  try {
    const shoal = await keyOf(server, 'admin');
    if ((await shoal.ask('GET /v1/segments')).some(({ name }) => name === spenders)) return folder;
    say(`${customers.toLocaleString('en')} customers: making a market and finding its segments (once) …`);
    const market = join(cache, `server-market-${customers}`);
    const { files } = await simulate({ out: market, customers, seed: 1, format: 'parquet', only: customers > 100_000 ? ['orders', 'customers', 'products'] : ['orders'] }, createContext());
    const stored = [];
    for (const path of Object.values(files)) stored.push(await shoal.ask('PUT /v1/files/:name', { params: { name: basename(path) }, body: await openAsBlob(path) }));
    rmSync(market, { recursive: true });
    const job = await shoal.ask('POST /v1/discover', { body: { files: stored.map(({ id }) => id) } });
    let last;
    for await (last of shoal.follow('GET /v1/jobs/:job/events', { params: { job: job.id } }));
    must(last.state === 'done', `the run is ${last.state}: ${last.problem?.sentence}`);
    await shoal.ask('POST /v1/segments', { body: { name: spenders, rule: { kind: 'feature', feature: 'spend', op: '>', value: 100 } } });
    return folder;
  } finally {
    await stopped(server);
  }
}

/** `shoal serve` as a person starts it, on a port of its own. */
async function started(data) {
  const child = spawn(process.execPath, [join(root, 'dist/bin/shoal.js'), 'serve', '--data', data, '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
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

async function stopped({ child, ended }) {
  child.kill('SIGTERM');
  await ended;
}

/** A client with a key of a role, and that key. */
async function keyOf(server, role) {
  const { url } = server;
  const json = { 'content-type': 'application/json', origin: url };
  server.cookie ??= (await fetch(`${url}/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ token: server.token }) })).headers.get('set-cookie').split(';')[0];
  const made = await fetch(`${url}/v1/keys`, { method: 'POST', headers: { ...json, cookie: server.cookie }, body: JSON.stringify({ name: 'bench', role }) });
  const { token } = await made.json();
  return Object.assign(createClient({ server: url, token }), { token });
}

/** Milliseconds of each screen's questions, asked for the first time since the server was started. */
async function everyScreen(shoal) {
  const run = { run: 'champion' };
  const [first, second] = (await shoal.ask('GET /v1/segments')).filter(({ origin }) => origin === 'found').map(({ id }) => id);
  const { features, sources } = await shoal.ask('GET /v1/runs/:run', { params: run });
  const source = sources.find(({ kind }) => kind === 'transactions').name;
  const { rows: [{ entity }] } = await shoal.ask('GET /v1/entities', { query: { offset: 1234, limit: 1 } });
  const some = features.slice(0, 5).map(({ name }) => name);
  const took = {};
  const timed = async (name, ...asks) => {
    const from = performance.now();
    for (const ask of asks) await (await shoal.fetch(...ask)).arrayBuffer();
    took[name] = performance.now() - from;
  };
  await timed('overview', ['GET /v1/runs/:run', { params: run }], ['GET /v1/segments']);
  await timed('map', ['GET /v1/runs/:run/map', { params: run }]);
  await timed('map, five features', ...some.map((feature) => ['GET /v1/runs/:run/colours/:feature', { params: { ...run, feature } }]));
  await timed('segment', ['GET /v1/segments/:segment', { params: { segment: first } }], ['GET /v1/segments/overlap'], ['GET /v1/segments/:segment/members', { params: { segment: first } }]);
  await timed('segment, sorted', ['GET /v1/segments/:segment/members', { params: { segment: first }, query: { sort: `-${some[0]}` } }]);
  await timed('spreads', ...some.map((feature) => ['GET /v1/runs/:run/distributions/:feature', { params: { ...run, feature } }]));
  await timed('two segments', ['GET /v1/segments/:segment/versus/:other', { params: { segment: first, other: second } }]);
  await timed('entity', ['GET /v1/entities/:entity', { params: { entity } }], ['GET /v1/entities/:entity/timeline', { params: { entity } }]);
  await timed('search', ['GET /v1/search', { query: { text: entity.slice(0, 4) } }]);
  await timed('rules', ['GET /v1/rules/vocabulary'], ['POST /v1/rules/preview', { body: { rule: { kind: 'feature', feature: some[0], op: '>', value: 1 } } }]);
  await timed('rule over a source', ['POST /v1/rules/preview', { body: { rule: { kind: 'performed', source, op: '>=', value: 2, window: { last: 90, unit: 'days' } } } }]);
  await timed('decide k: what if', ['GET /v1/runs/:run/what-if', { params: run, query: { k: 6 } }]);
  await timed('decide k: levels', ['GET /v1/runs/:run/levels', { params: run }]);
  await timed('decide k: tree', ['GET /v1/runs/:run/tree', { params: run, query: { leaves: 12 } }]);
  return took;
}

/** Features that lists are sorted by, and whom is asked about: some of everyone, from all over. */
async function sortsOf(shoal) {
  const { features } = await shoal.ask('GET /v1/rules/vocabulary');
  const segments = (await shoal.ask('GET /v1/segments')).filter(({ origin }) => origin === 'found').map(({ id }) => id);
  const { total } = await shoal.ask('GET /v1/entities', { query: { limit: 1 } });
  const pages = await Promise.all([0, 1, 2, 3].map((i) => shoal.ask('GET /v1/entities', { query: { offset: Math.floor((i * total) / 4), limit: 500 } })));
  return { segments, features: features.slice(0, 5).map(({ name }) => name), entities: pages.flatMap(({ rows }) => rows.map(({ entity }) => entity)) };
}

/** Reads as the workspace makes them. */
function asksOf({ segments, features, entities }) {
  const pick = (list, i) => list[(i * 7919) % list.length];
  return {
    'segments': () => '/v1/segments',
    'one segment': (i) => `/v1/segments/${pick(segments, i)}`,
    'runs': () => '/v1/runs',
    'report': () => '/v1/runs/champion',
    'one entity': (i) => `/v1/entities/${encodeURIComponent(pick(entities, i))}`,
    'members': (i) => `/v1/segments/${pick(segments, i)}/members?offset=${(i * 50) % 1000}&limit=50`,
    'members sorted': (i) => `/v1/segments/${pick(segments, i)}/members?limit=50&sort=-${pick(features, i)}`,
    'search': (i) => `/v1/search?text=${encodeURIComponent(pick(entities, i).slice(0, 4))}`,
  };
}

/** One due every 1/rate seconds whatever became of those before. */
async function underLoad(server, shoal, sorts, rate, seconds) {
  const asks = asksOf(sorts);
  const names = Object.keys(asks);
  const { send, close } = sender(server, shoal);
  for (const name of names) for (let i = 0; i < 3; i++) await send(asks[name](i));
  say(`${rate} requests/s for ${seconds} s …`);
  const took = Object.fromEntries(names.map((name) => [name, []]));
  await openLoop(rate, () => seconds, (i, due) => {
    const name = names[i % names.length];
    return send(asks[name](i)).then(() => void took[name].push(performance.now() - due));
  });
  close();
  return { reads: Object.fromEntries(names.map((name) => [name, quantiles(took[name])])), all: quantiles(Object.values(took).flat()) };
}

/** Quick questions at a quarter of the rate while another number of segments is worked out, and groups within groups: how long the long ones take, and the quick ones beside them. */
async function besideLongQuestions(server, shoal, sorts, rate) {
  const asks = asksOf(sorts);
  const quick = ['members', 'search', 'one segment'];
  const { send, close } = sender(server, shoal);
  const took = [];
  const from = performance.now();
  let long;
  const working = Promise.all([send('/v1/runs/champion/what-if?k=9'), send('/v1/runs/champion/levels?ks=5,11')]).then(() => void (long = performance.now() - from));
  await openLoop(rate / 4, () => (long === undefined ? Infinity : 0), (i, due) => send(asks[quick[i % quick.length]](i)).then(() => void took.push(performance.now() - due)));
  await working;
  close();
  return { long, quick: quantiles(took) };
}

/** Asks until `seconds()` are over, each when it is due, and waits for all of them. */
async function openLoop(rate, seconds, ask) {
  const under = [];
  const begin = performance.now() + 50;
  for (let i = 0; i / rate < seconds(); i++) {
    const due = begin + (i / rate) * 1000;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    under.push(ask(i, due));
  }
  await Promise.all(under);
}

function sender({ url }, { token }) {
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' };
  return {
    send: (path) => new Promise((resolve, reject) => {
      request(`${url}${path}`, { agent, headers }, (response) => {
        response.resume().once('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${path} answered ${response.statusCode}`))));
      }).once('error', reject).end();
    }),
    close: () => agent.destroy(),
  };
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

function print({ screens, reads, all, beside, rules, memory }) {
  const line = (name, { n, p50, p95, p99, most }) => console.log(`${name.padEnd(20)} ${String(n).padStart(6)} ${[p50, p95, p99, most].map((ms) => ms.toFixed(1).padStart(8)).join('')}`);
  console.log(`first asked, ms: ${Object.entries(screens).map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(', ')}`);
  console.log(`${'ms'.padEnd(20)} ${'n'.padStart(6)} ${['p50', 'p95', 'p99', 'most'].map((name) => name.padStart(8)).join('')}`);
  for (const [name, row] of Object.entries(reads)) line(name, row);
  line('all reads', all);
  line('beside long ones', beside.quick);
  line('rule preview', rules);
  console.log(`the long questions: ${(beside.long / 1000).toFixed(1)} s`);
  console.log(`memory of the server: ${Object.entries(memory).map(([when, bytes]) => `${when} ${megabytes(bytes)}`).join(', ')}`);
}
