import type { Event, Json, Scalar } from '../../domain/event.js';

/** A value of events that is carried into their rows: its path in the payload, and what it is. */
export interface TrackedColumn {
  /** Name in the row. */
  readonly column: string;
  /** 'properties.rating', 'context.device.type'. */
  readonly path: string;
  readonly type: 'number' | 'text' | 'flag';
}

/** What an event comes to in one of the sources that a segmentation is made of. Money and quantities are integers in units of 1/10,000; what is absent is unknown. */
export interface TrackedRow {
  readonly source: 'events' | 'orders';
  /** ms. */
  readonly at: number;
  readonly event?: string;
  readonly product?: string;
  readonly category?: string;
  readonly order_id?: string;
  readonly quantity?: number;
  readonly price?: number;
  readonly amount?: number;
  readonly discount?: number;
  readonly returned?: boolean;
  readonly [column: string]: Scalar | undefined;
}

/** Columns that rows have of themselves: no value of an event is carried under such a name. */
export const ownColumns = ['entity', 'source', 'at', 'event', 'product', 'category', 'order_id', 'quantity', 'price', 'amount', 'discount', 'returned', 'one'] as const;

const UNITS = 10_000;
/** Money beyond it is no money; sums of smaller ones stay exact. */
const MOST = 1e13;
const TEXT = 200;
/** Products of one order that become lines. */
const LINES = 500;
const BOUGHT = /^(order|purchase|transaction|checkout)[ _-]?(completed|placed|paid)$|^(purchase|ordered|order)$/i;
const RETURNED = /^(order|purchase|transaction)[ _-]?(refunded|returned)$/i;

/**
 * The rows of an event: what was done (tracks, pages and screens), and a line per product of what was bought or taken back. The same event gives the same rows whether they are
 * exported for `discover` or looked at live, and no row depends on another.
 */
export function rowsOf({ id, kind, name, payload }: Pick<Event, 'id' | 'kind' | 'name' | 'payload'>, at: number, columns: readonly TrackedColumn[]): TrackedRow[] {
  if (kind !== 'track' && kind !== 'page' && kind !== 'screen') return [];
  const properties = objectOf(payload.properties);
  const row: Record<string, Scalar | undefined> & { source: 'events'; at: number } = {
    source: 'events', at, event: kind === 'track' ? name.slice(0, TEXT) : kind === 'page' ? 'Page viewed' : 'Screen viewed', product: productOf(properties), category: textOf(properties.category),
  };
  for (const { column, path, type } of columns) row[column] = valueAt(payload, path, type);
  return kind === 'track' && (BOUGHT.test(name) || RETURNED.test(name)) ? [row, ...linesOf(properties, id, at, RETURNED.test(name))] : [row];
}

function linesOf(properties: Properties, message: string, at: number, returned: boolean): TrackedRow[] {
  const order = textOf(properties.order_id) ?? textOf(properties.orderId) ?? textOf(properties.transaction_id) ?? message;
  const total = unitsOf(properties.total) ?? unitsOf(properties.revenue) ?? unitsOf(properties.value) ?? unitsOf(properties.subtotal);
  const products = (Array.isArray(properties.products) ? properties.products.slice(0, LINES) : []).map(objectOf);
  const sign = returned ? -1 : 1;
  const own = { source: 'orders', at, order_id: order, returned } as const;
  if (products.length === 0) {
    if (total === undefined) return [];
    return [{ ...own, product: productOf(properties), category: textOf(properties.category), quantity: UNITS, price: Math.abs(total), amount: sign * Math.abs(total), discount: Math.abs(unitsOf(properties.discount) ?? 0) }];
  }
  // Where not every product says what it cost, they share what the order came to.
  const priced = products.every(({ price }) => unitsOf(price) !== undefined);
  const shares = split(total ?? 0, products.length), discounts = split(Math.abs(unitsOf(properties.discount) ?? 0), products.length);
  return products.map((product, i) => {
    const quantity = Math.abs(unitsOf(product.quantity) ?? UNITS);
    const price = priced ? Math.abs(unitsOf(product.price)!) : undefined;
    const amount = price === undefined ? Math.abs(shares[i]) : Math.round((price * quantity) / UNITS);
    return { ...own, product: productOf(product), category: textOf(product.category), quantity, price: price ?? (quantity ? Math.round((amount * UNITS) / quantity) : 0), amount: sign * Math.min(amount, MOST), discount: Math.abs(unitsOf(product.discount) ?? discounts[i]) };
  });
}

type Properties = { readonly [key: string]: Json };
const objectOf = (value: Json | undefined): Properties => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {});

/** A whole number of units in equal parts, the first ones larger by one where it does not come out even. */
function split(units: number, parts: number): number[] {
  const each = Math.floor(units / parts), rest = units - each * parts;
  return Array.from({ length: parts }, (_, i) => each + (i < rest ? 1 : 0));
}

const productOf = (of: Properties): string | undefined => textOf(of.product_id) ?? textOf(of.productId) ?? textOf(of.sku) ?? textOf(of.product);

function textOf(value: Json | undefined): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : typeof value === 'string' ? value.trim() : '';
  return whole(text.slice(0, TEXT));
}

/** Half a surrogate pair and NUL are no text that an engine can hold. */
const whole = (text: string): string | undefined => text.replace(/[\0\p{Cs}]/gu, '') || undefined;

function unitsOf(value: Json | undefined): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^\s*-?\d{1,12}(\.\d+)?\s*$/.test(value) ? Number(value) : Number.NaN;
  const units = Math.round(number * UNITS) + 0;
  return Math.abs(units) <= MOST ? units : undefined;
}

function valueAt(payload: Event['payload'], path: string, type: TrackedColumn['type']): Scalar | undefined {
  let value: Json | undefined = payload;
  for (const part of path.split('.')) value = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, part) ? (value as Properties)[part] : undefined;
  if (type === 'number') return typeof value === 'number' && Math.abs(value) < 1e15 ? value + 0 : undefined;
  if (type === 'flag') return typeof value === 'boolean' ? value : undefined;
  return typeof value === 'string' && value.length <= TEXT ? whole(value) : undefined;
}
