import type { Form, Forms } from '../domain/forms.js';
import type { EncodedFeature } from '../domain/matrix.js';
import type { SegmentModel } from '../domain/segment.js';
import { quoteName } from '../util/quote.js';
import { bounded } from './assign.js';
import { requireForms } from './forms-of.js';

export interface AssignSqlOptions {
  /** A table, view or step holding `entity` and one column per feature of the model: SQL text, already quoted where needed. */
  readonly from: string;
}

/**
 * The model as one query: `entity`, `segment` (index; −1 = outlier), `strength` and `second` (nearest other segment) for every row of `from`. Same
 * arithmetic in the same order as `assignRaw`, in double precision; NULL and NaN are missing values.
 * @throws `segment/no-formula` for a model that places rows by their neighbours
 */
export function assignSql(model: Pick<SegmentModel, 'algorithm' | 'params' | 'encoder'>, { from }: AssignSqlOptions): string {
  const forms = requireForms(model, 'SQL');
  const segments = [...Array(forms.k).keys()].filter((segment) => forms.forms.some((form) => form.segment === segment));
  const encoded = model.encoder.features.map((feature, j) => `    ${encode(bounded(feature))} AS z${j}`);
  const ofSegment = (segment: number) => least(forms.forms.flatMap((form, c) => (form.segment === segment ? [`d${c}`] : [])));
  const indicators = forms.indicators?.map(({ feature, code }, m) => `    CASE WHEN CAST(z${feature} AS REAL) = CAST(${literal(code)} AS REAL) THEN 1e0 ELSE 0e0 END AS z${forms.d + m}`);
  return [
    `WITH ${indicators ? 'features' : 'encoded'} AS (`,
    `  SELECT entity,\n${encoded.join(',\n')}`,
    `  FROM ${from}`,
    '),',
    ...(indicators ? ['encoded AS (', `  SELECT *,\n${indicators.join(',\n')}`, '  FROM features', '),'] : []),
    'distances AS (',
    `  SELECT entity,\n${forms.forms.map((form, c) => `    ${valueOf(form)} AS d${c}`).join(',\n')}`,
    '  FROM encoded',
    '),',
    'segments AS (',
    `  SELECT *, ${segments.map((segment) => `${ofSegment(segment)} AS m${segment}`).join(', ')}`,
    '  FROM distances',
    '),',
    'least_of_all AS (',
    `  SELECT *, ${least(segments.map((segment) => `m${segment}`))} AS own`,
    '  FROM segments',
    '),',
    'nearest AS (',
    `  SELECT entity, own, ${segments.map((segment) => `m${segment}`).join(', ')}, ${firstOf(forms.forms.map(({ segment }, c) => [`d${c}`, segment]), 'own')} AS home`,
    '  FROM least_of_all',
    '),',
    'next_of_all AS (',
    `  SELECT *, ${perSegment(segments, (others) => least(others.map((segment) => `m${segment}`)))} AS next`,
    '  FROM nearest',
    '),',
    'runner_up AS (',
    `  SELECT *, ${perSegment(segments, (others) => firstOf(others.map((segment) => [`m${segment}`, segment]), 'next'))} AS other`,
    '  FROM next_of_all',
    ')',
    `SELECT entity, ${forms.limit === undefined ? 'home' : `CASE WHEN own <= ${literal(forms.limit)} THEN home ELSE -1 END`} AS segment,`,
    `  ${strengthOf(forms)} AS strength,`,
    `  ${forms.limit === undefined ? 'coalesce(other, home)' : `CASE WHEN own <= ${literal(forms.limit)} THEN coalesce(other, home) ELSE home END`} AS second`,
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

/** offset + ‖F (z − centre)‖². */
function valueOf({ offset, centre, scale, factor }: Form): string {
  const moved = centre.map((value, j) => `(z${j} - ${literal(value)})`);
  const terms = factor ? rowsOf(factor, moved) : scale ? moved.flatMap((term, j) => (scale[j] === 0 ? [] : [`(${term} * ${literal(scale[j])})`])) : moved;
  // Not t * t: engines that look for common subexpressions take minutes to plan thousands of them.
  const squares = terms.map((term) => `power(${term}, 2)`).join(' + ') || '0e0';
  return offset === 0 ? squares : `${literal(offset)} + (${squares})`;
}

/** The rows of a factor times the moved features; zeros (half of a triangle) are left out. */
function rowsOf(factor: readonly number[], moved: readonly string[]): string[] {
  const d = moved.length;
  return Array.from({ length: factor.length / d }, (_, p) => {
    const terms = moved.flatMap((term, j) => (factor[p * d + j] === 0 ? [] : [`${literal(factor[p * d + j])} * ${term}`]));
    return terms.length > 0 ? `(${terms.join(' + ')})` : '0e0';
  });
}

function strengthOf({ strength, limit }: Forms): string {
  if (strength === 'reach') return `greatest(0, 1 - sqrt(own / ${literal(limit!)}))`;
  if (strength === 'odds') return 'CASE WHEN next IS NULL THEN 1 ELSE 1 - exp((own - next) / 2) END';
  return 'CASE WHEN next IS NULL THEN 1 WHEN next = 0 THEN 0 ELSE 1 - sqrt(own) / sqrt(next) END';
}

/** The segment of the first column that holds the value `wanted`. */
function firstOf(columns: readonly (readonly [string, number])[], wanted: string): string {
  const [, last] = columns[columns.length - 1];
  if (columns.length === 1) return String(last);
  return `CASE ${columns.slice(0, -1).map(([column, segment]) => `WHEN ${column} = ${wanted} THEN ${segment}`).join(' ')} ELSE ${last} END`;
}

function least(columns: readonly string[]): string {
  return columns.length === 1 ? columns[0] : `least(${columns.join(', ')})`;
}

/** An expression over the other segments, for each segment that is home; NULL where there is no other. */
function perSegment(segments: readonly number[], over: (others: readonly number[]) => string): string {
  if (segments.length < 2) return 'NULL';
  return `CASE home${segments.map((own) => `\n    WHEN ${own} THEN ${over(segments.filter((segment) => segment !== own))}`).join('')} END`;
}

/** With an exponent a number is a DOUBLE, exactly; without one it would be a DECIMAL. */
function literal(value: number): string {
  const text = value.toExponential();
  return value < 0 ? `(${text})` : text;
}
