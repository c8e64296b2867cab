// Live rules by themselves, without journal or network: events a second with 100 rules over 100,000 customers, exits from windows a second, memory for each of a million customers, and what an event costs of somebody who has hundreds of
// thousands already.
import { performance } from 'node:perf_hooks';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { flags, machine, main, report, root, say } from './measure.mjs';

const { openState } = await import(join(root, 'dist/flow/live/state/open-state.js'));
const { createIdentity } = await import(join(root, 'dist/unify/identity.js'));
const { createRng } = await import(join(root, 'dist/util/rng.js'));

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const start = Date.parse('2025-06-01T00:00:00Z');
const names = ['Page Viewed', 'Product Viewed', 'Product Added', 'Cart Viewed', 'Order Completed', 'Searched', 'Video Watched', 'Email Opened'];
const by = (name, ...more) => [{ column: 'event', op: '=', value: name }, ...more];

/** A hundred rules as people write them: counts, sums, sequences, sessions, times since, traits, and segments of segments. */
const makers = [
  (i) => ({ kind: 'performed', source: 'events', where: by(names[i % 8]), op: '>=', value: 1 + (i % 5), window: { last: 1 + (i % 30), unit: 'days' } }),
  (i) => ({ kind: 'performed', source: 'events', where: by('Order Completed'), sum: 'properties.price', op: '>', value: 50 * i, window: { last: 30, unit: 'days' } }),
  (i) => ({ kind: 'sequence', first: { source: 'events', where: by('Product Added') }, then: { source: 'events', where: by('Order Completed') }, followed: i % 2 === 0, within: { length: 10 + i, unit: 'minutes' }, per: 'properties.product', window: { last: 2, unit: 'days' } }),
  (i) => ({ all: [{ kind: 'performed', source: 'events', where: by('Product Viewed', { column: 'properties.price', op: '>=', value: 10 * (i % 20) }), op: '>=', value: 3, window: { session: 30, unit: 'minutes' } }, { not: { kind: 'performed', source: 'events', where: by('Order Completed'), op: '>=', value: 1, window: { last: 7, unit: 'days' } } }] }),
  (i) => ({ kind: 'last', source: 'events', where: by(names[i % 8]), op: '>=', value: 1 + (i % 90), unit: 'days' }),
  (i) => ({ all: [{ kind: 'attribute', source: 'traits', column: 'plan', op: '=', value: i % 2 ? 'pro' : 'free' }, { kind: 'performed', source: 'events', where: by(names[i % 8]), op: '>=', value: 2, window: { last: 12, unit: 'hours' } }] }),
  (i) => ({ kind: 'performed', source: 'events', where: by('Product Viewed', { column: 'local.hour', op: 'between', from: 11, to: 13 }), distinct: 'properties.product', op: '>=', value: 2 + (i % 4), window: { last: 14, unit: 'days' } }),
  (i) => ({ any: [{ kind: 'segment', segment: `s${i - 7}` }, { kind: 'performed', source: 'events', where: by('Searched'), op: '>=', value: 3, window: { last: 1, unit: 'days' } }] }),
];

await main(async () => {
  const { entities, events, memory, crowd } = flags({ entities: 100_000, events: 200_000, memory: 1_000_000, crowd: 500_000 });
  const load = loadavg()[0];
  const throughput = run({ entities, rules: 100, events });
  const held = run({ entities: memory, rules: 20, events: memory * 4, quiet: true });
  const perEvent = throughput.cpu / throughput.events;
  // Counts, sums, times since, sessions and what is made of them; a bot.
  const some = [0, 1, 3, 4, 5].map((i) => makers[i]);
  const few = run({ entities: 1, rules: 100, events: 20_000, made: some }), many = run({ entities: 1, rules: 100, events: crowd, made: some });
  const growth = many.last / few.last;
  report('live-rules', { date: new Date().toISOString(), machine: { ...machine(), load }, contenders: {}, ratios: {}, throughput, memory: held, crowd: { few, many } }, [
    { what: `5,000 events a second take less than half a core: ${(perEvent * 5000).toFixed(2)} of one`, met: perEvent * 5000 < 0.5 },
    { what: `a million customers fit in 4 GB: ${(held.bytesPerEntity / 1000).toFixed(1)} kB each`, met: held.bytesPerEntity < 4000 },
    { what: `an event of somebody with ${crowd.toLocaleString('en')} rows costs what one with 20,000 does: ${many.last.toFixed(1)} µs, ${growth.toFixed(2)} times as much`, met: growth < 1.5 },
    { what: `no instant at which many leave takes longer than 50 ms: ${held.longestInstantMs.toFixed(1)} ms`, met: held.longestInstantMs < 50 },
  ]);
});

function run({ entities, rules, events, quiet = false, made: kinds = makers }) {
  global.gc?.();
  const before = process.memoryUsage();
  const state = openState({ identity: (saved) => createIdentity({}, saved) });
  const rng = createRng(7, 'bench');
  let seq = 0, changes = 0, clock = start;
  const put = (entry) => (changes += state.apply({ seq: ++seq, clock, entry }).length);
  for (let i = 0; i < rules; i++) {
    put({ kind: 'define', definition: { segment: `s${i}`, name: `Segment ${i}`, version: 1, rule: kinds[i % kinds.length](i), types: { events: { 'properties.price': 'number', 'properties.product': 'text' }, traits: { plan: 'text' } } } });
    while (state.backfill().work.kind !== 'serve') state.step(1000);
    put({ kind: 'serve', segment: `s${i}`, version: 1 });
  }
  const event = (who) => {
    const kind = rng.int(20) === 0 ? 'identify' : 'track', name = kind === 'identify' ? kind : names[Math.floor(rng.next() ** 2 * 8)];
    const identifiers = rng.int(10) === 0 ? [{ type: 'user', value: `u${who}` }, { type: 'anonymous', value: `a${who}` }] : [{ type: 'user', value: `u${who}` }];
    const at = clock - (rng.int(20) === 0 ? rng.int(10 * MINUTE) : 0);
    return { id: `m${seq}`, kind, name, at, received: clock, identifiers, payload: kind === 'identify' ? { traits: { plan: rng.int(3) ? 'free' : 'pro', age: rng.int(80) } } : { properties: { price: rng.int(50_000) / 100, product: `p${rng.int(1000)}`, page: '/a/b' }, context: { timezone: 'Europe/Berlin', page: { path: '/a/b', referrer: 'https://example.com' } } } };
  };
  // Everyone has a history of some days before it is timed.
  for (let who = 0; who < entities; who++) {
    clock = start + Math.floor((who / entities) * 10 * DAY);
    put({ kind: 'event', event: event(who) });
  }
  const made = Array.from({ length: quiet ? 0 : events }, () => {
    clock += 100;
    return { clock, event: event(Math.floor(rng.next() ** 2 * entities)) };
  });
  const began = performance.now(), cpu = process.cpuUsage();
  if (quiet) for (let i = 0; i < events; i++) {
    clock += 20;
    put({ kind: 'event', event: event(rng.int(entities)) });
  }
  const told = changes;
  let tail = process.cpuUsage();
  for (const [i, each] of made.entries()) {
    if (i === made.length - 10_000) tail = process.cpuUsage();
    clock = each.clock;
    put({ kind: 'event', event: each.event });
  }
  const end = process.cpuUsage(tail), last = (end.user + end.system) / 10_000;
  const used = process.cpuUsage(cpu), wall = (performance.now() - began) / 1000;
  const found = { entities, rules, events, last, seconds: wall, cpu: (used.user + used.system) / 1e6, eventsPerSecond: Math.round(events / wall), changes: changes - told };
  // Everything that is due in the hours after the last event.
  const until = clock + (quiet ? HOUR : 12 * HOUR);
  const from = performance.now();
  let exits = 0, waits = 0;
  for (let next = state.next(); next <= until; next = state.next()) {
    const at = performance.now();
    exits += state.advance(next).length;
    waits = Math.max(waits, performance.now() - at);
  }
  const advanced = (performance.now() - from) / 1000;
  Object.assign(found, { exits, exitsPerSecond: Math.round(exits / advanced), longestInstantMs: waits });
  global.gc?.();
  const after = process.memoryUsage();
  found.bytesPerEntity = Math.round((after.heapUsed + after.external - before.heapUsed - before.external) / entities);
  found.rss = after.rss;
  let saved = 0, bytes = 0;
  for (const one of state.changed()) {
    if (++saved > 20_000) break;
    bytes += one.bytes?.length ?? 0;
  }
  found.savedBytesPerEntity = Math.round(bytes / Math.min(saved, 20_000));
  say(JSON.stringify(found));
  return found;
}
