// The journal of the live side: groups of 1 to 2,000 events made durable, processor and bytes of each, reading back, and exact dedupe among 10 million ids.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPostgres, withoutPostgres } from '../scripts/postgres.mjs';
import { flags, machine, main, root, say } from './measure.mjs';

const start = Date.UTC(2026, 0, 1);

await main(async () => {
  const { events, ids, people } = flags({ events: 60_000, ids: 10_000_000, people: 20_000 });
  const folder = mkdtempSync(join(tmpdir(), 'shoal-bench-journal-'));
  const server = withoutPostgres ? undefined : await startPostgres({ durable: true });
  if (withoutPostgres) say(withoutPostgres);
  try {
    const found = { events, people, sqlite: await measured('SQLite', join(folder, 'data'), { events, people, size: () => sizeOf(join(folder, 'data', 'workspaces', 'main')) }) };
    if (server) found.postgres = await measured('PostgreSQL', await server.fresh(), { events: Math.min(events, 20_000), people });
    if (ids > 0) found.dedupe = await deduped(join(folder, 'ids'), ids);
    const path = join(root, 'bench', 'results', 'journal.json');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify({ date: new Date().toISOString(), machine: machine(), ...found }, undefined, 1)}\n`);
    say('Written to bench/results/journal.json');
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** An event of about 500 bytes of JSON. */
function eventOf(i, people) {
  return {
    kind: 'event',
    event: {
      id: `5f0c2a9e-7d1b-4c3e-9a6f-${i.toString(16).padStart(12, '0')}`, kind: 'track', name: 'Order Completed', at: start + i, received: start + i + 20, original: start + i, sent: start + i + 10,
      identifiers: [{ type: 'user', value: `customer-${(i * 7919) % people}` }, { type: 'anonymous', value: `browser-${(i * 7919) % people}` }],
      payload: {
        properties: { orderId: `o-${i}`, price: i % 500, currency: 'EUR', products: [{ sku: `s-${i % 100}`, quantity: 1 + (i % 3) }] },
        context: { page: { path: '/checkout', referrer: 'https://example.com/' }, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', timezone: 'Europe/Berlin' },
      },
    },
  };
}

async function measured(name, place, { events, people, size }) {
  const { openJournal } = await import('../dist/store/catalog.js');
  const journal = await openJournal(place, 'main', { clock: Date.now });
  const found = {};
  let next = 0;
  let group = 0;
  const write = (count) => journal.append({ clock: start + (group += 1), entries: Array.from({ length: count }, () => eventOf((next += 1), people)) });
  // Everybody once, so that keys are made before anything is measured.
  for (let i = 0; i < people; i += 2000) await write(Math.min(2000, people - i));
  for (const count of [1, 16, 256, 2000]) {
    const times = Math.max(10, Math.min(1000, Math.floor(events / count)));
    const took = new Float64Array(times);
    const before = size?.() ?? 0;
    const cpu = process.cpuUsage();
    const began = performance.now();
    for (let i = 0; i < times; i++) {
      const from = performance.now();
      await write(count);
      took[i] = performance.now() - from;
      await new Promise(setImmediate);
    }
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    took.sort();
    const [p50, p99] = [0.5, 0.99].map((q) => took[Math.min(times - 1, Math.floor(q * times))]);
    const row = { groups: times, perSecond: (times * count) / seconds, p50, p99, cpuMicroseconds: (user + system) / (times * count), ...(size && { bytes: (size() - before) / (times * count) }) };
    found[count] = row;
    say(`${name.padEnd(10)} groups of ${String(count).padEnd(5)} ${Math.round(row.perSecond).toLocaleString('en').padStart(8)} events/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, ${row.cpuMicroseconds.toFixed(1)} µs of processor an event`);
  }
  const { records, bytes } = await journal.size();
  const from = performance.now();
  let read = 0;
  for await (const part of journal.read(0)) read += part.length;
  if (read !== records || records !== next) throw new Error(`${read} of ${next} events came back.`);
  found.read = { perSecond: read / ((performance.now() - from) / 1000) };
  found.payload = bytes / records;
  say(`${name.padEnd(10)} read back      ${Math.round(found.read.perSecond).toLocaleString('en').padStart(8)} events/s, ${Math.round(found.payload)} bytes each`);
  await journal.close();
  if (size) say(`${name.padEnd(10)} on the disk    ${Math.round(found.disk = size() / next)} bytes an event, all told`);
  return found;
}

/** Only message ids: small events, as many as there are in a month of four a second. */
async function deduped(place, ids) {
  const { openJournal } = await import('../dist/store/catalog.js');
  const small = (i) => ({ kind: 'event', event: { id: `message-${i}`, kind: 'track', name: 'n', at: start, received: start, identifiers: [], payload: {} } });
  let journal = await openJournal(place, 'main', { clock: Date.now });
  const memory = () => (global.gc?.(), process.memoryUsage());
  for (let i = 0, group = 0; i < ids; group++) {
    const count = Math.min(4000, ids - i);
    await journal.append({ clock: start + group, entries: Array.from({ length: count }, (_, j) => small(i + j)) });
    i += count;
    if (group % 5 === 0) await new Promise(setImmediate);
    // Only their ids matter here.
    if (group % 100 === 99) {
      const { seq } = await journal.head();
      await journal.save({ seq, rest: new Uint8Array(0), states: [] });
      await journal.prune({ bytes: 0 });
    }
  }
  await journal.close();
  journal = undefined;
  await new Promise(setImmediate);
  const before = memory();
  const from = performance.now();
  journal = await openJournal(place, 'main', { clock: Date.now });
  const opened = (performance.now() - from) / 1000;
  const after = memory();
  const each = async (entries) => {
    const began = performance.now();
    const answers = await journal.append({ clock: start + 100_000, entries });
    return { microseconds: ((performance.now() - began) * 1000) / entries.length, duplicates: answers.filter((answer) => 'duplicate' in answer).length };
  };
  const fresh = await each(Array.from({ length: 4000 }, (_, i) => small(ids + i)));
  const again = await each(Array.from({ length: 1000 }, (_, i) => small(Math.floor((i * ids) / 1000))));
  const batch = await each(Array.from({ length: 1000 }, (_, i) => small(Math.floor(ids / 2) + i)));
  if (fresh.duplicates !== 0 || again.duplicates !== 1000 || batch.duplicates !== 1000) throw new Error('The dedupe is wrong.');
  const found = { ids, openSeconds: opened, megabytes: (after.arrayBuffers - before.arrayBuffers) / 1e6, fileBytes: sizeOf(join(place, 'workspaces', 'main')) / ids, newMicroseconds: fresh.microseconds, oldMicroseconds: again.microseconds, batchMicroseconds: batch.microseconds };
  say(`dedupe     ${ids.toLocaleString('en')} ids: opened in ${opened.toFixed(1)} s, ${found.megabytes.toFixed(0)} MB of memory; a new message ${fresh.microseconds.toFixed(0)} µs (written), one that came long ago ${again.microseconds.toFixed(0)} µs, one of a batch sent again ${batch.microseconds.toFixed(0)} µs`);
  await journal.close();
  return found;
}

function sizeOf(folder) {
  return readdirSync(folder).filter((file) => file.startsWith('journal.sqlite')).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}
