// Kills the server while events arrive, at random moments, and looks after each kill whether everything acknowledged was counted, once, and nothing else; at the end whether everything worked out
// again from the journal is what was told: `node scripts/crash-live.mjs 1000`. It needs a build. Senders do as the SDKs do: what was not acknowledged is sent again under the same message id.
// `--store postgres` keeps the records and the journal in PostgreSQL; `--lose` breaks the ledger on purpose, to show that a loss is seen. What it cannot show is loss of power.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cli, endAll, randomOf, settled, start } from './killable-server.mjs';
import { main } from './run.mjs';

const people = 200;
const names = ['Viewed', 'Added', 'Ordered'];
const rules = {
  'Looked lately': { kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'Viewed' }], op: '>=', value: 2, window: { last: 1, unit: 'minutes' } },
  'Left a cart': { kind: 'sequence', first: { source: 'events', where: [{ column: 'event', op: '=', value: 'Added' }] }, then: { source: 'events', where: [{ column: 'event', op: '=', value: 'Ordered' }] }, followed: false, within: { length: 1, unit: 'minutes' }, per: 'properties.cart' },
  'Big spenders': { kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'Ordered' }], sum: 'properties.total', op: '>', value: 500 },
};

/** Sends batches until the server is gone. `ledger.unsure`: those that were sent and not acknowledged; they are sent again, as they are. */
async function sender(server, ledger, random, tally) {
  for (;;) {
    const batch = ledger.unsure.pop() ?? Array.from({ length: 1 + Math.floor(random() * 20) }, () => messageOf(ledger, random));
    try {
      await server.ask('POST', '/v1/batch', { batch, sentAt: new Date().toISOString() }, ledger.keys.write);
    } catch (error) {
      ledger.unsure.push(batch);
      if (error.status === 429) await pause(50);
      else if (error.status !== undefined && error.status !== 503) throw error;
      else return;
      continue;
    }
    tally.acknowledged += batch.length;
    for (const { userId, messageId } of batch) note(ledger, userId, messageId);
    // What was acknowledged comes again now and then: it is not counted again.
    if (random() < 0.05) ledger.unsure.push(batch);
  }
}

function messageOf(ledger, random) {
  const person = `p${Math.floor(random() * people)}`;
  const event = names[Math.floor(random() * names.length)];
  const properties = { cart: `c${Math.floor(random() * 50)}`, total: Math.floor(random() * 30_000) / 100 };
  return { type: 'track', messageId: `m-${ledger.run}-${(ledger.sent += 1)}`, userId: person, event, properties, timestamp: new Date(Date.now() - Math.floor(random() ** 4 * 200_000)).toISOString() };
}

const note = (ledger, person, id) => (ledger.counted[person] ??= new Set()).add(id);

class Fault extends Error {}

/** Everything acknowledged was counted once, and nothing else: of everybody, with what is still unsure between. */
async function verify({ ask }, ledger, exact) {
  const unsure = {};
  for (const batch of ledger.unsure) for (const { userId, messageId } of batch) if (!ledger.counted[userId]?.has(messageId)) (unsure[userId] ??= new Set()).add(messageId);
  for (const [person, known] of Object.entries(ledger.counted)) {
    const { events } = await ask('GET', `/v1/live/entities/${person}`).catch((error) => {
      if (error.status === 404) return { events: 0 };
      throw error;
    });
    const most = known.size + (exact ? 0 : (unsure[person]?.size ?? 0));
    if (events < known.size) throw new Fault(`${known.size - events} acknowledged events of ${person} are lost`);
    if (events > most) throw new Fault(`${person} has ${events - most} events more than were sent`);
  }
  for (const { segment, members } of await ask('GET', '/v1/live/segments')) {
    const { total, items } = await ask('GET', `/v1/live/segments/${segment}/members?limit=500`);
    if (total !== items.length) throw new Fault(`'${segment}' counts ${total} and lists ${items.length}`);
    if (Math.abs(members - total) > people) throw new Fault(`'${segment}' counts ${members}, then ${total}`);
  }
}

async function crash(kills, data, flags, seed, lose) {
  const ledger = { run: seed, sent: 0, counted: {}, unsure: [], keys: undefined };
  const random = randomOf(seed);
  const tally = { kills: 0, opening: 0, acknowledged: 0, verified: 0 };
  let defined = false;
  while (tally.kills < kills) {
    const server = await start(data, flags, ledger, ledger.keys && random() < 0.05 ? 80 + random() * 400 : undefined);
    if (!server) {
      tally.kills++;
      tally.opening++;
      continue;
    }
    if (!defined) {
      // Rules speak of what has been seen.
      const batch = names.map((event) => ({ ...messageOf(ledger, random), event }));
      await server.ask('POST', '/v1/batch', { batch }, ledger.keys.write);
      for (const { userId, messageId } of batch) note(ledger, userId, messageId);
      await settled(server);
      for (const [name, rule] of Object.entries(rules)) await server.ask('POST', '/v1/live/segments', { name, rule });
      defined = true;
    }
    if (tally.kills % 10 === 0) {
      await verify(server, ledger, false).catch((error) => {
        throw new Error(`After kill ${tally.kills}: ${error.message}`);
      });
      tally.verified++;
    }
    const senders = Array.from({ length: 4 }, () => sender(server, ledger, random, tally));
    await Promise.race([...senders, pause(20 + random() * 400)]);
    await server.kill();
    await Promise.all(senders);
    tally.kills++;
    if (lose) note(ledger, 'p0', 'never sent');
  }
  // At last everything that was unsure is sent until it is acknowledged.
  const server = await start(data, flags, ledger);
  for (const batch of ledger.unsure.splice(0)) {
    await server.ask('POST', '/v1/batch', { batch }, ledger.keys.write);
    for (const { userId, messageId } of batch) note(ledger, userId, messageId);
  }
  await settled(server);
  await verify(server, ledger, true).catch((error) => {
    throw new Error(`At the end: ${error.message}`);
  });
  const { items } = await server.ask('GET', '/v1/live/changes?limit=1000');
  items.forEach(({ n }, i) => {
    if (n !== i + 1) throw new Error(`Change ${i + 1} is missing`);
  });
  const { changes } = await server.ask('GET', '/v1/live');
  await server.stop();
  const replayed = await run([cli, 'replay', '--data', data, ...flags, '--json']);
  if (replayed.code !== 0) throw new Error(`The replay differs: ${replayed.out} ${replayed.said}`);
  return { ...tally, changes, events: Object.values(ledger.counted).reduce((sum, { size }) => sum + size, 0), replay: JSON.parse(replayed.out) };
}

function run(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '', said = '';
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => (said += part));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, said })));
}

await main(async () => {
  const [kills = '20', ...flags] = process.argv.slice(2);
  const flag = (name) => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
  const postgres = flag('--store') === 'postgres' ? await (await import('./postgres.mjs')).startPostgres() : undefined;
  const data = await mkdtemp(join(tmpdir(), 'shoal-crash-live-'));
  const started = performance.now();
  try {
    const { replay, ...tally } = await crash(Number(kills), data, postgres ? ['--store', postgres.url] : [], flag('--seed') ?? randomBytes(4).toString('hex'), flags.includes('--lose'));
    const s = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`${tally.kills} kills in ${s} s (${tally.opening} while opening)${postgres ? ', records and journal in PostgreSQL' : ''}: ${tally.events} events of ${people} people acknowledged, some several times; all of everybody looked at ${tally.verified + 1} times. None lost, none invented, none counted twice.\n`);
    process.stdout.write(`${tally.changes} changes of ${Object.keys(rules).length} live segments, without a gap; worked out again from ${replay.records} records they are the same, and so are the memberships (${replay.memberships.slice(0, 16)}).\n`);
    process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}\n`);
  } finally {
    endAll();
    await postgres?.stop();
    await rm(data, { recursive: true, force: true });
  }
});
