import type { EncodedFeature } from '../domain/matrix.js';
import type { SegmentModel } from '../domain/segment.js';
import { quoteName } from '../util/quote.js';
import { bounded } from './assign.js';
import { groupsOf, type CentreParams } from './nearest.js';

export interface AssignSqlOptions {
  /** A table, view or step holding `entity` and one column per feature of the model: SQL text, already quoted where needed. */
  readonly from: string;
}

/**
 * The model as one query: `entity`, `segment` (index), `strength` and `second` (nearest other segment) for every row of `from`. Same arithmetic in the same
 * order as `assignRaw`, in double precision; NULL and NaN are missing values.
 */
export function assignSql(model: Pick<SegmentModel, 'params' | 'encoder'>, { from }: AssignSqlOptions): string {
  const params = model.params as unknown as CentreParams;
  const { features } = model.encoder;
  const groups = groupsOf(params);
  const encoded = features.map((feature, j) => `    ${encode(bounded(feature))} AS z${j}`);
  const squares = groups.map((_, c) => `    ${features.map((_, j) => square(j, params.centroids[c * params.d + j])).join(' + ')} AS d${c}`);
  return [
    'WITH encoded AS (',
    `  SELECT entity,\n${encoded.join(',\n')}`,
    `  FROM ${from}`,
    '),',
    'distances AS (',
    `  SELECT entity,\n${squares.join(',\n')}`,
    '  FROM encoded',
    '),',
    'nearest AS (',
    `  SELECT *, ${nearest(groups.map((_, c) => c), (c) => String(groups[c]))} AS segment, ${least(groups.map((_, c) => c))} AS own`,
    '  FROM distances',
    '),',
    'runner_up AS (',
    `  SELECT *,\n    ${perSegment(params.k, groups, (others) => least(others))} AS next,`,
    `    ${perSegment(params.k, groups, (others) => nearest(others, (c) => String(groups[c])))} AS other`,
    '  FROM nearest',
    ')',
    'SELECT entity, segment,',
    '  CASE WHEN next IS NULL THEN 1 WHEN next = 0 THEN 0 ELSE 1 - sqrt(own) / sqrt(next) END AS strength,',
    '  coalesce(other, segment) AS second',
    'FROM runner_up',
  ].join('\n');
}

function encode({ name, transform, low, high, fill, centre, scale }: EncodedFeature): string {
  const known = `coalesce(nullif(CAST(${quoteName(name)} AS DOUBLE), CAST('NaN' AS DOUBLE)), ${literal(fill)})`;
  const raised = Number.isFinite(low) ? `greatest(${known}, ${literal(low)})` : known;
  const inside = Number.isFinite(high) ? `least(${raised}, ${literal(high)})` : raised;
  const value = transform === 'log1p' ? `ln(1 + ${inside})` : transform === 'sqrt' ? `sqrt(${inside})` : inside;
  return `(${value} - ${literal(centre)}) * ${literal(scale)}`;
}

function square(j: number, centre: number): string {
  const difference = `(z${j} - ${literal(centre)})`;
  return `${difference} * ${difference}`;
}

/** The first of the given centres that has the least distance, as `name` calls it. */
function nearest(centres: readonly number[], name: (centre: number) => string): string {
  if (centres.length === 1) return name(centres[0]);
  const smallest = least(centres);
  const cases = centres.slice(0, -1).map((c) => `WHEN d${c} = ${smallest} THEN ${name(c)}`);
  return `CASE ${cases.join(' ')} ELSE ${name(centres[centres.length - 1])} END`;
}

function least(centres: readonly number[]): string {
  return centres.length === 1 ? `d${centres[0]}` : `least(${centres.map((c) => `d${c}`).join(', ')})`;
}

/** An expression over the centres of the other segments, for each segment; NULL where there is no other. */
function perSegment(k: number, groups: readonly number[], over: (others: readonly number[]) => string): string {
  if (k < 2) return 'NULL';
  const cases = Array.from({ length: k }, (_, segment) => {
    const others = groups.flatMap((g, c) => (g === segment ? [] : [c]));
    return `\n      WHEN ${segment} THEN ${over(others)}`;
  });
  return `CASE segment${cases.join('')} END`;
}

/** With an exponent a number is a DOUBLE, exactly; without one it would be a DECIMAL. */
function literal(value: number): string {
  const text = value.toExponential();
  return value < 0 ? `(${text})` : text;
}
