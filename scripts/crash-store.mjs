// Kills a process that writes to the store, at random moments, and checks after each that nothing it was told is kept is lost, and nothing half-written is seen:
// `npm run crash -- 200`, `npm run crash -- 200 --engine postgres` (the journal of the live side: `npm run crash -- journal 200`). It needs a build. What it cannot show is loss of power: the operating system keeps what a killed process had handed to it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { startPostgres, withoutPostgres } from './postgres.mjs';
import { main, node, root } from './run.mjs';

const here = fileURLToPath(import.meta.url);
const from = (path) => import(pathToFileURL(join(root, 'dist', path)).href);
const by = { actor: 'crash', reason: 'a test' };
const segments = ['s0', 's1', 's2'];
/** Rows of a run: several chunks, so that kills fall between them. */
const rowsOf = (i) => 400 + ((i * 373) % 1200);

/**
 * The work, one step after the other, for ever: the same steps whoever does them, so that the state after n steps is known. `audited` ones add an entry to the log of the workspace.
 * A run that is not published when the process dies is begun again: `again` steps back.
 */
const steps = [
  { name: 'begin a run', audited: 1, do: ({ store }, i) => store.runs.begin({ id: `r${i}`, title: `Run ${i}`, input: {} }, by) },
  { name: 'append transitions', audited: 1, again: 1, do: ({ store }, i) => store.transitions.append(`r${i}`, transitions(i), by) },
  { name: 'publish', audited: 1, again: 2, do: ({ store }, i) => store.runs.publish(`r${i}`, { summary: summary(i), segments: segments.map((id, segment) => ({ id, segment, name: `${id} ${i}`, entities: 1, share: 0.1 })) }, by) },
  { name: 'move the champion', audited: 1, do: ({ store }, i) => store.aliases.move('champion', `r${i}`, by) },
  { name: 'rename a segment', audited: 1, do: ({ store }, i) => store.segments.rename('s0', `Name ${i}`, by) },
  { name: 'add a note', audited: 1, do: ({ store }, i) => store.notes.add({ about: { kind: 'run', id: `r${i}` }, text: `note ${i}` }, by) },
  { name: 'queue a job', audited: 1, do: ({ store }, i) => store.jobs.queue({ kind: `job ${i}`, input: { i } }, by) },
  { name: 'start it', audited: 1, do: async ({ store }) => store.jobs.start((await store.jobs.list({ limit: 1 })).items[0].id, by) },
  { name: 'finish it', audited: 1, do: async ({ store }, i) => store.jobs.finish((await store.jobs.list({ limit: 1 })).items[0].id, { i }, by) },
  { name: 'roll back', audited: 1, only: (i) => i % 3 === 2, do: ({ store }) => store.aliases.rollback('champion', by) },
  { name: 'make a key', audited: 0, do: ({ home }, i) => home.keys.create({ name: `key ${i}`, role: 'viewer' }, by) },
  { name: 'migrate', audited: 0, do: ({ migrateTo }, i) => migrateTo(i + 1) },
];

function* transitions(i) {
  for (let j = 0; j < rowsOf(i); j++) yield { entity: `c${j % 50}`, at: i, to: segments[(i + j) % 3], ...(i > 0 && { from: segments[(i + j + 1) % 3] }) };
}

const summary = (i) => ({ headline: `Run ${i}`, entities: 50, segments: 3, asOf: i, seed: 1, version: '1', algorithm: 'kmeans', kind: 'found', fingerprint: 'f', metrics: {} });

/** What the store must show after the first `n` steps. */
function expected(n) {
  const state = { runs: [], champion: undefined, name: undefined, notes: [], jobs: [], keys: 0, flows: {}, seen: 0, version: 0 };
  for (let at = 0; at < n; at++) {
    const i = Math.floor(at / steps.length);
    const { name, only } = steps[at % steps.length];
    if (only && !only(i)) continue;
    if (name === 'begin a run') state.runs.unshift([`r${i}`, 'running']);
    if (name === 'publish') {
      state.runs[0] = [`r${i}`, 'published'];
      state.name ??= 's0 0';
      for (const { from: left, to, entity } of transitions(i)) {
        const flow = (segment) => ((state.flows[segment] ??= {})[`r${i}`] ??= { entered: 0, left: 0 });
        flow(to).entered += 1;
        if (left) flow(left).left += 1;
        if (entity === 'c7') state.seen += 1;
      }
    }
    if (name === 'move the champion') state.champion = `r${i}`;
    if (name === 'roll back') state.champion = `r${i - 1}`;
    if (name === 'rename a segment') state.name = `Name ${i}`;
    if (name === 'add a note') state.notes.unshift(`note ${i}`);
    if (name === 'queue a job') state.jobs.unshift([`job ${i}`, 'queued']);
    if (name === 'start it') state.jobs[0][1] = 'running';
    if (name === 'finish it') state.jobs[0][1] = 'done';
    if (name === 'make a key') state.keys += 1;
    if (name === 'migrate') state.version = i + 1;
  }
  return JSON.stringify(state);
}

/** The same of what the store does show. */
async function shown({ home, store, versionAndRows }) {
  const all = async (list) => {
    const items = [];
    for (let after; ;) {
      const page = await list({ limit: 1000, after });
      items.push(...page.items);
      if (!(after = page.next)) return items;
    }
  };
  const flows = {};
  for (const segment of segments) for (const { run, entered, left } of await store.transitions.flow(segment)) (flows[segment] ??= {})[run] = { entered, left };
  const names = await store.segments.list();
  return JSON.stringify({
    runs: (await all(store.runs.list)).map(({ id, state }) => [id, state]), champion: (await store.aliases.current()).champion, name: names.find(({ id }) => id === 's0')?.name,
    notes: (await all(store.notes.list)).map(({ text }) => text), jobs: (await all(store.jobs.list)).map(({ kind, state }) => [kind, state]), keys: (await home.keys.list()).length,
    flows: Object.fromEntries(Object.entries(flows).sort()), seen: (await store.transitions.ofEntity('c7')).length, version: await versionAndRows(),
  });
}

/** Everything that is written to: the store of a place, and a database of its own whose schema moves forward, step by step. */
async function open(places) {
  const [{ openStore, openDatabases }, { migrate }, { sql }] = [await from('store/catalog.js'), await from('store/migrate.js'), await import('kysely')];
  const home = await openStore(places[0], { clock: Date.now, keys: places[2] });
  const databases = await openDatabases(places[1]);
  const database = await databases.open();
  // Each step rewrites every row and makes a table: one that is half done would show in one of the two.
  const step = (version) => ({
    name: `step ${version}`,
    async up(db) {
      if (version === 1) await db.schema.createTable('rows').addColumn('n', 'integer').addColumn('version', 'integer').execute();
      await db.insertInto('rows').values(Array.from({ length: 200 }, (_, n) => ({ n: version * 1000 + n, version: 0 }))).execute();
      await db.schema.createTable(`table_${version}`).addColumn('x', 'text').execute();
      await db.updateTable('rows').set({ version }).execute();
    },
  });
  return {
    home,
    store: await home.workspaces.create({ id: 'main', name: 'Main' }, by).catch((error) => (error.code === 'store/exists' ? undefined : Promise.reject(error))).then(() => home.open('main')),
    migrateTo: (version) => migrate(database, Array.from({ length: version }, (_, i) => step(i + 1)), Date.now),
    async versionAndRows() {
      const tables = await database.tables(database.db);
      if (!tables.includes('schema_versions')) return 0;
      const { version } = (await database.db.selectFrom('schema_versions').select('version').orderBy('version', 'desc').limit(1).executeTakeFirst()) ?? { version: 0 };
      if (version === 0) return tables.includes('rows') ? 'half a step' : 0;
      const { rows: [{ total, least, most }] } = await sql`SELECT count(*) AS total, min(version) AS least, max(version) AS most FROM ${sql.table(places[1].startsWith('postgres') ? 'shoal.rows' : 'rows')}`.execute(database.db);
      const made = tables.filter((name) => name.startsWith('table_')).length;
      return total === 200 * version && least === version && most === version && made === version ? version : `half a step: ${JSON.stringify({ version, total, least, most, made })}`;
    },
    async close() {
      await home.close();
      await databases.close();
    },
  };
}

/** The child: does steps from `start` on, saying on its output when it begins one and when it was told that it is done. */
async function work(start, places, lying) {
  const opened = await open(places);
  writeSync(1, 'ready\n');
  for (let at = start; ; at++) {
    const i = Math.floor(at / steps.length);
    const step = steps[at % steps.length];
    writeSync(1, `> ${at}\n`);
    if (lying) writeSync(1, `< ${at}\n`);
    if (!step.only || step.only(i)) await step.do(opened, i);
    if (!lying) writeSync(1, `< ${at}\n`);
  }
}

/** One life of the child, ended after `delay` ms: from its start, or (mostly) from when it begins to work. */
async function life(start, places, { delay, early, lying, end }) {
  const child = spawn(process.execPath, [here, 'child', `${start}`, JSON.stringify(places), ...(lying ? ['lie'] : [])], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  let timer = early ? setTimeout(() => end(child), delay) : undefined;
  child.stderr.on('data', (part) => (said += part));
  child.stdout.on('data', (part) => {
    out += part;
    if (out.includes('ready')) timer ??= setTimeout(() => end(child), delay);
  });
  const [code, signal] = await new Promise((done) => child.on('close', (...how) => done(how)));
  clearTimeout(timer);
  const told = (mark) => Number(out.split('\n').slice(0, -1).findLast((line) => line.startsWith(mark))?.slice(2) ?? -1);
  return { ready: out.includes('ready'), begun: told('> '), done: told('< '), code, signal, said };
}

async function crash(engine, kills, { lying = false, seed = 1 } = {}) {
  const server = engine === 'postgres' ? await startPostgres({ durable: true }) : undefined;
  const folders = [];
  const folder = async () => {
    folders.push(await mkdtemp(join(tmpdir(), 'shoal-crash-')));
    return folders.at(-1);
  };
  const place = async () => (server ? server.fresh() : folder());
  const random = randomOf(seed);
  const tally = { kills: 0, early: 0, server: 0, inFlight: 0, kept: 0, steps: 0, byStep: {} };
  try {
    for (let lives = 0, places, next, reached, entries; tally.kills < kills; lives++) {
      // A new place every twenty kills: making it is killed too.
      if (lives % 20 === 0) [places, next, reached, entries] = [[await place(), await place(), await folder()], 0, 0, 0];
      const early = lives % 20 === 0 || random() < 0.1;
      const crashed = server && random() < 0.1;
      let ended;
      const { ready, begun, done, code, signal, said } = await life(next, places, {
        early, lying, delay: early ? 60 + random() * 500 : random() ** 2 * 400,
        end: (child) => (ended = crashed ? server.crash().then(() => child.kill('SIGKILL')) : child.kill('SIGKILL')),
      });
      await ended;
      if (signal !== 'SIGKILL' && !crashed) throw new Error(`The child ended by itself (${code}): ${said}`);
      if (server) await quiet(places.slice(0, 2));
      tally.kills += 1;
      if (!ready) tally.early += 1;
      if (crashed) tally.server += 1;
      // Opened again: what was told is there; of the step under way all or nothing.
      const opened = await open(places);
      const now = await shown(opened);
      const { fault, entries: found } = await opened.store.audit.verify();
      if (fault) throw new Error(`Kill ${tally.kills}: the audit log is broken at ${fault.seq}: ${fault.problem}`);
      await opened.close();
      const did = Math.max(next, done + 1);
      const under = begun >= did;
      const { name } = steps[did % steps.length];
      const audited = (to) => entries + Array.from({ length: to - next }, (_, n) => next + n).reduce((sum, at) => sum + (runs(at) ? steps[at % steps.length].audited : 0), 0);
      // A run that is begun again shows no less than when it was first begun.
      const is = [did, ...(under ? [did + 1] : [])].findLast((n) => now === expected(Math.max(n, reached)) && found === audited(n));
      if (is === undefined) {
        const [before, after] = [did, did + 1].map((n) => `${expected(Math.max(n, reached))} and ${audited(n)} entries`);
        throw new Error(`Kill ${tally.kills}, after step ${did}${under ? `, in '${name}'` : ''}:\n  shown    ${now} and ${found} entries\n  expected ${before}${under ? `\n  or       ${after}` : ''}`);
      }
      if (under) {
        tally.inFlight += 1;
        tally.byStep[name] = (tally.byStep[name] ?? 0) + 1;
        if (is > did) tally.kept += 1;
      }
      tally.steps += is - next;
      reached = Math.max(is, reached);
      entries = found;
      next = reached - (steps[reached % steps.length].again ?? 0);
    }
  } finally {
    await server?.stop();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  }
  return tally;
}

const runs = (at) => steps[at % steps.length].only?.(Math.floor(at / steps.length)) ?? true;

/** Waits until the server has noticed that its clients are gone: until then one may still be committing. */
async function quiet(places) {
  for (const connectionString of places) {
    const client = new pg.Client({ connectionString, application_name: 'watch' });
    await client.connect();
    while ((await client.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'shoal' AND datname = current_database()")).rowCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.end();
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomOf(seed) {
  let n = 0;
  return () => createHash('sha256').update(`${seed}/${(n += 1)}`).digest().readUInt32BE() / 2 ** 32;
}

if (process.argv[2] === 'journal') await main(() => node(join(root, 'scripts', 'crash-journal.mjs'), process.argv.slice(3)));
else if (process.argv[2] === 'child') await work(Number(process.argv[3]), JSON.parse(process.argv[4]), process.argv[5] === 'lie');
else {
  await main(async () => {
    const [kills = '20', ...flags] = process.argv.slice(2);
    const flag = (name) => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
    const engines = [flag('--engine') ?? ['sqlite', 'postgres']].flat();
    const seed = Number(flag('--seed') ?? 1);
    for (const engine of engines) {
      if (engine === 'postgres' && withoutPostgres) {
        process.stdout.write(`${withoutPostgres}\n`);
        continue;
      }
      const started = performance.now();
      const { byStep, ...tally } = await crash(engine, Number(kills), { seed, lying: flags.includes('--lie') });
      process.stdout.write(`${engine}: ${tally.kills} kills in ${Math.round((performance.now() - started) / 1000)} s (${tally.early} while opening, ${tally.server} of the server), ${tally.steps} steps done, ${tally.inFlight} under way when killed, of which ${tally.kept} were kept whole and ${tally.inFlight - tally.kept} not at all. Nothing lost, nothing half-written.\n`);
      process.stdout.write(`  under way: ${Object.entries(byStep).sort(([, a], [, b]) => b - a).map(([name, n]) => `${name} ${n}`).join(', ')}\n`);
    }
    process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}\n`);
  });
}
