import { describe, expect, it } from 'vitest';
import type { Json } from '../../domain/event.js';
import { rowsOf, type TrackedColumn } from './rows-of.js';

const at = Date.parse('2026-01-01T00:00:00Z');
const columns: TrackedColumn[] = [{ column: 'rating', path: 'properties.rating', type: 'number' }, { column: 'device', path: 'context.device.type', type: 'text' }, { column: 'gift', path: 'properties.gift', type: 'flag' }];
const of = (name: string, properties: Json, context: Json = {}) => rowsOf({ id: 'm1', kind: 'track', name, payload: { properties, context } }, at, columns);

describe('the rows of an event', () => {
  it('are one of what was done, with what it carries', () => {
    expect(of('Product Viewed', { product_id: 'p1', category: 'Books', rating: 4.5, gift: true }, { device: { type: 'phone' } })).toEqual([
      { source: 'events', at, event: 'Product Viewed', product: 'p1', category: 'Books', rating: 4.5, device: 'phone', gift: true },
    ]);
  });

  it('and a line per product of what was bought, in ten-thousandths', () => {
    const [, ...lines] = of('Order Completed', { order_id: 'o1', discount: 1, products: [{ product_id: 'p1', price: 10.5, quantity: 2 }, { sku: 'p2', price: '0.01' }] });
    expect(lines).toMatchObject([
      { source: 'orders', order_id: 'o1', product: 'p1', quantity: 20_000, price: 105_000, amount: 210_000, discount: 5000, returned: false },
      { source: 'orders', order_id: 'o1', product: 'p2', quantity: 10_000, price: 100, amount: 100, discount: 5000, returned: false },
    ]);
  });

  it('share what an order came to where products do not say what they cost, to the last ten-thousandth', () => {
    const [, ...lines] = of('Order Completed', { order_id: 'o1', total: 10, products: [{ product_id: 'a' }, { product_id: 'b' }, { product_id: 'c', price: 3 }] });
    expect(lines.map(({ amount }) => amount)).toEqual([33_334, 33_333, 33_333]);
  });

  it('take back what was refunded, and know an order without products or id', () => {
    expect(of('Order Refunded', { order_id: 'o1', total: 12.5 })[1]).toMatchObject({ amount: -125_000, returned: true });
    expect(of('Purchase', { revenue: 5 })[1]).toMatchObject({ order_id: 'm1', amount: 50_000, quantity: 10_000 });
    expect(of('Order Completed', {})).toHaveLength(1);
    expect(of('Order Updated', { order_id: 'o1', total: 1 })).toHaveLength(1);
  });

  it('are none of what only says who somebody is', () => {
    for (const kind of ['identify', 'group', 'alias'] as const) expect(rowsOf({ id: 'm', kind, name: kind, payload: {} }, at, columns)).toEqual([]);
  });

  it('hold up under whatever comes', () => {
    const odd: Json[] = [null, 7, 'text', [], [[[]]], { products: 'none' }, { products: [null, 3, { price: 1e300, quantity: -1 }, { price: Number.MAX_VALUE }], total: -1e18, order_id: { a: 1 } }, { product_id: '\u0000\ud800', category: '  ', rating: '5', gift: 'yes' }];
    for (const properties of odd) {
      for (const row of of('Order Completed', properties, 'odd')) {
        for (const value of Object.values(row)) expect(typeof value === 'number' ? Number.isFinite(value) : true).toBe(true);
        expect(row.product).toBeUndefined();
      }
    }
  });
});
