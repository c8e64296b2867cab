import type { Event, Json } from '../../../domain/event.js';

const day = 86_400_000;
export const begin = Date.parse('2025-01-01T00:00:00Z');
export const end = begin + 300 * day;

/** Events of three kinds of shoppers over 300 days: night owls who buy gadgets, morning regulars who buy food, and those who only look; some gone for long. Ordered by time. */
export function shoppers(count: number, seed = 7): Event[] {
  const random = dice(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)];
  const events: Event[] = [];
  for (let i = 0; i < count; i++) {
    const kind = i % 3;
    const gone = random() < 0.2 ? 150 : 0;
    const add = (name: string, at: number, properties: { readonly [key: string]: Json }, is: Event['kind'] = 'track') => events.push({
      id: `m${i}-${events.length}`, kind: is, name, at, received: at, identifiers: [{ type: 'user', value: `u${i}` }], payload: { properties, context: { device: { type: kind === 0 ? pick(['phone', 'phone', 'desktop']) : pick(['desktop', 'tablet']) } } },
    });
    const visits = kind === 1 ? 14 : kind === 0 ? 8 : 10;
    for (let v = 0; v < visits; v++) {
      const hour = kind === 0 ? 22 + Math.floor(random() * 2) : kind === 1 ? 7 + Math.floor(random() * 3) : 12 + Math.floor(random() * 6);
      const at = begin + Math.floor((random() * (300 - gone))) * day + hour * 3_600_000 + Math.floor(random() * 3_600_000);
      const shelf = kind === 1 ? pick(['bread', 'milk', 'fruit']) : kind === 0 ? pick(['audio', 'games', 'bread']) : pick(['audio', 'games', 'bread', 'milk', 'garden']);
      add('Home', at, { rating: Math.floor(random() * 500) / 100 }, 'page');
      add('Product Viewed', at + 60_000, { product_id: `p${Math.floor(random() * 40)}`, category: shelf, rating: Math.floor(random() * 500) / 100 });
      if (kind === 2 && random() < 0.9) continue;
      const products = Array.from({ length: kind === 1 ? 1 + Math.floor(random() * 5) : 1 }, () => ({ product_id: `p${Math.floor(random() * 40)}`, category: shelf, price: kind === 0 ? 80 + Math.floor(random() * 30_000) / 100 : 1 + Math.floor(random() * 900) / 100, quantity: 1 + Math.floor(random() * 3) }));
      const order = `o${i}-${v}`;
      add('Order Completed', at + 120_000, { order_id: order, products, ...(random() < 0.2 && { discount: 1.5 }) });
      if (random() < 0.06) add('Order Refunded', Math.min(at + 3 * day, end), { order_id: order, products: products.slice(0, 1) });
    }
  }
  return events.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
