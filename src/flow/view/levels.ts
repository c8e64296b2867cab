import type { Context } from '../../context.js';
import type { LevelsAnswer } from '../../domain/answer.js';
import { ShoalError } from '../../errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { CentreParams } from '../../segment/nearest.js';
import { namedLevels } from '../levels.js';
import { withKernel } from '../session.js';
import { type Held, remembered } from './held.js';
import { type Whole, wholeOf } from './whole.js';

/** More groups than this have no names worth reading. */
const mostGroups = 50;

/** Leaves of the dendrogram where there are many rows: half the usual, as somebody waits; ten for each group of the finest level. */
const microClusters = 10 * mostGroups;
/** Rows that names are found on: fewer than usual, as somebody waits. */
export const namingRows = 4_000;

/** The levels that are asked for where nobody says which: the run's number of segments, and three times as many. */
export function usualLevels({ report, rows }: Pick<Whole, 'report' | 'rows'>): number[] {
  const broad = Math.max(2, report.segments.length);
  return ascending([broad, 3 * broad].map((k) => Math.min(k, mostGroups, rows)));
}

/** What these levels are remembered under. */
export const levelsKey = (ks: readonly number[]): string => `levels ${ks}`;

/** Segments within segments at some levels, the usual ones by default. Kept once computed. @throws `config/invalid` */
export function levels(held: Held, asked?: readonly number[]): Promise<LevelsAnswer> {
  const ks = asked?.length ? ascending(asked) : usualLevels(held);
  for (const k of ks) requireGroups(held, k);
  return remembered(held, levelsKey(ks), (context) => withKernel(context, (kernel) => levelsOf(wholeOf(held), ks, context, kernel)));
}

/** Segments within segments at each of `ks`, ascending. @throws `run/aborted` */
export function levelsOf(whole: Whole, ks: readonly number[], context: Context, kernel: Kernel): Promise<LevelsAnswer> {
  const { subject: { table, entityWord, currency }, standIns: { matrix } } = whole;
  const place = matrix.rows < whole.rows ? (centres: CentreParams) => whole.nearest(centres, context, kernel) : undefined;
  return namedLevels({ table, matrix, place, entityWord, currency, among: whole.segment, looked: namingRows }, ks, { microClusters }, context, kernel);
}

const ascending = (ks: readonly number[]) => [...new Set(ks)].sort((a, b) => a - b);

/** @throws `config/invalid` */
export function requireGroups({ rows }: Pick<Held, 'rows'>, k: number): void {
  const most = Math.min(mostGroups, rows);
  if (!(Number.isInteger(k) && k >= 2 && k <= most)) throw new ShoalError('config/invalid', { problems: `- k: is ${k}; must be a whole number from 2 to ${most}` });
}
