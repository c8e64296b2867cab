// Kills the server while events arrive, at random moments, and looks after each kill whether everything acknowledged was counted, once, and nothing else; at the end whether everything worked out
// again from the journal is what was told: `node scripts/crash-live.mjs 1000`. It needs a build. Senders do as the SDKs do: what was not acknowledged is sent again under the same message id.
// `--store postgres` keeps the records and the journal in PostgreSQL; `--lose` breaks the ledger on purpose, to show that a loss is seen. What it cannot show is loss of power.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cli, endAll, randomOf, settled, start } from './killable-server.mjs';
import { startPostgres, withoutPostgres } from './postgres.mjs';
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
      await server.ask('POST', '/v1/batch', { batch, sentAt: new Date().toISOString() }, { key: ledger.keys.write });
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
  const everybody = Object.entries(ledger.counted);
  const one = async ([person, known]) => {
    const { events } = await ask('GET', `/v1/live/entities/${person}`).catch((error) => {
      if (error.status === 404) return { events: 0 };
      throw error;
    });
    const most = known.size + (exact ? 0 : (unsure[person]?.size ?? 0));
    if (events < known.size) throw new Fault(`${known.size - events} acknowledged events of ${person} are lost`);
    if (events > most) throw new Fault(`${person} has ${events - most} events more than were sent`);
  };
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (everybody.length > 0) await one(everybody.pop());
  }));
  for (const { segment } of await ask('GET', '/v1/live/segments')) {
    const { total, items } = await ask('GET', `/v1/live/segments/${segment}/members?limit=500`);
    if (total !== items.length) throw new Fault(`'${segment}' counts ${total} and lists ${items.length}`);
  }
}

/** One life of a data folder: killed so many times, looked at in between, and at the end whole: everything acknowledged, and all of it the same once more from the journal. */
async function round(kills, data, flags, seed, lose) {
  const ledger = { run: seed, sent: 0, counted: {}, unsure: [], keys: undefined };
  const random = randomOf(seed);
  const tally = { kills: 0, opening: 0, acknowledged: 0, verified: 0 };
  const looked = async (server, exact) => {
    await verify(server, ledger, exact).catch((error) => {
      throw new Error(`${exact ? 'At the end' : `After kill ${tally.kills}`} (seed ${seed}): ${error.message}`);
    });
    tally.verified++;
  };
  let defined = false;
  while (tally.kills < kills) {
    const server = await start(data, flags, ledger, ledger.keys && random() < 0.05 ? random() * 300 : undefined);
    if (!server) {
      tally.kills++;
      tally.opening++;
      continue;
    }
    if (!defined) {
      // Rules speak of what has been seen.
      await send(server, ledger, names.map((event) => ({ ...messageOf(ledger, random), event })));
      await settled(server);
      for (const [name, rule] of Object.entries(rules)) await server.ask('POST', '/v1/live/segments', { name, rule });
      defined = true;
    }
    if (tally.kills % 10 === 9) await looked(server, false);
    const senders = Array.from({ length: 4 }, () => sender(server, ledger, random, tally));
    await Promise.race([...senders, pause(20 + random() * 400)]);
    await server.kill();
    await Promise.all(senders);
    tally.kills++;
    if (lose) note(ledger, 'p0', 'never sent');
  }
  // At last everything that was unsure is sent until it is acknowledged.
  const server = await start(data, flags, ledger);
  for (const batch of ledger.unsure.splice(0)) await send(server, ledger, batch);
  await settled(server);
  await looked(server, true);
  let changes = 0;
  for (let items = [undefined]; items.length > 0;) {
    ({ items } = await server.ask('GET', `/v1/live/changes?limit=1000&after=${changes}`));
    for (const { n } of items) if (n !== (changes += 1)) throw new Error(`Change ${changes} is missing (seed ${seed})`);
  }
  await server.stop();
  const replayed = await run([cli, 'replay', '--data', data, ...flags, '--json']);
  if (replayed.code !== 0) throw new Error(`The replay differs (seed ${seed}): ${replayed.out} ${replayed.said}`);
  const { records, memberships } = JSON.parse(replayed.out);
  return { seed, ...tally, changes, events: Object.values(ledger.counted).reduce((sum, { size }) => sum + size, 0), records, memberships: memberships.slice(0, 16) };
}

async function send({ ask }, ledger, batch) {
  await ask('POST', '/v1/batch', { batch }, { key: ledger.keys.write });
  for (const { userId, messageId } of batch) note(ledger, userId, messageId);
}

function run(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '', said = '';
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => (said += part));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, said })));
}

/** Rounds that an earlier call wrote down. */
const before = async (path) => (path ? (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean).map((line) => JSON.parse(line)) : []);

await main(async () => {
  const [wanted = '20', ...flags] = process.argv.slice(2);
  const flag = (name) => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
  const [kills, each, seed, out, until] = [Number(wanted), Number(flag('--round') ?? 50), flag('--seed') ?? randomBytes(4).toString('hex'), flag('--out'), performance.now() + 1000 * Number(flag('--for') ?? Infinity)];
  const engine = flag('--store') === 'postgres' ? 'postgres' : 'sqlite';
  if (engine === 'postgres' && withoutPostgres) return void process.stdout.write(`${withoutPostgres}\n`);
  const postgres = engine === 'postgres' ? await startPostgres({ durable: true }) : undefined;
  const rounds = (await before(out)).filter((one) => one.engine === engine);
  const sum = (name) => rounds.reduce((total, one) => total + one[name], 0);
  try {
    while (sum('kills') < kills && performance.now() < until) {
      const data = await mkdtemp(join(tmpdir(), 'shoal-crash-live-'));
      const began = performance.now();
      try {
        const done = await round(Math.min(each, kills - sum('kills')), data, postgres ? ['--store', await postgres.fresh()] : [], `${seed}-${rounds.length}`, flags.includes('--lose'));
        rounds.push({ engine, ...done, seconds: Math.round((performance.now() - began) / 100) / 10 });
        if (out) await appendFile(out, `${JSON.stringify(rounds.at(-1))}\n`);
      } finally {
        await rm(data, { recursive: true, force: true });
      }
    }
    process.stdout.write(`${sum('kills')} kills in ${Math.round(sum('seconds'))} s (${sum('opening')} while opening)${postgres ? ', records and journal in PostgreSQL' : ''}: ${sum('events')} events of ${people} people acknowledged, some several times; all of everybody looked at ${sum('verified')} times. None lost, none invented, none counted twice.\n`);
    process.stdout.write(`${sum('changes')} changes of ${Object.keys(rules).length} live segments, without a gap; worked out again from ${sum('records')} records of ${rounds.length} journals they are the same, and so are the memberships (${rounds.at(-1)?.memberships}).\n`);
    process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}\n`);
  } finally {
    endAll();
    await postgres?.stop();
  }
});
