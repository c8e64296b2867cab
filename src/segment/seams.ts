// Over- and under-segmentation: pairs of segments that the dip test would join, and segments that come apart steadily inside. Both take segments for
// round groups around their mean; where they are not (moons, rings, slices by density), nothing is said.
import { breath, type Context } from '../context.js';
import type { Seams } from '../domain/seams.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { pairDips } from './gates.js';
import { gather, sampleRows, shuffled } from './sample.js';
import { means } from './score.js';
import { groupCount, release, search, type Halves } from './structure.js';

/** Rows looked at for pairs, and in each segment. */
const pairRows = 10_000;
const insideRows = 4_000;
/** Fewer rows of a segment than this show neither a trough nor that there is none. */
const fewestRows = 100;
/** Above this probability in one group there is no sign of two. */
const noSign = 0.05;
const roundEnough = 0.9;

/**
 * Where a partition cuts through one group or holds several, tested as `choose` tests (held-out halves, dip, prediction strength).
 * @param labels segment of each row of x, −1 for outliers
 * @throws `run/aborted`
 */
export async function seams(x: Points, labels: Int32Array, k: number, context: Context, kernel: Kernel): Promise<Seams> {
  const inside = Int32Array.from(Array.from(labels.keys()).filter((i) => labels[i] >= 0));
  const rng = context.rng('seams');
  const rows = shuffled(sampleRows(inside.length, pairRows, rng).map((at) => inside[at]), rng);
  if (rows.length < 2 * fewestRows) return { round: 0, joins: [], splits: [] };
  const own = rows.map((i) => labels[i]);
  const halves = halved(x, rows, kernel);
  let round: number;
  let joins: Seams['joins'] = [];
  try {
    const middle = halves.train.rows;
    const [first, second] = [means(halves.train, own.subarray(0, middle), k), means(halves.test, own.subarray(middle), k)];
    const nearest = new Int32Array(halves.test.rows);
    kernel.assign(halves.test, first.centres, nearest);
    round = nearest.reduce((sum, label, i) => sum + (label === own[middle + i] ? 1 : 0), 0) / nearest.length;
    const many = (c: number) => Math.min(first.counts[c], second.counts[c]) >= fewestRows / 2;
    if (round >= roundEnough) {
      joins = pairDips({ points: halves.test, centres: first.centres }, { points: halves.train, centres: second.centres }, kernel)
        .filter(({ a, b, p }) => p > noSign && many(a) && many(b)).map(({ a, b, p }) => ({ a, b, p }));
    }
  } finally {
    release(halves, kernel);
  }
  return { round, joins, splits: round >= roundEnough ? await splitsOf(x, labels, k, context, kernel) : [] };
}

async function splitsOf(x: Points, labels: Int32Array, k: number, context: Context, kernel: Kernel): Promise<Seams['splits']> {
  const rng = context.rng('seams/inside');
  const found: { segment: number; parts: number; strength: number }[] = [];
  for (let segment = 0; segment < k; segment++) {
    await breath(context);
    const members = Int32Array.from(Array.from(labels.keys()).filter((i) => labels[i] === segment));
    if (members.length < 4 * fewestRows) continue;
    const halves = halved(x, shuffled(sampleRows(members.length, insideRows, rng).map((at) => members[at]), rng), kernel);
    const looked = await search(halves, [2, 3, 4], `seams/${segment}`, context, kernel);
    if (looked.best) found.push({ segment, parts: groupCount(looked.best.groups), strength: looked.best.strength });
    if (looked.halves !== halves) release(looked.halves, kernel);
    release(halves, kernel);
  }
  return found;
}

function halved(x: Points, rows: Int32Array, kernel: Kernel): Halves {
  const middle = rows.length >> 1;
  return { train: gather(x, rows.subarray(0, middle), kernel), test: gather(x, rows.subarray(middle), kernel) };
}
