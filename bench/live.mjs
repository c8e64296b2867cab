// Live: events in at a steady rate in an open loop while 100 live segments follow them, how soon a membership shows, reads beside the writing, exits by time alone, three times more than can be taken, and a server that has
// nothing to do. Load generator and server share the machine; every acknowledged event is on the disk.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { flags, machine, main, must, report, root, say } from './measure.mjs';
import { closedLoop, createHistogram, openLoop, openPool, requestOf } from './open-loop.mjs';

const { createClient } = await import(join(root, 'dist/server/client.js'));

const events = ['Order Completed', 'Product Viewed', 'Product Added', 'Cart Viewed', 'Video Played', 'Signed In', 'Searched', 'Invited', 'Rated', 'Paid'];
const perBatch = 100;

await main(async () => {
  const { entities, segments, seconds, single, batched, visible, leaving } = flags({ entities: 100_000, segments: 100, seconds: 30, single: 5000, batched: 30_000, visible: 2000, leaving: 5000 });
  const folder = mkdtempSync(join(tmpdir(), 'shoal-live-'));
  const server = await started(folder);
  try {
    const load = loadavg()[0];
    const shoal = await keyOf(server, { role: 'admin' });
    const write = (await keyOf(server, { only: ['POST /v1/batch'] })).token;
    const make = messages(server, write, entities);
    /** Connections of its own for each part: one that was idle for long may be closed just when it is used again. */
    const within = async (work) => {
      const pool = openPool(server, 256);
      try {
        return await work(pool);
      } finally {
        pool.close();
      }
    };
    const memory = {};

    const filled = await within((pool) => fill(pool, make, entities));
    say(`${entities.toLocaleString('en')} entities at ${Math.round(filled.rate).toLocaleString('en')} events/s`);
    memory.filled = memoryOf(server.child.pid);
    await define(shoal, segments);
    memory.defined = memoryOf(server.child.pid);

    const steady = {
      single: told('single events', 1, await within((pool) => withCpu(server, () => openLoop({ pool, rate: single, seconds, make: make.single })))),
      batched: told('batches', perBatch, await within((pool) => withCpu(server, () => openLoop({ pool, rate: batched / perBatch, seconds, make: make.batch })))),
    };
    const seen = await within((pool) => probes({ server, pool, make, shoal, entities, rate: visible, seconds }));
    say(`visible after ${ms(seen.visible)}; reads ${ms(seen.reads)}`);
    const left = await within((pool) => exits({ pool, make, shoal, leaving }));
    say(`exits ${ms(left.late)} after their instant`);
    const overload = { single: await overloaded({ server, shoal, make: make.single, each: 1, seconds }), batched: await overloaded({ server, shoal, make: make.batch, each: perBatch, seconds }) };
    const idle = await idleShare(server.child.pid);
    memory.end = memoryOf(server.child.pid);
    report('live', {
      date: new Date().toISOString(), machine: { ...machine(), load, busy: load > 0.5 * availableParallelism() }, contenders: {}, ratios: {}, entities, segments, seconds, filled, steady, seen, left, overload, idle, memory,
    }, [
      { what: `${single.toLocaleString('en')} single events/s (all of ${steady.single.sent}, p99 ${steady.single.latency.p99.toFixed(1)} ms)`, met: kept(steady.single) },
      { what: `${batched.toLocaleString('en')} batched events/s (all of ${steady.batched.sent} batches, p99 ${steady.batched.latency.p99.toFixed(1)} ms)`, met: kept(steady.batched) },
      { what: `accepted → visible membership within 50 ms p99 at ${visible.toLocaleString('en')} events/s (${seen.visible.p99.toFixed(1)} ms)`, met: seen.visible.p99 <= 50 },
      { what: `reads within 5 ms p99 meanwhile (${seen.reads.p99.toFixed(1)} ms)`, met: seen.reads.p99 <= 5 },
      { what: `exits within 50 ms of their instant (${left.late.most.toFixed(1)} ms at most, ${left.late.n} of ${leaving})`, met: left.late.n === leaving && left.late.most <= 50 },
      ...Object.entries(overload).map(([kind, one]) => ({ what: `three times the capacity, ${kind}: goodput at least 90 % (${(100 * one.goodput).toFixed(0)} %; 429: ${one.statuses[429] ?? 0}), no fewer in the journal than were acknowledged (${one.lost} missing)`, met: one.goodput >= 0.9 && one.lost === 0 })),
      { what: `idle below 1 % of a core (${(100 * idle).toFixed(2)} %)`, met: idle < 0.01 },
    ]);
  } finally {
    await stopped(server);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Everything was answered well, in the time it was sent in. */
function kept({ good, sent, took, seconds }) {
  return good === sent && took < seconds + 1;
}

/** With the processor time of the server, all threads, in seconds. */
async function withCpu({ child: { pid } }, work) {
  const before = cpuOf(pid);
  const result = await work();
  return { ...result, cpu: cpuOf(pid) - before };
}

function told(what, each, result) {
  const cpu = (1e6 * result.cpu) / (result.good * each);
  say(`${what}: ${result.good} of ${result.sent} in ${result.took.toFixed(1)} s (${JSON.stringify(result.statuses)}), ${ms(result.latency)}, the generator at most ${result.generatorLag.toFixed(1)} ms late, ${cpu.toFixed(0)} µs of processor an event`);
  return { ...result, cpuPerEvent: cpu };
}

function ms({ p50, p99, p999, most }) {
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, p99.9 ${p999.toFixed(1)} ms, most ${most.toFixed(1)} ms`;
}

/**
 * Requests with messages as the SDKs send them. Those that are sent by the thousand are made beforehand, and only get new message ids: the generator shares two cores with the server. They say
 * that they were sent when they happened, so they happened when they come.
 */
function messages(server, key, entities) {
  let n = 0;
  const mark = `bench-${Date.now().toString(36)}-`;
  const numbered = (number) => String(number).padStart(12, '0');
  const message = (user, event = events[n % events.length]) => {
    const i = n++;
    return {
      type: 'track', messageId: mark + numbered(i), userId: user ?? `u${(i * 7919) % entities}`, event, timestamp: new Date().toISOString(),
      properties: { total: (i * 37) % 500, currency: 'EUR', category: `c${i % 20}`, products: [{ sku: `s${i % 1000}`, price: 3.5 }, { sku: 's1', price: 5.5 }] },
      context: { library: { name: 'bench', version: '1' }, page: { path: `/p/${i % 100}`, referrer: '' }, device: { type: i % 3 ? 'mobile' : 'desktop' }, timezone: 'Europe/Berlin' },
    };
  };
  const single = (user, event) => {
    const made = message(user, event);
    return requestOf(server, 'POST', '/v1/track', key, JSON.stringify({ ...made, sentAt: made.timestamp }));
  };
  const batch = (users, event) => {
    const made = users.map((user) => message(user, event));
    return requestOf(server, 'POST', '/v1/batch', key, JSON.stringify({ batch: made, sentAt: made[0]?.timestamp }));
  };
  /** Gives the requests in turn, each time with message ids that were not there before. */
  const again = (made) => {
    const templates = made.map((bytes) => {
      const places = [];
      for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) places.push(at + mark.length);
      return { bytes, places };
    });
    let turn = 0;
    return () => {
      const { bytes, places } = templates[turn++ % templates.length];
      const copy = Buffer.from(bytes);
      for (const place of places) copy.latin1Write(numbered(n++), place);
      return copy;
    };
  };
  return {
    one: single, batchOf: batch,
    single: again(Array.from({ length: 5000 }, () => single())),
    batch: again(Array.from({ length: 500 }, () => batch(Array(perBatch).fill(undefined)))),
  };
}

/** Each entity at least once. */
async function fill(pool, make, entities) {
  const began = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (next < entities) {
      const users = Array.from({ length: Math.min(500, entities - next) }, (_, i) => `u${next + i}`);
      next += users.length;
      const { status, body } = await pool.send(make.batchOf(users, 'Signed In'));
      must(status === 200, `a batch was answered with ${status}: ${body.slice(0, 200)}`);
    }
  }));
  const seconds = (performance.now() - began) / 1000;
  return { seconds, rate: entities / seconds };
}

/** Rules of every kind that follow events, and two that nothing but the probes touches. */
async function define(shoal, segments) {
  const performed = (event, more) => ({ kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: event }], op: '>=', value: 1, ...more });
  const rules = [performed('Probe'), performed('Tick', { window: { last: 1, unit: 'minutes' } })];
  for (let i = 0; rules.length < segments; i++) {
    const event = events[i % events.length];
    const window = { last: 1 + (i % 30), unit: ['hours', 'days'][i % 2] };
    rules.push([
      () => performed(event, { value: 1 + (i % 5), window }),
      () => performed(event, { sum: 'properties.total', value: 100 * (1 + (i % 7)), window }),
      () => ({ not: performed(event, { window }) }),
      () => ({ all: [performed(event, { window }), { not: performed('Paid', { window }) }] }),
      () => ({ kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: event }, { column: 'context.device.type', op: '=', value: 'mobile' }], op: '>=', value: 2, window }),
    ][i % 5]());
  }
  for (const [i, rule] of rules.entries()) await shoal.ask('POST /v1/live/segments', { body: { name: i === 0 ? 'Probed' : i === 1 ? 'Ticked' : `Segment ${i}`, rule } });
  for (;;) {
    const states = (await shoal.ask('GET /v1/live/segments')).map(({ state }) => state);
    must(!states.includes('failed'), 'a segment failed');
    if (states.every((state) => state === 'live')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** While events come steadily: how long after the answer to a new event its membership shows, and how long it takes to read anybody, each read at an instant of its own. */
async function probes({ server, pool, make, shoal, entities, rate, seconds }) {
  const visible = createHistogram();
  const readers = openPool(server, 16);
  const request = (entity) => requestOf(server, 'GET', `/v1/live/entities/${entity}`, shoal.token);
  const read = async (entity) => {
    const { status, body } = await readers.send(request(entity));
    return status === 200 && body.includes('"Probed"');
  };
  const pending = [];
  let n = 0;
  const timer = setInterval(() => {
    const entity = `probe-${Date.now().toString(36)}-${n++}`;
    pending.push((async () => {
      await pool.send(make.one(entity, 'Probe'));
      const accepted = performance.now();
      while (!(await read(entity))) must(performance.now() - accepted < 10_000, 'a membership did not show within 10 seconds');
      visible.add(performance.now() - accepted);
    })());
  }, 20);
  const [background, reads] = await Promise.all([
    openLoop({ pool, rate, seconds, make: make.single }),
    openLoop({ pool: readers, rate: 100, seconds, make: (i) => request(`u${(i * 104_729) % entities}`) }),
  ]);
  clearInterval(timer);
  await Promise.all(pending);
  readers.close();
  must(reads.good === reads.sent, `reads were answered with ${JSON.stringify(reads.statuses)}`);
  return { background, visible: visible.summary(), reads: reads.latency };
}

/** Everybody leaves a minute after what brought them in, each at an instant of their own: how late that is told. */
async function exits({ pool, make, shoal, leaving }) {
  const late = createHistogram();
  const { segment } = (await shoal.ask('GET /v1/live/segments')).find(({ name }) => name === 'Ticked');
  const stop = new AbortController();
  const all = new Set();
  const heard = (async () => {
    for await (const { segment: of, direction, at, entity } of shoal.follow('GET /v1/live/changes/stream', { signal: stop.signal })) {
      if (of !== segment || direction !== 'left' || all.has(entity)) continue;
      all.add(entity);
      late.add(Date.now() - at);
      if (all.size === leaving) return;
    }
  })();
  await openLoop({ pool, rate: leaving / 10, seconds: 10, make: (i) => make.one(`tick-${i}`, 'Tick') });
  await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 90_000))]);
  stop.abort();
  await heard.catch(() => {});
  return { late: late.summary() ?? { n: 0, p50: 0, p99: 0, p999: 0, most: 0 } };
}

/** What can be had at most, then three times as much: how much of it is still taken, and whether all that was acknowledged is in the journal. */
async function overloaded({ server, shoal, make, each, seconds }) {
  // Senders do not wait for each other: there are more connections than the server takes events at once.
  const pool = openPool(server, each === 1 ? 6000 : 400);
  const most = await closedLoop({ pool, connections: each === 1 ? 128 : 32, seconds: Math.min(10, seconds), make });
  const before = await shoal.ask('GET /v1/live');
  const result = await openLoop({ pool, rate: 3 * most.rate, seconds, make, patience: 60 });
  pool.close();
  const after = await shoal.ask('GET /v1/live');
  // What was acknowledged in the time of the offer counts; what came later only cleared the queue.
  const goodput = result.good / Math.max(result.took, seconds) / most.rate;
  say(`capacity ${Math.round(most.rate * each).toLocaleString('en')} events/s; at three times that, ${(100 * goodput).toFixed(0)} % of it is taken: ${JSON.stringify(result.statuses)}`);
  return { capacity: most.rate * each, goodput, statuses: result.statuses, latency: result.latency, lost: Math.max(0, result.good * each - (after.seq - before.seq)) };
}

/** Share of a core that the process takes in ten seconds in which nothing is asked of it, and nothing is left to do: the last snapshot comes up to thirty seconds after the one before, and takes its time. */
async function idleShare(pid) {
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  const before = cpuOf(pid);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  return (cpuOf(pid) - before) / 10;
}

/** Seconds of processor that a process has taken, all threads. */
function cpuOf(pid) {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const field = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(field[11]) + Number(field[12])) / 100;
}

function memoryOf(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

/** `shoal serve` as a person starts it, on a port of its own. */
async function started(data) {
  const child = spawn(process.execPath, [join(root, 'dist/bin/shoal.js'), 'serve', '--data', data, '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const { url, token } = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (part) => {
      said += part;
      const found = /(http:\S+)\/\S*#token=(\S+)/.exec(said);
      if (found) resolve({ url: found[1], token: found[2] });
    });
    child.once('exit', () => reject(new Error('The server did not start.')));
  });
  const { hostname: host, port } = new URL(url);
  return { child, ended, url, token, host, port: Number(port) };
}

async function stopped({ child, ended }) {
  child.kill('SIGTERM');
  await ended;
}

/** A client with a key, and that key. */
async function keyOf(server, rights) {
  const { url } = server;
  const json = { 'content-type': 'application/json', origin: url };
  server.cookie ??= (await fetch(`${url}/v1/session`, { method: 'POST', headers: json, body: JSON.stringify({ token: server.token }) })).headers.get('set-cookie').split(';')[0];
  const { token } = await (await fetch(`${url}/v1/keys`, { method: 'POST', headers: { ...json, cookie: server.cookie }, body: JSON.stringify({ name: 'bench', ...rights }) })).json();
  return Object.assign(createClient({ server: url, token }), { token });
}
