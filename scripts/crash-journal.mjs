// Breaks the journal in every way it can, and checks after each that nothing it was told is kept is lost, nothing is invented or counted twice: `npm run crash -- journal 1000`.
// `npm run crash -- journal 200 --only kill --engine postgres`; `--out rounds.jsonl` goes on with the kills where an earlier call ended. Parts: kill, order, faults, power, space, torn, flip; `--step 10` takes every tenth place of the last four and of faults. It needs a build; faults, power and order need strace, space needs root. What each cannot show is said in docs/store.md.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checks, from, reached, work } from './journal-work.mjs';
import { startPostgres, withoutPostgres } from './postgres.mjs';
import { main, root } from './run.mjs';

const here = fileURLToPath(import.meta.url);
const built = join(root, 'dist');
const can = (command, ...args) => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
export const withoutStrace = can('strace', '--seccomp-bpf', '-f', '-e', 'trace=fsync', 'true') ? undefined : 'strace is not installed here, or may not be used: what is done with it is skipped.';

const folderOf = (place) => join(place, 'workspaces', 'main');
const walOf = (place) => join(folderOf(place), 'journal.sqlite-wal');
// In memory where there is room: no process here ends the machine, so what a disk would keep is only slower.
const memory = '/dev/shm';
const inMemory = existsSync(memory) && statfsSync(memory).bavail * statfsSync(memory).bsize > 2 ** 29;
const fresh = () => mkdtempSync(join(inMemory ? memory : tmpdir(), 'shoal-journal-'));
const drop = (place) => rmSync(place, { recursive: true, force: true });
const range = (a, b) => Array.from({ length: b - a + 1 }, (_, i) => a + i);

/** A process that has loaded what it needs, and waits to be told on its input what it is to do. */
function warm(dist, engine) {
  const child = spawn(process.execPath, [here, 'warm', dist, engine], { stdio: ['pipe', 'pipe', 'pipe'] });
  // It may have been killed before it heard.
  child.stdin.on('error', () => {});
  return child;
}

/** One life of a process that writes groups from `first` on, and then has closed its journal or killed itself. `strace`: its arguments, where it is watched; `given`: a warm one. */
async function life(place, { first = 0, count = 1e9, ending = 'closed', dist = built, strace, during, given }) {
  const command = [process.execPath, here, 'child', dist, place, `${first}`, `${count}`, ending];
  const child = given ?? (strace ? spawn('strace', ['--seccomp-bpf', ...strace, ...command], { stdio: ['ignore', 'pipe', 'pipe'] }) : spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] }));
  given?.stdin.write(`${JSON.stringify([dist, place, first, count])}\n`);
  let out = '';
  let said = '';
  child.stderr.on('data', (part) => (said += part));
  child.stdout.on('data', (part) => {
    out += part;
    if (out.includes('ready')) during?.ready?.(child);
  });
  during?.start?.(child);
  const [code, signal] = await new Promise((done) => child.on('close', (...how) => done(how)));
  const lines = out.split('\n').slice(0, -1);
  const last = (mark) => Number(lines.findLast((line) => line.startsWith(mark))?.slice(2) ?? first - 1);
  return { begun: last('> ') + 1, kept: last('< ') + 1, after: lines.find((line) => line.startsWith('after '))?.slice(6), ready: lines.includes('ready'), code, signal, said };
}

/** What may be there after a life: what it was told is kept, and of the group under way all or nothing. */
const allowed = ({ kept, begun }) => range(kept, Math.max(kept, begun));

/** Kills at random moments. */
export async function kill(kills, { engine = 'sqlite', dist = built, seed = 1 } = {}) {
  const server = engine === 'postgres' ? await startPostgres({ durable: true }) : undefined;
  const random = randomOf(seed);
  const tally = { kills: 0, groups: 0, underWay: 0, ofThemKept: 0, whileOpening: 0, ofTheServer: 0 };
  let place;
  let next = warm(dist, engine);
  try {
    for (let first = 0; tally.kills < kills; ) {
      if (tally.kills % 50 === 0) {
        if (place && !server) drop(place);
        [place, first] = [server ? await server.fresh() : fresh(), 0];
      }
      const early = random() < 0.1;
      const crashed = server && random() < 0.1;
      const delay = early ? random() * 100 : random() ** 2 * 300;
      let ended;
      let timer;
      const end = (child) => (timer ??= setTimeout(() => (ended = crashed ? server.crash().then(() => child.kill('SIGKILL')) : child.kill('SIGKILL')), delay));
      const given = next;
      next = warm(dist, engine);
      const lived = await life(place, { first, dist, given, during: early ? { start: end } : { ready: end } });
      await ended;
      if (lived.signal !== 'SIGKILL' && !crashed) throw new Error(`The process ended by itself (${lived.code}): ${lived.said}`);
      const now = await reached(built, place, allowed(lived)).catch((error) => Promise.reject(new Error(`Kill ${tally.kills + 1}: ${error.message}`)));
      tally.kills += 1;
      if (!lived.ready) tally.whileOpening += 1;
      if (crashed) tally.ofTheServer += 1;
      if (lived.begun > lived.kept) {
        tally.underWay += 1;
        if (now === lived.begun) tally.ofThemKept += 1;
      }
      tally.groups += now - first;
      first = now;
    }
  } finally {
    next.kill('SIGKILL');
    await server?.stop();
    if (place && !server) drop(place);
  }
  return tally;
}

/** Cuts and garbles the log at offsets of its last frames: what is left is a beginning, never something else. */
export async function torn({ step = 1 } = {}) {
  const place = fresh();
  const copy = fresh();
  const tally = { cuts: 0, garbled: 0, endings: new Set() };
  try {
    const groups = 12;
    // Killed by its own hand, so that nothing is moved.
    const lived = await life(place, { count: groups, ending: 'killed' });
    if (lived.kept !== groups || lived.signal !== 'SIGKILL') throw new Error(`The process ended otherwise (${lived.code}): ${lived.said}`);
    const wal = readFileSync(walOf(place));
    const header = wal.subarray(0, 32);
    const frame = 24 + wal.readUInt32BE(8);
    // Where groups end: frames that say how large the file is after them, under the salt of the header.
    const commits = range(0, Math.floor((wal.length - 32) / frame) - 1).filter((i) => wal.subarray(32 + i * frame + 8, 32 + i * frame + 16).equals(header.subarray(16, 24)));
    const ends = commits.filter((i) => wal.readUInt32BE(32 + i * frame + 4) > 0).map((i) => 32 + (i + 1) * frame);
    const from = ends.at(-4) ?? 32;
    const check = async (how, at, write) => {
      drop(folderOf(copy));
      mkdirSync(folderOf(copy), { recursive: true });
      cpSync(join(folderOf(place), 'journal.sqlite'), join(folderOf(copy), 'journal.sqlite'));
      write();
      // Every group that ends before the damage is whole.
      const lost = ends.filter((end) => end > at).length;
      tally.endings.add(await reached(built, copy, range(Math.max(0, groups - lost), groups)).catch((error) => Promise.reject(new Error(`The log ${how} at ${at}: ${error.message}`))));
    };
    for (let at = from; at < ends.at(-1); at += step) {
      await check('cut', at, () => writeFileSync(walOf(copy), wal.subarray(0, at)));
      tally.cuts += 1;
      await check('garbled', at, () => {
        const bytes = Buffer.from(wal.subarray(0, ends.at(-1)));
        bytes[at] ^= 1 + (at % 255);
        writeFileSync(walOf(copy), bytes);
      });
      tally.garbled += 1;
    }
  } finally {
    drop(place);
    drop(copy);
  }
  return { ...tally, endings: [...tally.endings].sort((a, b) => a - b).join(', ') };
}

/** Flips a bit of every `step`-th byte of a journal's file: it is found damaged, or shows what it showed before. */
export async function flip({ step = 1 } = {}) {
  const place = fresh();
  const groups = 8;
  const tally = { bytes: 0, found: 0, harmless: 0 };
  try {
    await life(place, { count: groups });
    const whole = readFileSync(join(folderOf(place), 'journal.sqlite'));
    for (let at = 0; at < whole.length; at += step) {
      const flipped = Uint8Array.from(whole);
      flipped[at] ^= 1 << (at % 8);
      // A folder of its own: a connection that failed is left as it is until the process ends.
      const copy = fresh();
      mkdirSync(folderOf(copy), { recursive: true });
      writeFileSync(join(folderOf(copy), 'journal.sqlite'), flipped);
      const error = await reached(built, copy, [groups]).then(() => undefined, (cause) => cause);
      drop(copy);
      if (error && (!['store/damaged', 'store/unavailable', 'store/newer'].includes(error.code) || /locked|busy/.test(error.message))) throw new Error(`Byte ${at} flipped: ${error.message}`);
      tally.bytes += 1;
      tally[error ? 'found' : 'harmless'] += 1;
    }
  } finally {
    drop(place);
  }
  return tally;
}

/** A disk of some megabytes that fills up. Undefined where none can be mounted. */
export async function space() {
  const place = fresh();
  if (!can('mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', place)) {
    drop(place);
    return undefined;
  }
  try {
    const lived = await life(place, {});
    if (lived.code !== 3 || lived.after !== 'store/unavailable') throw new Error(`A full disk: the process ended with ${lived.code}, and after it ${lived.after}.`);
    const roomy = fresh();
    try {
      cpSync(place, roomy, { recursive: true });
      return { groupsKept: lived.kept, found: await reached(built, roomy, allowed(lived)) };
    } finally {
      drop(roomy);
    }
  } finally {
    can('umount', place);
    drop(place);
  }
}

const syncs = 'fsync,fdatasync';
const calls = `${syncs},pwrite64,write,ftruncate`;

/** Lets the k-th sync, write or cut of the journal's files fail: each sync from the `first` on with EIO, of the others every `step`-th with either error. */
export async function faults({ step = 1, first = 1, groups = 8, dist = built, only = [syncs, 'pwrite64', 'ftruncate'], errors = ['EIO', 'ENOSPC'] } = {}) {
  const tally = {};
  for (const call of only) {
    for (const error of call === syncs ? errors.slice(0, 1) : errors) {
      const found = (tally[`${call} ${error}`] = { runs: 0, refused: 0, unharmed: 0 });
      for (let k = first; ; k += call === syncs ? 1 : step) {
        const place = fresh();
        try {
          mkdirSync(folderOf(place), { recursive: true });
          const trace = join(place, 'trace');
          const files = [...['', '-wal', '-journal'].map((end) => join(folderOf(place), `journal.sqlite${end}`)), join(place, 'said')].flatMap((path) => ['-P', path]);
          const lived = await life(place, { count: groups, dist, strace: ['-f', '-o', trace, '-e', `trace=${calls}`, ...files, '-e', `inject=${call}:error=${error}:when=${k}`] });
          const [, after] = readFileSync(trace, 'utf8').split('(INJECTED)');
          if (after === undefined) break;
          found.runs += 1;
          const refused = lived.code === 3;
          if (!refused && lived.code !== 0) throw new Error(`${call} ${k} fails with ${error}: the process ended with ${lived.code}: ${lived.said}`);
          if (lived.ready && refused && lived.after !== 'store/unavailable') throw new Error(`${call} ${k} fails with ${error}: what came after it was ${lived.after}.`);
          found[refused ? 'refused' : 'unharmed'] += 1;
          if (call === syncs && (!refused || after.includes('"< '))) throw new Error(`Sync ${k} failed, and the process went on as if it had not.`);
          await reached(built, place, lived.ready ? allowed(lived) : [0]).catch((cause) => Promise.reject(new Error(`${call} ${k} fails with ${error}: ${cause.message}`)));
        } finally {
          drop(place);
        }
      }
    }
  }
  return tally;
}

/** The calls of a process that writes groups, in order: on its files (name, offset, bytes) and its words ('< 3'). */
async function traced(place, { groups, dist = built }) {
  const trace = join(place, 'trace');
  const lived = await life(place, { count: groups, dist, strace: ['-f', '-y', '-xx', '-s', '200000', '-o', trace, '-e', `trace=${calls},unlink`] });
  if (lived.code !== 0) throw new Error(`The process under strace ended with ${lived.code}: ${lived.said}`);
  const begun = new Map();
  const found = [];
  const bytesOf = (text) => Buffer.from(text.replaceAll('\\x', ''), 'hex');
  for (const line of readFileSync(trace, 'latin1').split('\n')) {
    const [, pid, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (!rest) continue;
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed ? `${begun.get(pid)}${resumed[1]}` : rest;
    const call = /^(\w+)\(/.exec(whole)?.[1];
    const result = Number(/=\s+(-?\d+)[^=]*$/.exec(whole)?.[1]);
    // Of a call that was cut off by the end of its process nothing is known.
    if (Number.isNaN(result)) continue;
    // The path of a descriptor, or the one that is named.
    const path = /^\w+\((?:\d+<([^>]*)>|"([^"]*)")/.exec(whole);
    const file = path ? (path[1] ?? path[2]).replace(/^(\\x\w\w)+$/, (hex) => bytesOf(hex).toString()) : '';
    const name = /journal\.sqlite(-wal|-journal)?$/.exec(file)?.[0];
    if (call === 'write' && whole.startsWith('write(1<')) found.push({ said: bytesOf(/"((?:\\x\w\w)*)"/.exec(whole)?.[1] ?? '').toString().trim() });
    else if (name && syncs.includes(call)) found.push({ call: 'sync', name, result });
    else if (name && call === 'pwrite64') found.push({ call, name, result, bytes: bytesOf(/"((?:\\x\w\w)*)"/.exec(whole)[1]), at: Number(/, (\d+) ?\)\s+=/.exec(whole)[1]) });
    else if (name && call === 'unlink' && result === 0) found.push({ call, name });
    else if (name && call === 'ftruncate') found.push({ call, name, result, length: Number(/, (\d+) ?\)\s+=/.exec(whole)[1]) });
  }
  return found;
}

/** No group is acknowledged before it was written to the log, and a sync of that returned after the last of it. */
export async function order({ groups = 30, dist = built } = {}) {
  const place = fresh();
  try {
    const calls = await traced(place, { groups, dist });
    let unsynced = true;
    let wrote = false;
    let acknowledged = 0;
    for (const { said, call, name, result } of calls) {
      if (name?.endsWith('-wal') && call === 'pwrite64') [unsynced, wrote] = [true, true];
      if (name?.endsWith('-wal') && call === 'sync' && result === 0) unsynced = false;
      if (said?.startsWith('> ')) wrote = false;
      if (!said?.startsWith('< ')) continue;
      if (!wrote || unsynced) throw new Error(`Group ${said.slice(2)} was acknowledged before it was synced.`);
      acknowledged += 1;
    }
    if (acknowledged !== groups) throw new Error(`${acknowledged} acknowledgements were seen.`);
    return { acknowledged, syncs: calls.filter(({ call }) => call === 'sync').length, writes: calls.filter(({ call }) => call === 'pwrite64').length };
  } finally {
    drop(place);
  }
}

/**
 * The power goes after each call: the files are as they were at their last syncs; of what was written since, nothing, everything, or a random part, the last of it torn.
 * Names of files, and that what is synced stays, are taken for granted.
 */
export async function power({ groups = 12, seed = 1, step = 1, dist = built } = {}) {
  const place = fresh();
  const copy = fresh();
  const random = randomOf(seed);
  const tally = { moments: 0, states: 0 };
  try {
    const calls = await traced(place, { groups, dist });
    const durable = new Map();
    const pending = new Map();
    let begun = 0;
    let kept = 0;
    for (const [i, call] of calls.entries()) {
      if (call.said?.startsWith('> ')) begun = Number(call.said.slice(2)) + 1;
      if (call.said?.startsWith('< ')) kept = Number(call.said.slice(2)) + 1;
      if (call.call === 'sync') {
        durable.set(call.name, (pending.get(call.name) ?? []).reduce(written, durable.get(call.name) ?? Buffer.alloc(0)));
        pending.set(call.name, []);
      } else if (call.call === 'unlink') for (const files of [durable, pending]) files.delete(call.name);
      else if (call.call) pending.set(call.name, [...(pending.get(call.name) ?? []), call]);
      if (i % step !== 0 && !call.said?.startsWith('< ')) continue;
      tally.moments += 1;
      for (const choose of [() => false, () => true, () => random() < 0.5]) {
        drop(folderOf(copy));
        mkdirSync(folderOf(copy), { recursive: true });
        for (const name of new Set([...durable.keys(), ...pending.keys()])) {
          const chosen = (pending.get(name) ?? []).filter(choose).map((write, j, { length }) => (j === length - 1 && write.bytes && random() < 0.5 ? { ...write, bytes: write.bytes.subarray(0, Math.floor(random() * write.bytes.length)) } : write));
          writeFileSync(join(folderOf(copy), name), chosen.reduce(written, durable.get(name) ?? Buffer.alloc(0)));
        }
        await reached(built, copy, range(kept, Math.max(kept, begun))).catch((error) => Promise.reject(new Error(`Power lost after call ${i} (${kept} groups acknowledged): ${error.message}`)));
        tally.states += 1;
      }
    }
  } finally {
    drop(place);
    drop(copy);
  }
  return tally;
}

function written(file, { call, bytes, at, length }) {
  if (call === 'ftruncate') return length <= file.length ? file.subarray(0, length) : Buffer.concat([file, Buffer.alloc(length - file.length)]);
  const longer = Buffer.alloc(Math.max(file.length, at + bytes.length));
  longer.set(file);
  longer.set(bytes, at);
  return longer;
}

/** The program with one thing wrong in its store; what the store stands on is the same. Gives its folder. */
export function broken(path, good, bad) {
  const copy = mkdtempSync(join(tmpdir(), 'shoal-broken-'));
  const dist = join(copy, 'dist');
  cpSync(join(built, 'store'), join(dist, 'store'), { recursive: true });
  for (const name of readdirSync(built)) if (name !== 'store') symlinkSync(join(built, name), join(dist, name));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
  const file = join(dist, 'store', path);
  const text = readFileSync(file, 'utf8');
  if (!text.includes(good)) throw new Error(`'${good}' is not in ${path} any more.`);
  writeFileSync(file, text.replace(good, bad));
  return { dist, drop: () => drop(copy) };
}

/** The promises that do not hold of a program; of one of them, where it is named. */
export async function unkept(dist = built, only) {
  const place = fresh();
  try {
    return await checks(dist, place, only);
  } finally {
    drop(place);
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomOf(seed) {
  let n = 0;
  return () => createHash('sha256').update(`${seed}/${(n += 1)}`).digest().readUInt32BE() / 2 ** 32;
}

/** Kills, fifty of a journal; each fifty is a line in the file `out`, where an earlier call's are as well. */
async function killInRounds(kills, engine, seed, out) {
  const rounds = (out && existsSync(out) ? readFileSync(out, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : []).filter((one) => one.engine === engine);
  const sum = (name) => rounds.reduce((total, one) => total + one[name], 0);
  while (sum('kills') < kills) {
    const found = { engine, seed: seed + rounds.length, ...(await kill(Math.min(50, kills - sum('kills')), { engine, seed: seed + rounds.length })) };
    rounds.push(found);
    if (out) appendFileSync(out, `${JSON.stringify(found)}\n`);
  }
  return Object.fromEntries(['kills', 'groups', 'underWay', 'ofThemKept', 'whileOpening', 'ofTheServer'].map((name) => [name, sum(name)]));
}

async function campaign([kills = '20', ...flags]) {
  const flag = (name) => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
  const step = Number(flag('--step') ?? 1);
  const engine = flag('--engine');
  const parts = {
    kill: async () => {
      for (const name of engine ? [engine] : ['sqlite', 'postgres']) report(`kill, ${name}`, name === 'postgres' && withoutPostgres ? withoutPostgres : await killInRounds(Number(kills), name, Number(flag('--seed') ?? 1), flag('--out')));
    },
    order: async () => report('order', withoutStrace ?? (await order())),
    faults: async () => report('faults', withoutStrace ?? (await faults({ step }))),
    power: async () => report('power', withoutStrace ?? (await power({ step }))),
    space: async () => report('space', (await space()) ?? 'No small disk can be mounted here: skipped.'),
    torn: async () => report('torn', await torn({ step })),
    flip: async () => report('flip', await flip({ step })),
  };
  const only = flag('--only');
  for (const name of only ? [only] : Object.keys(parts)) await parts[name]();
  process.stdout.write(`Nothing lost, nothing invented, nothing counted twice. ${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}\n`);
}

const report = (name, found) => process.stdout.write(`${name}: ${typeof found === 'string' ? found : JSON.stringify(found)}\n`);

if (process.argv[1] === here) {
  if (process.argv[2] === 'child') {
    const [dist, place, first, count, ending] = process.argv.slice(3);
    await work(dist, place, Number(first), Number(count), ending);
  } else if (process.argv[2] === 'warm') {
    const [dist, engine] = process.argv.slice(3);
    for (const path of ['store/catalog.js', `store/journal/${engine}.js`]) await from(dist, path);
    const line = await new Promise((resolve) => {
      let text = '';
      process.stdin.on('data', (part) => (text += part).includes('\n') && resolve(text));
      process.stdin.on('end', () => process.exit());
    });
    process.stdin.destroy();
    await work(...JSON.parse(line));
  } else await main(() => campaign(process.argv.slice(2)));
}
