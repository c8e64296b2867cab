import type { Page, PageAsk, RowBits, SearchAnswer, Shown } from '../../domain/answer.js';
import type { Feature } from '../../domain/feature.js';
import { countRows } from '../../segment/rules/bits.js';
import { formatValue } from '../../util/format-value.js';
import { radixOrder } from '../../util/radix-order.js';
import { cleanText } from '../../util/words.js';
import { bitsOf } from './groups.js';
import { columnOf, type Held, positionOf } from './held.js';
import { featureColumn } from './keep.js';

/** Columns shown where none are asked for. */
const usualColumns = 6;

/** @throws `explain/unknown-feature`, `explain/unknown-segment` */
export function page(held: Held, { of = { kind: 'everyone' }, offset = 0, limit = 50, sort, columns = tellingColumns(held, of) }: PageAsk): Page {
  const bits = bitsOf(held, of);
  const from = Math.max(0, Math.trunc(offset) || 0);
  const many = Math.min(1000, Math.max(0, Math.trunc(limit) || 0));
  const shown = columns.map((name) => held.features[positionOf(held, name)]);
  const rows = sort && sort.by !== 'entity' ? sortedRows(held, bits, sort.by, sort.descending ?? false, from, many) : rowsFrom(bits, held.rows, from, many, sort?.descending ?? false);
  return {
    total: countRows(bits), offset: from,
    columns: shown.map(({ name, title, kind }) => ({ feature: name, title: cleanText(title), kind })),
    rows: rows.map((row) => ({
      row, entity: held.ids.text(row), segment: held.segment[row], strength: held.strength[row], tier: held.tier[row],
      values: shown.map((feature) => shownValue(held.file.at(featureColumn(feature.name), row), feature, held.report.currency)),
    })),
  };
}

/** What tells the members of a segment from the others, or all segments from each other: at most six features. */
function tellingColumns({ report }: Held, of: PageAsk['of']): string[] {
  const own = of?.kind === 'segment' && of.segment >= 0 ? [report.segments[of.segment]] : report.segments;
  const longest = Math.max(0, ...own.map((segment) => segment?.traits.length ?? 0));
  const inTurn = Array.from({ length: longest }, (_, i) => own.flatMap((segment) => segment?.traits[i]?.feature ?? [])).flat();
  return [...new Set([...inTurn, ...report.features.map(({ name }) => name)])].slice(0, usualColumns);
}

export const shownValue = (value: number, feature: Feature, currency?: string): Shown => ({ value: Number.isFinite(value) ? value : null, text: formatValue(value, feature, currency) });

const has = (bits: RowBits, row: number) => (bits[row >>> 5] & (1 << (row & 31))) !== 0;

/** Rows that are in, from the `offset`th, in the order of everyone or against it. */
function rowsFrom(bits: RowBits, rows: number, offset: number, limit: number, backwards: boolean): number[] {
  const found: number[] = [];
  for (let i = 0, seen = 0; i < rows && found.length < limit; i++) {
    const row = backwards ? rows - 1 - i : i;
    if (has(bits, row) && seen++ >= offset) found.push(row);
  }
  return found;
}

/** The same in the order of a feature or of the strength; those without a value come last. */
function sortedRows(held: Held, bits: RowBits, by: string, descending: boolean, offset: number, limit: number): number[] {
  const order = held.cache.get(`order ${by} ${descending}`, () => {
    const values = by === 'strength' ? Float64Array.from(held.strength) : columnOf(held, by);
    const known = radixOrder(values, descending);
    if (known.length === values.length) return known;
    const all = new Int32Array(values.length);
    all.set(known);
    for (let row = 0, at = known.length; row < values.length; row++) if (Number.isNaN(values[row])) all[at++] = row;
    return all;
  }, (made) => made.byteLength);
  const found: number[] = [];
  for (let i = 0, seen = 0; i < order.length && found.length < limit; i++) if (has(bits, order[i]) && seen++ >= offset) found.push(order[i]);
  return found;
}

/** Entities whose id holds the text. */
export function search({ ids, segment }: Held, text: string, limit = 20): SearchAnswer {
  const { total, rows } = ids.search(text, Math.min(100, Math.max(0, Math.trunc(limit) || 0)));
  return { total, hits: rows.map((row) => ({ row, entity: ids.text(row), segment: segment[row] })) };
}
