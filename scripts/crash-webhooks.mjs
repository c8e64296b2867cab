// Kills the server while it tells a webhook of changes, at random moments, and looks at the end whether every change was heard, under its own id and rightly signed, and whether what was heard of
// anybody ever went back: `node scripts/crash-webhooks.mjs 100`. It needs a build. The receiver refuses three of ten messages the first time. `--lose` makes the receiver forget one, to show that a loss is seen.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { endAll, randomOf, settled, start } from './killable-server.mjs';
import { main } from './run.mjs';

const people = 400;
const rule = { kind: 'attribute', source: 'traits', column: 'plan', op: '=', value: 'gold' };

/** Hears messages: how often each, and whether one about somebody is older than what was heard before. */
async function receiver(random, lose) {
  const heard = new Map(), refused = new Set(), newest = new Map(), faults = [];
  let secret;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const id = request.headers['webhook-id'];
    if (!refused.has(id) && random() < 0.3) {
      refused.add(id);
      return response.writeHead([500, 302, 404, 503][Math.floor(random() * 4)]).end();
    }
    try {
      const { data } = new Webhook(secret).verify(body, request.headers);
      if (data.sequence < (newest.get(data.entity) ?? 0)) faults.push(`${data.entity} went back from ${newest.get(data.entity)} to ${data.sequence}`);
      newest.set(data.entity, data.sequence);
      if (!(lose && heard.size === 20)) heard.set(id, { times: (heard.get(id)?.times ?? 0) + 1, ...data });
      else heard.set('forgotten', { times: 1 });
    } catch (error) {
      faults.push(`${id}: ${error.message}`);
    }
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.address().port, heard, refused, faults, knows: (given) => (secret = given), close: () => server.close() };
}

async function crash(kills, data, seed, lose) {
  const random = randomOf(seed);
  const ledger = { keys: undefined };
  const listening = await receiver(random, lose);
  const flags = ['--allow-hosts', `127.0.0.1:${listening.port}`];
  let webhook, sent = 0;
  const identify = (n, plan) => ({ type: 'identify', messageId: `m-${seed}-${(sent += 1)}`, userId: `p${n}`, traits: { plan } });
  for (let killed = 0; killed < kills; killed++) {
    const server = await start(data, flags, ledger);
    if (!webhook) {
      await server.ask('POST', '/v1/batch', { batch: [identify(0, 'gold')] }, { key: ledger.keys.write });
      await settled(server);
      const made = await server.ask('POST', '/v1/webhooks', { name: 'Receiver', url: `http://127.0.0.1:${listening.port}/in`, from: 'start' });
      listening.knows(made.secret);
      webhook = made.webhook.id;
      await server.ask('POST', '/v1/live/segments', { name: 'Gold', rule });
    }
    const end = performance.now() + 300 + random() * 1200;
    while (performance.now() < end) {
      const batch = Array.from({ length: 40 }, () => identify(Math.floor(random() * people), random() < 0.5 ? 'gold' : 'silver'));
      await server.ask('POST', '/v1/batch', { batch }, { key: ledger.keys.write });
      await pause(20);
    }
    await server.kill();
  }
  const server = await start(data, flags, ledger);
  await settled(server);
  for (;;) {
    const { waiting, cursor, dead } = await server.ask('GET', `/v1/webhooks/${webhook}`);
    const { changes } = await server.ask('GET', '/v1/live');
    if (dead > 0) throw new Error(`${dead} were given up`);
    if (waiting === 0 && cursor === changes) break;
    await pause(500);
  }
  const all = [];
  for (let items = [undefined]; items.length > 0; all.push(...items)) ({ items } = await server.ask('GET', `/v1/live/changes?limit=1000&after=${all.at(-1)?.n ?? 0}`));
  await server.stop();
  listening.close();
  const { heard, refused, faults } = listening;
  for (const { n, entity, direction, sequence } of all) {
    const one = heard.get(`msg_${webhook}_${n}`);
    if (!one) throw new Error(`Change ${n} was never heard`);
    if (one.entity !== entity || one.member !== (direction === 'entered') || one.sequence !== sequence) throw new Error(`Change ${n} was told otherwise`);
  }
  if (heard.size !== all.length) throw new Error(`${heard.size - all.length} messages are of no change`);
  if (faults.length > 0) throw new Error(faults.slice(0, 5).join('; '));
  return { changes: all.length, messages: [...heard.values()].reduce((sum, { times }) => sum + times, 0), refused: refused.size };
}

await main(async () => {
  const [kills = '10', ...flags] = process.argv.slice(2);
  const seed = flags.includes('--seed') ? flags[flags.indexOf('--seed') + 1] : randomBytes(4).toString('hex');
  const data = await mkdtemp(join(tmpdir(), 'shoal-crash-webhooks-'));
  const started = performance.now();
  try {
    const { changes, messages, refused } = await crash(Number(kills), data, seed, flags.includes('--lose'));
    process.stdout.write(`${kills} kills in ${Math.round((performance.now() - started) / 1000)} s: ${changes} changes, all heard, ${messages - changes} of them again, ${refused} after a refusal; every signature good, none older than one before.\n`);
    process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}\n`);
  } finally {
    endAll();
    await rm(data, { recursive: true, force: true });
  }
});
