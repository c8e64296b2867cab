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
  const all = [...forms.forms.keys()];
  const nameOf = (c: number) => String(forms.forms[c].segment);
  const encoded = model.encoder.features.map((feature, j) => `    ${encode(bounded(feature))} AS z${j}`);
  return [
    'WITH encoded AS (',
    `  SELECT entity,\n${encoded.join(',\n')}`,
    `  FROM ${from}`,
    '),',
    'distances AS (',
    `  SELECT entity,\n${forms.forms.map((form, c) => `    ${valueOf(form)} AS d${c}`).join(',\n')}`,
    '  FROM encoded',
    '),',
    'nearest AS (',
    `  SELECT *, ${nearest(all, nameOf)} AS home, ${least(all)} AS own`,
    '  FROM distances',
    '),',
    'runner_up AS (',
    `  SELECT *,\n    ${perSegment(forms, (others) => least(others))} AS next,`,
    `    ${perSegment(forms, (others) => nearest(others, nameOf))} AS other`,
    '  FROM nearest',
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

/** offset + ‖F (z − centre)‖² + weight × categories that differ. */
function valueOf({ offset, centre, scale, factor, categories }: Form): string {
  const moved = centre.map((value, j) => `(z${j} - ${literal(value)})`);
  const terms = factor ? rowsOf(factor, moved) : scale ? moved.flatMap((term, j) => (scale[j] === 0 ? [] : [`(${term} * ${literal(scale[j])})`])) : moved;
  const squares = terms.map((term) => `${term} * ${term}`).join(' + ') || '0e0';
  const differing = categories ? ` + ${literal(categories.weight)} * (${categories.codes.map(({ feature, code }) => `CASE WHEN z${feature} = ${literal(code)} THEN 0 ELSE 1 END`).join(' + ')})` : '';
  return offset === 0 ? squares + differing : `${literal(offset)} + (${squares})${differing}`;
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

/** The first of the given forms that has the least value, as `name` calls it. */
function nearest(forms: readonly number[], name: (form: number) => string): string {
  if (forms.length === 1) return name(forms[0]);
  const smallest = least(forms);
  const cases = forms.slice(0, -1).map((c) => `WHEN d${c} = ${smallest} THEN ${name(c)}`);
  return `CASE ${cases.join(' ')} ELSE ${name(forms[forms.length - 1])} END`;
}

function least(forms: readonly number[]): string {
  return forms.length === 1 ? `d${forms[0]}` : `least(${forms.map((c) => `d${c}`).join(', ')})`;
}

/** An expression over the forms of the other segments, for each segment; NULL where there is no other. */
function perSegment({ k, forms }: Forms, over: (others: readonly number[]) => string): string {
  if (k < 2) return 'NULL';
  const cases = Array.from({ length: k }, (_, segment) => {
    const others = forms.flatMap((form, c) => (form.segment === segment ? [] : [c]));
    return others.length > 0 ? `\n      WHEN ${segment} THEN ${over(others)}` : '';
  });
  return `CASE home${cases.join('')} END`;
}

/** With an exponent a number is a DOUBLE, exactly; without one it would be a DECIMAL. */
function literal(value: number): string {
  const text = value.toExponential();
  return value < 0 ? `(${text})` : text;
}
