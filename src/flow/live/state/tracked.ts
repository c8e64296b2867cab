import type { TrackedColumn, TrackedRow } from '../../../ingest/track/rows-of.js';
import type { Rows } from '../found/rows.js';
import type { Columns } from './columns.js';
import { putRow, type Block } from './entity.js';

/** Cells of a tracked row; those that are carried follow. `order` is a number made of the order's id: only whether two are the same is asked. */
const at = { at: 0, seq: 1, node: 2, orders: 3, event: 4, product: 5, category: 6, order: 7, quantity: 8, price: 9, amount: 10, discount: 11, returned: 12, first: 13 } as const;
const numbers = ['quantity', 'price', 'amount', 'discount'] as const;
const texts = ['event', 'product', 'category'] as const;

/** Cells that hold codes of texts, in rows of that width. */
export const trackedTexts = (carried: readonly TrackedColumn[], width: number): number[] => (width ? [at.event, at.product, at.category, ...carried.flatMap(({ type }, i) => (type === 'text' && at.first + i < width ? [at.first + i] : []))] : []);

/** Writes the rows of an event into an entity's block, each in its place; what is there already is filled in. A line of an order has a part of the record's number. */
export function putTracked(block: Block, rows: readonly TrackedRow[], node: number, seq: number, carried: readonly TrackedColumn[], { codeOf }: Columns): void {
  rows.forEach((row, i) => {
    const cells = new Float64Array(at.first + carried.length).fill(Number.NaN);
    cells[at.at] = row.at;
    cells[at.seq] = seq + i / 1024;
    cells[at.node] = node;
    cells[at.orders] = row.source === 'orders' ? 1 : 0;
    for (const name of texts) if (row[name] !== undefined) cells[at[name]] = codeOf(row[name]);
    if (row.order_id !== undefined) cells[at.order] = numberOf(row.order_id);
    for (const name of numbers) if (row[name] !== undefined) cells[at[name]] = row[name];
    if (row.returned !== undefined) cells[at.returned] = Number(row.returned);
    carried.forEach(({ column }, j) => {
      const value = row[column];
      if (value !== undefined) cells[at.first + j] = typeof value === 'string' ? codeOf(value) : Number(value);
    });
    putRow(block, cells);
  });
}

/** A value that rows carry: its name in the rows of a model, and which of the carried ones it is. */
export interface CarriedAt {
  readonly column: string;
  readonly type: TrackedColumn['type'];
  readonly index: number;
}

/** The rows of a block, as features of a model read them. */
export function trackedRows({ cells, width, rows }: Block, carried: readonly CarriedAt[], { textOf }: Columns): Rows {
  const out = { events: [] as TrackedRow[], orders: [] as TrackedRow[] };
  for (let r = 0, o = 0; r < rows; r++, o += width) {
    const known = (cell: number): number | undefined => (cells[o + cell] === cells[o + cell] ? cells[o + cell] : undefined);
    const text = (cell: number): string | undefined => (cells[o + cell] === cells[o + cell] ? textOf(cells[o + cell]) : undefined);
    if (cells[o + at.orders] === 1) {
      out.orders.push({
        source: 'orders', at: cells[o], product: text(at.product), category: text(at.category), order_id: String(cells[o + at.order]),
        quantity: known(at.quantity), price: known(at.price), amount: known(at.amount), discount: known(at.discount), returned: cells[o + at.returned] === 1,
      });
      continue;
    }
    const row: TrackedRow & Record<string, string | number | boolean | undefined> = { source: 'events', at: cells[o], one: 1, event: text(at.event), product: text(at.product), category: text(at.category) };
    for (const { column, type, index } of carried) {
      const value = at.first + index < width ? known(at.first + index) : undefined;
      if (value !== undefined) row[column] = type === 'text' ? textOf(value) : type === 'flag' ? value === 1 : value;
    }
    out.events.push(row);
  }
  return out;
}

/** 53 bits of a text (cyrb53): the same for the same text in every process. */
function numberOf(text: string): number {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
