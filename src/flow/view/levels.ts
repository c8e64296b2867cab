import type { LevelsAnswer } from '../../domain/answer.js';
import { ShoalError } from '../../errors.js';
import type { CentreParams } from '../../segment/nearest.js';
import { namedLevels } from '../levels.js';
import { withKernel } from '../session.js';
import { type Held, remembered } from './held.js';
import { nearestOfEveryone, standIns } from './rows.js';
import { everyone } from './subject.js';

/** More groups than this have no names worth reading. */
const mostGroups = 50;

/** Leaves of the dendrogram where there are many rows: half the usual, as somebody waits; ten for each group of the finest level. */
const microClusters = 10 * mostGroups;
/** Rows that names are found on: fewer than usual, as somebody waits. */
export const namingRows = 4_000;

/** Segments within segments; by default the run's number of them and three times as many. Kept once computed. @throws `config/invalid` */
export function levels(held: Held, asked?: readonly number[]): Promise<LevelsAnswer> {
  const broad = Math.max(2, held.report.segments.length);
  const ks = [...new Set(asked?.length ? asked : [broad, 3 * broad].map((k) => Math.min(k, mostGroups, held.rows)))].sort((a, b) => a - b);
  for (const k of ks) requireGroups(held, k);
  return remembered(held, `levels ${ks}`, (context) => withKernel(context, (kernel) => {
    const { table, entityWord, currency } = everyone(held);
    const { matrix } = standIns(held);
    const place = matrix.rows < held.rows ? (centres: CentreParams) => nearestOfEveryone(held, centres) : undefined;
    return namedLevels({ table, matrix, place, entityWord, currency, among: held.segment, looked: namingRows }, ks, { microClusters }, context, kernel);
  }));
}

/** @throws `config/invalid` */
export function requireGroups({ rows }: Pick<Held, 'rows'>, k: number): void {
  const most = Math.min(mostGroups, rows);
  if (!(Number.isInteger(k) && k >= 2 && k <= most)) throw new ShoalError('config/invalid', { problems: `- k: is ${k}; must be a whole number from 2 to ${most}` });
}
