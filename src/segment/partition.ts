import type { Context } from '../context.js';
import type { Choice } from '../domain/choice.js';
import type { Assignment } from '../domain/segment.js';
import { ShoalError } from '../errors.js';
import type { Kernel, Points } from '../kernel/kernel.js';
import { checked } from '../options.js';
import { adjustedRand } from '../util/agreement.js';
import { formatPercent } from '../util/format-value.js';
import { assignNearest } from './algorithms/kmeans.js';
import { auto } from './auto.js';
import { rowsOf } from './batches.js';
import { algorithmNamed } from './catalog.js';
import { choose, type ChooseOptions } from './choose.js';
import { sampleRows } from './sample.js';

/** What is asked for: nothing (the gates decide), or an algorithm of the catalogue with its settings. */
export interface PartitionOptions extends ChooseOptions {
  /** A name of the catalogue, behind steps where there are some ('pca+kmeans'), or 'auto'. */
  readonly algorithm?: string;
  /** Options of the algorithm, checked by its own schema. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Columns that are categories, for algorithms that make a difference: what their `categorical` is where the settings do not say. */
  readonly categorical?: readonly number[];
}

/** A fitted partition of any algorithm, and how its number of segments came about. */
export interface Partition {
  readonly choice: Choice;
  readonly algorithm: string;
  /** The algorithm's options in full, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An asked-for partition that agrees this well with proven segments is as proven as they are. */
const sameSegments = 0.9;
/** Rows on which the two are compared. */
const comparedRows = 20_000;

/**
 * Finds segments: by the two gates where no algorithm is named; with 'auto', by the algorithm that the data asks for; else as asked, with what the gates say
 * about them beside it.
 * @throws `segment/unknown-algorithm`, `segment/auto-chooses`, `segment/bad-k`, `segment/takes-no-k`, `segment/none-found`, `config/invalid`, `run/aborted`
 */
export async function partition(x: Points, { algorithm, settings, categorical, ...options }: PartitionOptions, context: Context, kernel: Kernel): Promise<Partition> {
  if (algorithm === undefined) {
    const { choice, params } = await choose(x, options, context, kernel);
    return { choice, algorithm: 'kmeans', options: { k: choice.k }, params: { ...params } };
  }
  if (algorithm === 'auto') {
    if (options.k !== undefined || settings) throw new ShoalError('segment/auto-chooses', {});
    const found = await auto(x, options, context, kernel);
    return { choice: found.choice, algorithm: found.algorithm, options: found.options, params: found.params };
  }
  const asked = algorithmNamed(algorithm);
  const takesK = 'k' in asked.options.shape;
  if (options.k !== undefined && !takesK) throw new ShoalError('segment/takes-no-k', { title: asked.title, options: Object.keys(asked.options.shape).join(', ') });
  const gates = await choose(x, { ...options, k: undefined }, context, kernel);
  const mixed = categorical !== undefined && 'categorical' in asked.options.shape;
  const k = options.k ?? (asked.traits.choosesK ? undefined : gates.choice.k);
  const complete = checked(asked.options, { ...(takesK && k !== undefined && { k }), ...(mixed && { categorical }), ...asked.presets?.(x, kernel), ...settings });
  const params = (await asked.fit(x, complete, context, kernel)) as Readonly<Record<string, unknown>>;
  const sample = rowsOf(x, sampleRows(x.rows, comparedRows, context.rng('partition')));
  const own = asked.assign(params, sample);
  const choice = told(gates.choice, adjustedRand(own.labels, assignNearest(gates.params, sample).labels), (params as unknown as { k: number }).k, own, asked.title);
  return { choice, algorithm, options: complete, params };
}

/** The gates' evidence, with what was asked for instead and how far the two agree. */
function told(gates: Choice, agreement: number, k: number, { labels }: Assignment, title: string): Choice {
  if (k === 0) throw new ShoalError('segment/none-found', { title });
  const outside = labels.reduce((count, label) => count + (label < 0 ? 1 : 0), 0) / labels.length;
  const proven = gates.verdict === 'segments' && agreement >= sameSegments;
  const left = outside > 0 ? ` and leaves ${formatPercent(outside)} outside any` : '';
  const verdict = proven ? `They agree with the segments that are proven (adjusted Rand index ${agreement.toFixed(2)}), so the proof holds for them too.`
    : gates.verdict === 'segments' ? `They are other segments than the ${gates.k} that are proven (adjusted Rand index ${agreement.toFixed(2)}): take them as a convenient view, not as proven.`
    : 'No separate segments are proven in this data: take them as convenient slices.';
  const asked = { title, proven: gates.verdict === 'segments' ? gates.k : 1, agreement };
  return { ...gates, asked, verdict: proven ? 'segments' : 'no-proven-structure', k, reason: `${title}, as asked, gives ${k} segment${k === 1 ? '' : 's'}${left}. ${verdict} ${gates.reason}` };
}
