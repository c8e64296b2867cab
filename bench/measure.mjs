// Shared by the benchmarks: runs whole processes alternately and measures wall time, processor time and peak memory of each.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Python that has the peers' packages (bench/README.md says how to get one). */
export const peerPython = process.env.SHOAL_PEER_PYTHON ?? 'python3';

/** Refuses, saying how to install them, when the peers' packages are missing. */
export function requirePeer(...modules) {
  const { status, error } = spawnSync(peerPython, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' });
  if (error || status !== 0) throw new Error(`'${peerPython}' has not all of ${modules.join(', ')}. Install bench/peers/requirements.txt (for predict-*: requirements-predict.txt) and set SHOAL_PEER_PYTHON (see bench/README.md).`);
}

/** A file of the real data sets, or a refusal that says where it was looked for. */
export function dataFile(path) {
  const folder = resolve(root, process.env.SHOAL_DATA ?? join('..', 'shared', 'data'));
  const found = join(folder, path);
  if (!existsSync(found)) throw new Error(`There is no '${found}'. Set SHOAL_DATA to the folder that holds the data sets.`);
  return found;
}

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} command
 * @property {(folder: string) => string[]} args Given the empty folder for this run's output.
 * @property {(run: { folder: string, stdout: string }) => object} check Throws when the result is not good; what it gives is recorded.
 * @property {Record<string, string>} [env]
 *
 * @typedef {{ wall: number, cpu?: number, memory?: number }} Measured Seconds, seconds (user and system, all threads), bytes.
 */

/**
 * Runs the contenders alternately, `pairs` times each, the order turned round each time, after `warmups` rounds that do not count (they fill the disk cache
 * and the bytecode cache). The first contender is the one the others are compared with: `ratios[name]` is how many times longer the other took, round by round.
 * @param {{ contenders: Contender[], pairs: number, warmups?: number }} plan
 */
export async function compare({ contenders, pairs, warmups = 1 }) {
  const startLoad = loadavg()[0];
  const busy = startLoad > 0.3 * availableParallelism();
  if (busy) say(`The machine is busy (load ${startLoad.toFixed(1)}): the times will be too long, and the ratio may be off.`);
  const runs = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = -warmups; round < pairs; round++) {
    const order = round % 2 === 0 ? contenders : [...contenders].reverse();
    for (const contender of order) {
      const run = await once(contender);
      say(`${round < 0 ? 'warm-up' : `${round + 1}/${pairs}`}  ${contender.name.padEnd(24)} ${seconds(run.wall)}${run.memory ? `  ${megabytes(run.memory)}` : ''}`);
      if (round >= 0) runs[contender.name].push(run);
    }
  }
  const [first, ...others] = contenders.map(({ name }) => name);
  return {
    date: new Date().toISOString(),
    machine: { ...machine(), load: startLoad, busy },
    contenders: Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, summary(list)])),
    ratios: Object.fromEntries(others.map((name) => [name, spread(runs[name].map((run, i) => run.wall / runs[first][i].wall))])),
  };
}

/** Runs a contender in a folder that is removed afterwards, whatever happens. */
async function once(contender) {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-bench-'));
  const tidy = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', tidy);
  try {
    const { stdout, ...measured } = await measure(contender.command, contender.args(folder), contender.env);
    return { ...measured, facts: contender.check({ folder, stdout }) };
  } finally {
    tidy();
    process.off('exit', tidy);
  }
}

/**
 * One whole process, from start to exit. Processor time and peak memory come from GNU time where there is one, else from /proc (memory sampled every 20 ms, over
 * the process and its children), else are absent.
 * @returns {Promise<Measured & { stdout: string }>}
 */
export async function measure(command, args, env = {}) {
  const gnuTime = process.platform === 'linux' && existsSync('/usr/bin/time');
  const notes = gnuTime ? join(mkdtempSync(join(tmpdir(), 'shoal-time-')), 'time.txt') : undefined;
  try {
    const start = process.hrtime.bigint();
    const child = gnuTime
      ? spawn('/usr/bin/time', ['-q', '-f', '%U %S %M', '-o', notes, command, ...args], { env: { ...process.env, ...env } })
      : spawn(command, args, { env: { ...process.env, ...env } });
    const watch = !gnuTime && existsSync('/proc/self/stat') ? watchTree(child.pid) : undefined;
    const out = text(child.stdout);
    const err = text(child.stderr);
    const code = await new Promise((done, failed) => {
      child.once('error', failed);
      child.once('exit', (exit, signal) => {
        watch?.stop();
        done({ exit, signal, wall: Number(process.hrtime.bigint() - start) / 1e9 });
      });
    });
    const [stdout, stderr] = await Promise.all([out, err]);
    if (code.exit !== 0) throw new Error(`${[command, ...args].join(' ')}\nended with ${code.signal ?? code.exit}:\n${stderr.trim() || stdout.trim()}`);
    if (!notes) return { wall: code.wall, ...watch?.result(), stdout };
    const [user, system, kilobytes] = readFileSync(notes, 'utf8').trim().split(' ').map(Number);
    return { wall: code.wall, cpu: user + system, memory: kilobytes * 1024, stdout };
  } finally {
    if (notes) rmSync(dirname(notes), { recursive: true, force: true });
  }
}

/** Prints the table of a comparison and each target with whether it was met, and writes bench/results/<name>.json. */
export function report(name, result, targets = []) {
  const rows = Object.entries(result.contenders).map(([who, { wall, cpu, memory }]) => [
    who, seconds(wall.median), `${seconds(wall.least)} – ${seconds(wall.most)}`, cpu ? seconds(cpu.median) : '', memory ? megabytes(memory.most) : '',
    who in result.ratios ? times(result.ratios[who].median) : '', who in result.ratios ? `${times(result.ratios[who].least)} – ${times(result.ratios[who].most)}` : '',
  ]);
  const head = ['', 'wall', 'from – to', 'cpu', 'peak memory', 'ratio', 'pair by pair'];
  const widths = head.map((title, k) => Math.max(title.length, ...rows.map((row) => row[k].length)));
  const { model, cores, memory, system, node, busy } = result.machine;
  const judged = targets.map(({ what, met }) => ({ what, met: Boolean(met) }));
  const lines = [
    '', `${name}, ${result.date.slice(0, 10)}: ${model}, ${cores} cores, ${(memory / 2 ** 30).toFixed(0)} GiB, ${system}, Node ${node}${busy ? ' (busy)' : ''}`,
    ...[head, ...rows].map((row) => row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('   ')),
    ...judged.map(({ what, met }) => `${met ? 'met    ' : 'not met'}  ${what}`), '',
  ];
  process.stdout.write(lines.join('\n'));
  const path = join(root, 'bench', 'results', `${name}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ name, ...result, targets: judged }, null, 2)}\n`);
  say(`Written to bench/results/${name}.json`);
}

/** What the numbers were taken on. */
export function machine() {
  return { model: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism(), memory: totalmem(), system: `${process.platform} ${process.arch}`, node: process.versions.node };
}

/** Throws with `sentence` unless the result holds. */
export function must(holds, sentence) {
  if (!holds) throw new Error(`The result is not good, so its time counts for nothing: ${sentence}`);
}

/** `--pairs 7`, `--keep` or `--peer pandas` from the command line: a number, a switch or a word, as the default is. */
export function flags(defaults, argv = process.argv.slice(2)) {
  const given = { ...defaults };
  for (let i = 0; i < argv.length; i++) {
    const key = argv[i].replace(/^--/, '');
    if (!argv[i].startsWith('--') || !Object.hasOwn(defaults, key)) throw new Error(`'${argv[i]}' is not known. Flags: ${Object.keys(defaults).map((k) => `--${k}`).join(', ')}.`);
    if (typeof defaults[key] === 'boolean') given[key] = true;
    else if (typeof defaults[key] === 'string' && argv[i + 1] !== undefined) given[key] = argv[++i];
    else if (typeof defaults[key] === 'number' && Number.isFinite(Number(argv[i + 1]))) given[key] = Number(argv[++i]);
    else throw new Error(`--${key} needs a ${typeof defaults[key] === 'number' ? 'number' : 'word'}.`);
  }
  return given;
}

/** Runs a benchmark and turns a failure into its sentence and exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}

export const say = (line) => process.stderr.write(`${line}\n`);
export const seconds = (s) => `${s.toFixed(s < 100 ? 2 : 0)} s`;
export const megabytes = (bytes) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
const times = (ratio) => `${ratio.toFixed(2)}×`;

function summary(runs) {
  const of = (key) => (runs.every((run) => run[key] !== undefined) ? spread(runs.map((run) => run[key])) : undefined);
  return { wall: of('wall'), cpu: of('cpu'), memory: of('memory'), runs };
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return { median: sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2, least: sorted[0], most: sorted[sorted.length - 1] };
}

async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Polls /proc for a process and its descendants: the most memory they held at once, and the processor time last seen. */
function watchTree(pid) {
  let memory = 0;
  const ticks = new Map();
  const look = () => {
    const stats = new Map();
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const line = readFileSync(`/proc/${entry}/stat`, 'utf8');
        const field = line.slice(line.lastIndexOf(')') + 2).split(' ');
        stats.set(Number(entry), { parent: Number(field[1]), ticks: Number(field[11]) + Number(field[12]), pages: Number(field[21]) });
      } catch {
        // The process ended between the listing and the reading.
      }
    }
    let held = 0;
    for (const [id, stat] of stats) {
      let up = id;
      while (up !== pid && stats.has(up)) up = stats.get(up).parent;
      if (up !== pid) continue;
      held += stat.pages * 4096;
      ticks.set(id, stat.ticks);
    }
    memory = Math.max(memory, held);
  };
  const timer = setInterval(look, 20);
  return {
    stop: () => clearInterval(timer),
    result: () => ({ memory, cpu: [...ticks.values()].reduce((a, b) => a + b, 0) / 100 }),
  };
}
