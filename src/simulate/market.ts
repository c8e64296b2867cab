import { createCalendar, dayOf, type Calendar } from './calendar.js';
import { Alias, type Dice } from './dice.js';
import { encode } from './csv-file.js';
import { categories, createProducts, priceIn, type Product } from './products.js';
import { createPromotions, type Promotion } from './promotions.js';
import { behaviours, type Behaviour, type Hours } from './segments.js';

/** A behaviour made ready for drawing: its tables of days, products and devices. */
export interface Habits extends Behaviour {
  readonly index: number;
  readonly product: Alias;
  readonly device: Alias;
  /** Cumulative weight of the days: `busy[d]` is all before day d. */
  readonly busy: Float64Array;
}

/** The world that every customer lives in. Immutable, and the same for any number of customers. */
export interface Market {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly months: number;
  readonly products: readonly Product[];
  readonly productKey: readonly Uint8Array[];
  /** List price in cents by calendar year and product. */
  readonly price: readonly Int32Array[];
  readonly promotions: readonly Promotion[];
  /** The weekend deal on each day, as an index of `promotions`; −1 on other days. */
  readonly weekendDeal: Int16Array;
  /** The season sale on each day, likewise. */
  readonly seasonSale: Int16Array;
  /** Indices of the flash sales, in time order. */
  readonly flashSales: Int16Array;
  readonly habits: readonly Habits[];
  /** Days of the three weeks before the last Christmas of the history, [from, to): when one-time gift buyers come. Its first weeks if it holds no Christmas. */
  readonly giftSeason: readonly [number, number];
  /** Everyone alike: a single continuum instead of segments. */
  readonly structureless: boolean;
}

export interface MarketOptions {
  seed: number;
  end: string;
  months: number;
  structure: 'segments' | 'none';
}

export function createMarket(options: MarketOptions): Market {
  const calendar = createCalendar(options.end, options.months);
  const products = createProducts();
  const promotions = createPromotions(calendar);
  const running = (kind: Promotion['kind']): Int16Array => {
    const found = new Int16Array(calendar.days).fill(-1);
    promotions.forEach((promotion, i) => {
      if (promotion.kind === kind) found.fill(i, promotion.day, promotion.day + promotion.seconds / 86_400);
    });
    return found;
  };
  return {
    seed: options.seed,
    calendar,
    months: options.months,
    products,
    productKey: products.map((product) => encode(product.id)),
    price: Array.from({ length: 4 }, (_, year) => Int32Array.from(products, (product) => priceIn(product, year))),
    promotions,
    weekendDeal: running('weekend'),
    seasonSale: running('season'),
    flashSales: Int16Array.from(promotions.flatMap((promotion, i) => (promotion.kind === 'flash' ? [i] : []))),
    giftSeason: giftSeason(calendar),
    habits: behaviours.map((behaviour, index) => prepare(behaviour, index, products, calendar)),
    structureless: options.structure === 'none',
  };
}

/**
 * The day of act `k` of `n` in [from, to): somewhere in the k-th of n equally busy stretches, so that people act about evenly over their time,
 * more often on the days that the habits make busy.
 */
export function drawDay(habits: Habits, from: number, to: number, k: number, n: number, dice: Dice): number {
  const busy = habits.busy;
  const wanted = busy[from] + ((k + dice.unit()) / n) * (busy[to] - busy[from]);
  let low = from;
  let high = to - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (busy[middle + 1] > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A second of the day; `shift` moves the person's own hour, in hours. */
export function drawSecond(hours: Hours, shift: number, dice: Dice): number {
  if (dice.unit() < hours.focus) {
    const second = Math.floor((hours.centre + shift + hours.spread * dice.normal()) * 3600);
    return ((second % 86_400) + 86_400) % 86_400;
  }
  if (hours.spread === 0) return dice.int(86_400);
  return (shopDay.draw(dice) * 3600 + dice.int(3600)) | 0;
}

const shopDay = new Alias([8, 4, 2, 2, 2, 4, 12, 26, 38, 48, 56, 58, 62, 58, 54, 52, 54, 60, 68, 78, 82, 70, 44, 20]);

function prepare(behaviour: Behaviour, index: number, products: readonly Product[], calendar: Calendar): Habits {
  const shelf = categories.map((category) => (Object.keys(behaviour.categories).length === 0 ? 1 : behaviour.categories[category] ?? 0.05));
  const weights = products.map((product, i) => shelf[categories.indexOf(product.category)] * popularity(i) * (product.cents / 2000) ** behaviour.priceTilt);
  const busy = new Float64Array(calendar.days + 1);
  for (let day = 0; day < calendar.days; day++) busy[day + 1] = busy[day] + behaviour.week[calendar.weekday[day]] * calendar.season[day];
  return { ...behaviour, index, product: new Alias(weights), device: new Alias(behaviour.devices), busy };
}

function giftSeason(calendar: Calendar): [number, number] {
  const year = new Date(calendar.start + (calendar.days - 30) * 86_400_000).getUTCFullYear();
  const from = [year, year - 1].map((y) => dayOf(calendar, `${y}-12-01`)).find((day) => day >= 0 && day <= calendar.days - 75) ?? 0;
  return [from, from + 22];
}

/** Within a shelf a few products sell most. */
const popularity = (i: number): number => 1 / (1 + ((i * 5) % 13) * 0.35);
