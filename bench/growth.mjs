// Shared by benchmarks of one job at several sizes: Shoal and its peer fit the same file alternately, and only the fits are timed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, must, peerPython, report, root, say } from './measure.mjs';

export const threads = 2;

/**
 * @typedef {{ rows: number, d: number, draw: (rng: object, d: number) => (row: Float64Array) => void, alone?: boolean } & Record<string, unknown>} Size
 * What a benchmark draws and fits, by a name that says so; `alone`: without the peer.
 *
 * Both sides are given the file (rows × d doubles) and the size as JSON, and print JSON with `seconds`. `quality(ours, theirs, size)` throws (see `must`) when the
 * results are not equally good, and gives what is recorded.
 * @param {{ name: string, peer: string, here: string, script: string, sizes: Record<string, Size>, pairs: number, quality: (ours: object, theirs: object | undefined, size: Size) => object,
 *   targets: (measured: Record<string, { ratio?: number, seconds: number, quality: object }>) => { what: string, met: boolean }[] }} plan
 */
export async function grow({ name, peer, here, script, sizes, pairs, quality, targets }) {
  const folder = mkdtempSync(join(tmpdir(), `shoal-${name}-`));
  const measured = {};
  let result;
  try {
    for (const [label, { draw, alone, ...size }] of Object.entries(sizes)) {
      say(`${label}:`);
      const file = join(folder, 'rows.f64');
      await write(file, size.rows, size.d, draw);
      const check = ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1));
      const given = [file, JSON.stringify(size)];
      const ours = { name: 'shoal', command: process.execPath, args: () => [here, 'fit', ...given], check };
      const theirs = {
        name: peer, command: peerPython, args: () => [join(root, 'bench/peers', script), ...given], check,
        env: { OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` },
      };
      const { contenders, ...rest } = await compare({ contenders: alone ? [ours] : [ours, theirs], pairs: result ? 1 : pairs, warmups: 0 });
      const facts = (who) => contenders[who]?.runs.map((run) => run.facts);
      const found = quality(facts('shoal')[0], facts(peer)?.[0], size);
      const ratios = facts(peer)?.map(({ seconds }, i) => seconds / facts('shoal')[i].seconds);
      measured[label] = {
        ...size, seconds: middle(facts('shoal').map(({ seconds }) => seconds)), memory: Math.max(...contenders.shoal.runs.map(({ memory }) => memory ?? 0)),
        ...(ratios && { peerSeconds: middle(facts(peer).map(({ seconds }) => seconds)), ratio: middle(ratios), ratios }), quality: found,
      };
      result ??= { ...rest, contenders: Object.fromEntries(Object.entries(contenders).map(([who, of]) => [who, summary(of.runs)])), ratios: ratios ? { [peer]: spread(ratios) } : {} };
      result.versions ??= facts(peer)?.[0].versions;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  table(measured, peer);
  report(name, { ...result, growth: measured }, targets(measured));
}

/** Rows of a file as points of doubles. */
export function pointsIn(path, d) {
  const bytes = readFileSync(path);
  const data = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { rows: data.length / d, d, stride: d, data };
}

/** Round groups whose centres lie `apart` times further out than their rows from them. */
export const blobs = (groups, apart) => ({ normal, int }, d) => {
  const centres = Float64Array.from({ length: groups * d }, () => apart * normal());
  return (row) => {
    const g = int(groups) * d;
    for (let j = 0; j < d; j++) row[j] = centres[g + j] + normal();
  };
};

/** One cloud with no groups in it. */
export const cloud = ({ normal }, d) => (row) => {
  for (let j = 0; j < d; j++) row[j] = normal();
};

async function write(path, rows, d, draw) {
  const { createRng } = await import('../dist/util/rng.js');
  const fill = draw(createRng(2026, 'bench'), d);
  const values = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) fill(values.subarray(i * d, (i + 1) * d));
  writeFileSync(path, values);
}

function table(measured, peer) {
  const lines = Object.entries(measured).map(([label, { seconds, peerSeconds, ratio, memory, quality }]) => [
    label, `${seconds.toFixed(3)} s`, peerSeconds ? `${peerSeconds.toFixed(2)} s` : '', ratio ? `${ratio.toFixed(1)}×` : '', `${Math.round(memory / 1e6)} MB`,
    Object.entries(quality).map(([what, value]) => `${what} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`).join(', '),
  ]);
  const head = ['', 'shoal', peer, 'ratio', 'memory', 'quality'];
  const widths = head.map((title, c) => Math.max(title.length, ...lines.map((line) => line[c].length)));
  process.stdout.write(`\n${[head, ...lines].map((line) => line.map((cell, c) => (c === 0 || c === 5 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('   ').trimEnd()).join('\n')}\n`);
}

function summary(runs) {
  return { wall: spread(runs.map(({ facts }) => facts.seconds)), cpu: undefined, memory: spread(runs.map(({ memory }) => memory ?? 0)), runs };
}

function middle(values) {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
}

function spread(values) {
  return { median: middle(values), least: Math.min(...values), most: Math.max(...values) };
}

/** The greatest difference of two lists of numbers, relative to the second. */
export function relativeDifference(ours, theirs) {
  must(ours.length === theirs.length, `there are ${ours.length} numbers, not ${theirs.length}.`);
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]) / Math.abs(theirs[i])), 0);
}
