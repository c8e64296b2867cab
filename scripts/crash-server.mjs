// Kills the server in the middle of its work, at random moments, and looks after each kill whether what it had acknowledged is there and nothing half-written can be seen:
// `node scripts/crash-server.mjs 200`. It needs a build. `--store postgres` keeps the records in a PostgreSQL of its own instead of SQLite. `--data <folder>` goes on where an earlier call ended (SQLite),
// `--for <seconds>` ends it sooner. What it cannot show is loss of power.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endAll, randomOf, start } from './killable-server.mjs';
import { startPostgres, withoutPostgres } from './postgres.mjs';
import { main } from './run.mjs';

const always = ['report.html', 'segments.json', 'membership.csv', 'membership.parquet', 'features.parquet', 'model.json', 'rejected.csv', 'run.json', 'everyone.columns', 'map.parquet'];

/** Orders of two kinds of customers, different for each `n`. */
function orders(n) {
  const rows = ['order_id,customer_id,order_date,amount'];
  for (let customer = 0; customer < 120; customer++) {
    for (let i = 0; i < (customer % 2 ? 9 : 3); i++) rows.push(`${rows.length},C${customer},2024-0${1 + ((i * 7 + customer + n) % 9)}-1${i % 10},${((customer % 2 ? 20 : 150) + ((customer * 7 + i * 13 + n) % 40)).toFixed(2)}`);
  }
  return rows.join('\n') + '\n';
}

/** What the server has said is done. Values are lists where a change was under way when it was killed: either is right. */
const emptyLedger = () => ({ keys: undefined, counter: 0, files: {}, jobs: {}, runs: {}, champion: undefined });

/** Uses the server like its busiest user, and writes down what it acknowledges, until it is killed. */
async function work({ ask, call }, ledger, random, tally) {
  const discover = async () => {
    const files = Object.keys(ledger.files).filter((id) => ledger.files[id].there === true);
    if (files.length === 0) return;
    const job = await ask('POST', '/v1/discover', { files: [files[Math.floor(random() * files.length)]], options: { k: 2, title: `Run ${++ledger.counter}` } });
    ledger.jobs[job.id] = {};
    return job.id;
  };
  const acts = {
    async upload() {
      const text = orders(++ledger.counter);
      const file = await ask('PUT', `/v1/files/orders-${ledger.counter}.csv`, text, { type: 'text/csv' });
      ledger.files[file.id] = { there: true, name: `orders-${ledger.counter}.csv`, hash: hashOf(text) };
    },
    async find() {
      const began = performance.now();
      const ids = [await discover(), random() < 0.3 ? await discover() : undefined].filter(Boolean);
      for (const id of ids) {
        const answer = await call('GET', `/v1/jobs/${id}/events`);
        for await (const part of answer.body) if (tally.waitsFor && Buffer.from(part).includes(`"stage":"${tally.waitsFor}"`)) tally.arrived();
        const job = await ask('GET', `/v1/jobs/${id}`);
        if (wronglyFailed(job, ledger)) throw new Fault(`job ${id} failed: ${job.problem.sentence}`);
        if (job.state !== 'done') continue;
        ledger.jobs[id].run = job.result.run;
        const { title } = (await ask('GET', '/v1/runs')).find((run) => run.id === job.result.run);
        ledger.runs[job.result.run] ??= { titles: [title] };
        tally.runs++;
        tally.pace = (performance.now() - began) / ids.length;
      }
    },
    async rename() {
      const [run] = pick(Object.keys(ledger.runs), random);
      if (!run) return;
      const title = `Renamed ${++ledger.counter}`;
      ledger.runs[run].titles.push(title);
      await ask('PATCH', `/v1/runs/${run}`, { title });
      ledger.runs[run].titles = [title];
    },
    async point() {
      const { champion } = await ask('GET', '/v1/aliases');
      const [run] = pick(Object.keys(ledger.runs).filter((id) => id !== champion), random);
      if (!run) return;
      ledger.champion = [...(ledger.champion ?? [champion]), run];
      await ask('PUT', '/v1/aliases/champion', { run, why: 'crash test' });
      ledger.champion = [run];
    },
    async remove() {
      const [id] = pick(Object.keys(ledger.files).filter((file) => ledger.files[file].there === true), random);
      if (!id || Object.keys(ledger.files).length < 4) return;
      ledger.files[id].there = 'perhaps';
      await ask('DELETE', `/v1/files/${id}`);
      ledger.files[id].there = false;
    },
  };
  const order = ['upload', 'find', 'find', 'find', 'rename', 'point', 'upload', 'find', 'remove'];
  for (;;) {
    const name = order[Math.floor(random() * order.length)];
    tally.under = name;
    await acts[name]();
    tally.acknowledged++;
  }
}

const pick = (list, random) => (list.length ? [list[Math.floor(random() * list.length)]] : []);
const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

class Fault extends Error {}

/** A job may only fail because its file was removed before it was read. */
const wronglyFailed = ({ state, input, problem }, { files }) => state === 'failed' && !(/^files\/(removed|unknown)$/.test(problem.code) && files[input.files[0]]?.there !== true);

/** Everything acknowledged is there, everything there is whole. */
async function verify({ ask, call }, ledger, { data }, tally) {
  const must = (holds, what) => {
    if (!holds) throw new Fault(what);
  };
  const place = join(data, 'workspaces', 'main');
  const files = new Map((await ask('GET', '/v1/files')).map((file) => [file.id, file]));
  for (const [id, known] of Object.entries(ledger.files)) {
    const file = files.get(id);
    must(known.there === 'perhaps' || Boolean(file) === known.there, `file ${id} is ${file ? 'there again' : 'lost'}`);
    known.there = Boolean(file);
    must(!file || (file.name === known.name && file.fingerprint === known.hash), `file ${id} is another`);
  }
  for (const file of files.values()) must(hashOf(await readFile(join(place, 'files', file.id, file.name))) === file.fingerprint, `file ${file.id} is not whole`);

  const jobs = new Map((await ask('GET', '/v1/jobs')).map((job) => [job.id, job]));
  const recent = Object.entries(ledger.jobs).slice(-80);
  for (const [id, { run }] of recent) {
    const job = jobs.get(id);
    must(job, `job ${id} is lost`);
    must(!wronglyFailed(job, ledger), `job ${id} failed: ${job.problem?.sentence}`);
    must(!run || (job.state === 'done' && job.result.run === run), `job ${id} was done with run ${run} and is ${job.state}`);
    if (job.state === 'interrupted') tally.interrupted.add(id);
  }

  const runs = new Map((await ask('GET', '/v1/runs')).map((run) => [run.id, run]));
  for (const [id, { titles }] of Object.entries(ledger.runs)) {
    must(runs.has(id), `run ${id} is lost`);
    must(titles.includes(runs.get(id).title), `run ${id} is called '${runs.get(id).title}', not '${titles}'`);
    ledger.runs[id].titles = [runs.get(id).title];
  }
  for (const [id, { title, state }] of runs) {
    must(state === 'published', `run ${id} is seen ${state}`);
    const known = (ledger.runs[id] ??= { titles: [title] });
    const names = await readdir(join(place, 'runs', id)).catch(() => []);
    for (const name of always) must(names.includes(name), `run ${id} has no ${name}`);
    const hash = hashOf((await Promise.all(names.sort().map((name) => readFile(join(place, 'runs', id, name))))).map(hashOf).join());
    must(!known.hash || known.hash === hash, `the files of run ${id} have changed`);
    if (!known.hash) {
      const report = await ask('GET', `/v1/runs/${id}`);
      const map = JSON.parse((await call('GET', `/v1/runs/${id}/map`)).headers.get('shoal-map'));
      must(report.run.id === id && map.rows === report.totals.entities, `run ${id} does not read as what it is`);
    }
    known.hash = hash;
  }
  const { champion } = await ask('GET', '/v1/aliases');
  must(!ledger.champion || ledger.champion.includes(champion), `the champion is ${champion}, not ${ledger.champion}`);
  must(runs.size === 0 || runs.has(champion), `the champion is ${champion}, which is no run`);
  ledger.champion &&= [champion];
  const audit = await ask('GET', '/v1/audit/verify');
  must(!audit.fault, `the audit log is broken: ${audit.fault?.problem}`);
  // Jobs that waited have begun again by now, so what is partial now is theirs.
  const left = (await readdir(join(place, 'files'))).filter((name) => name.startsWith('.partial'));
  must(left.length === 0, `${left} was left in files/`);
  tally.orphans = (await readdir(join(place, 'runs'))).filter((name) => !name.startsWith('.') && !runs.has(name)).length;
}

/** `place`: the data folder, and where its records are unless they are in it. */
async function crash(kills, place, seed, lose, until) {
  const { data, store } = place;
  const flags = store ? ['--store', store] : [];
  const saved = join(data, 'ledger.json');
  const ledger = existsSync(saved) ? JSON.parse(await readFile(saved, 'utf8')) : emptyLedger();
  const random = randomOf(`${seed}/${ledger.counter}`);
  const tally = { kills: 0, opening: 0, acknowledged: 0, runs: 0, resumed: 0, under: '', byAct: {}, pace: undefined, waitsFor: undefined, arrived: () => {}, interrupted: new Set(), orphans: 0 };
  const checked = async (server) => verify(server, ledger, place, tally).catch((error) => {
    throw new Error(`After kill ${tally.kills} (in ${tally.under}): ${error.message}`);
  });
  while (tally.kills < kills && performance.now() < until) {
    const early = ledger.keys && random() < 0.1 ? 100 + random() * 700 : undefined;
    const server = await start(data, flags, ledger, early);
    if (!server) {
      tally.kills++;
      tally.opening++;
      continue;
    }
    await checked(server);
    for (const id of [...tally.interrupted]) {
      tally.interrupted.delete(id);
      if (random() < 0.5) continue;
      await server.ask('POST', `/v1/jobs/${id}/resume`, undefined);
      tally.resumed++;
    }
    const working = work(server, ledger, random, tally).catch((error) => error);
    // The first life shows how long a run takes here.
    while (tally.pace === undefined && !(await Promise.race([working, pause(100)])));
    // Half of the lives end at any time, the others in the short stages in which something becomes durable or visible.
    tally.waitsFor = random() < 0.5 ? undefined : random() < 0.7 ? 'publish' : 'write';
    const there = new Promise((resolve) => (tally.arrived = resolve)).then(() => pause(random() * (tally.waitsFor === 'publish' ? 40 : 200)));
    const first = await Promise.race([working, ...(tally.waitsFor ? [there, pause(8 * tally.pace)] : [pause(100 + random() ** 1.5 * 3 * tally.pace)])]);
    if (first instanceof Error) throw first;
    await server.kill();
    // What failed because the server is gone is no fault; what the server refused is.
    const last = await working;
    if (last instanceof Fault || last.status !== undefined) throw last;
    tally.kills++;
    const under = tally.waitsFor ? `${tally.under} at '${tally.waitsFor}'` : tally.under;
    tally.byAct[under] = (tally.byAct[under] ?? 0) + 1;
    if (lose) await rm(join(data, 'workspaces/main/runs', Object.keys(ledger.runs)[0] ?? 'none', 'model.json'), { force: true });
  }
  // At last everything that was interrupted is done.
  const server = await start(data, flags, ledger);
  await checked(server);
  for (const { id, state } of await server.ask('GET', '/v1/jobs')) if (state === 'interrupted') await server.ask('POST', `/v1/jobs/${id}/resume`, undefined);
  for (const { id } of await server.ask('GET', '/v1/jobs')) for await (const _ of (await server.call('GET', `/v1/jobs/${id}/events`)).body);
  for (const job of await server.ask('GET', '/v1/jobs')) if (job.state !== 'done' && (job.state !== 'failed' || wronglyFailed(job, ledger))) throw new Error(`Job ${job.id} is ${job.state} after everything was resumed.`);
  await checked(server);
  await server.stop();
  await writeFile(saved, JSON.stringify(ledger));
  return { ...tally, files: Object.keys(ledger.files).length, published: Object.keys(ledger.runs).length, jobs: Object.keys(ledger.jobs).length };
}

await main(async () => {
  const [kills = '20', ...flags] = process.argv.slice(2);
  const flag = (name) => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
  const engine = flag('--store') ?? 'sqlite';
  if (!['sqlite', 'postgres'].includes(engine)) throw new Error(`--store is ${engine}, not sqlite or postgres.`);
  if (engine === 'postgres' && flag('--data')) throw new Error('--store postgres begins anew each time: it cannot go on in --data.');
  if (engine === 'postgres' && withoutPostgres) return void process.stdout.write(`${withoutPostgres}\n`);
  const data = flag('--data') ?? (await mkdtemp(join(tmpdir(), 'shoal-crash-server-')));
  const postgres = engine === 'postgres' ? await startPostgres({ durable: true }) : undefined;
  const started = performance.now();
  try {
    const { byAct, ...tally } = await crash(Number(kills), { data, store: await postgres?.fresh() }, flag('--seed') ?? '1', flags.includes('--lose'), 1000 * Number(flag('--for') ?? Infinity));
    process.stdout.write(`${engine}: ${tally.kills} kills in ${Math.round((performance.now() - started) / 1000)} s (${tally.opening} while opening): ${tally.acknowledged} acknowledged acts, ${tally.runs} runs seen done, ${tally.resumed} interrupted jobs resumed, ${tally.orphans} folders of runs that were never published. In all ${tally.files} files, ${tally.jobs} jobs, ${tally.published} runs. Nothing lost, nothing half-written.\n`);
    process.stdout.write(`  under way when killed: ${Object.entries(byAct).sort(([, a], [, b]) => b - a).map(([name, n]) => `${name} ${n}`).join(', ')}\n`);
    process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}\n`);
  } finally {
    endAll();
    await postgres?.stop();
    if (!flag('--data')) await rm(data, { recursive: true, force: true });
  }
});
