import { nextHabits, streams, withOdds, type Customer } from './customer.js';
import type { CsvFile } from './csv-file.js';
import type { Dice } from './dice.js';
import { drawDay, drawSecond, type Habits, type Market } from './market.js';

const MAX_ORDERS = 250;
const MAX_LINES = 8;

/** One customer's orders and their lines, as columns in buffers that are filled again for each customer. */
export interface Orders {
  count: number;
  /** Seconds since the start of the history, rising. */
  readonly at: Float64Array;
  readonly habits: Habits[];
  readonly device: Uint8Array;
  /** Index of an order's first line; `firstLine[count]` is the number of lines. */
  readonly firstLine: Uint16Array;
  readonly product: Uint8Array;
  readonly quantity: Uint16Array;
  /** Cents paid per unit. */
  readonly price: Int32Array;
  /** Per cent off the list price that the price contains. */
  readonly discount: Uint8Array;
  /** Index of the promotion; −1 for none. */
  readonly promotion: Int16Array;
}

export function createOrders(): Orders {
  const lines = MAX_ORDERS * MAX_LINES;
  return {
    count: 0, at: new Float64Array(MAX_ORDERS), habits: [], device: new Uint8Array(MAX_ORDERS), firstLine: new Uint16Array(MAX_ORDERS + 1),
    product: new Uint8Array(lines), quantity: new Uint16Array(lines), price: new Int32Array(lines), discount: new Uint8Array(lines), promotion: new Int16Array(lines),
  };
}

/** Draws all orders of a customer. */
export function drawOrders(market: Market, customer: Customer, dice: Dice, into: Orders): void {
  dice.seat(market.seed, customer.index, streams.orders);
  const crawler = customer.habits.career === 'crawler';
  const wanted = dice.poisson(customer.orders - (customer.habits.career === 'once' ? 1 : 0)) + (customer.habits.career === 'once' ? 1 : 0);
  into.count = Math.min(MAX_ORDERS, crawler ? wanted : Math.max(1, wanted));
  for (let k = 0; k < into.count; k++) into.at[k] = orderTime(market, customer, nextHabits(customer, dice), dice, into, k);
  inTimeOrder(into);
  into.firstLine[0] = 0;
  for (let k = 0; k < into.count; k++) drawLines(market, customer, dice, into, k);
}

export const ordersHeader = 'order_id,customer_id,ordered_at,product_id,quantity,unit_price,discount,device,promotion_id';

/** What was spoiled on purpose. */
export interface OrderDirt {
  missingIds: number;
  returns: number;
  duplicates: number;
  zeroPrices: number;
  futureDates: number;
}

/** Writes a customer's order lines, about 1 % of them as a real export would: ids lost, lines sent back, repeated, free, dated in the future. */
export function writeOrders(market: Market, customer: Customer, orders: Orders, dice: Dice, file: CsvFile, dirt: OrderDirt): void {
  dice.seat(market.seed, customer.index, streams.orderDirt);
  for (let k = 0; k < orders.count; k++) {
    for (let line = orders.firstLine[k]; line < orders.firstLine[k + 1]; line++) {
      const luck = dice.unit();
      const from = file.position;
      const lost = luck < 0.0035;
      const free = luck >= 0.0035 && luck < 0.0037;
      const future = luck >= 0.0037 && luck < 0.004;
      if (lost) dirt.missingIds++;
      if (free) dirt.zeroPrices++;
      if (future) dirt.futureDates++;
      writeLine(market, customer, orders, k, line, file, orders.at[k], lost, future, orders.quantity[line], free ? 0 : orders.price[line]);
      if (luck > 0.9985) {
        dirt.duplicates++;
        file.repeat(from);
      }
      file.end();
      if (dice.unit() < orders.habits[k].returns) {
        const back = orders.at[k] + Math.floor(dice.between(3, 21) * 86_400);
        if (back < market.calendar.days * 86_400) {
          dirt.returns++;
          writeLine(market, customer, orders, k, line, file, back, false, false, -orders.quantity[line], orders.price[line]);
          file.end();
        }
      }
    }
  }
}

/** A customer's name in every file. */
export function writeCustomerId(index: number, file: CsvFile): void {
  file.byte(67).padded(index + 1, index < 9_999_999 ? 7 : 8);
}

/** 'YYYY-MM-DD HH:MM:SS'. */
export function writeTime(market: Market, seconds: number, file: CsvFile): void {
  const day = (seconds / 86_400) | 0;
  file.raw(market.calendar.text[day]).clock(seconds - day * 86_400);
}

function writeLine(
  market: Market, customer: Customer, orders: Orders, k: number, line: number, file: CsvFile, at: number, lost: boolean, future: boolean, quantity: number, cents: number,
): void {
  file.byte(79).padded(orderNumber(customer.index, k), 10).comma();
  if (!lost) writeCustomerId(customer.index, file);
  file.comma();
  if (future) file.raw(farFuture);
  else writeTime(market, at, file);
  file.comma().raw(market.productKey[orders.product[line]]).comma().int(quantity).comma().cents(cents).comma().cents(orders.discount[line]).comma();
  file.raw(devices[orders.device[k]]).comma();
  if (orders.promotion[line] >= 0) file.raw(market.promotions[orders.promotion[line]].key);
}

export const devices = ['app', 'mobile', 'desktop'].map((name) => new TextEncoder().encode(name));
const farFuture = new TextEncoder().encode('2099-12-31 00:00:00');

/** A number no other order has, and which tells nothing: a bijection of 32 bits (an odd factor and a shifted exclusive-or are both invertible). */
function orderNumber(customer: number, k: number): number {
  const x = Math.imul(customer * 256 + k + 1, 0x9e3779b1);
  return Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 0;
}

function orderTime(market: Market, customer: Customer, habits: Habits, dice: Dice, into: Orders, k: number): number {
  into.habits[k] = habits;
  if (habits.promotion === 'flash') {
    const flash = flashSince(market, customer.from);
    if (flash < market.flashSales.length) {
      const sale = market.promotions[market.flashSales[flash + dice.int(market.flashSales.length - flash)]];
      if (sale.day < customer.to) return sale.day * 86_400 + sale.second + Math.min(sale.seconds - 1, 20 + Math.floor(dice.exponential(420)));
    }
  }
  const day = drawDay(habits, customer.from, customer.to, k, into.count, dice);
  return day * 86_400 + drawSecond(habits.hours, customer.hourShift, dice);
}

/** Position in `flashSales` of the first one on or after a day. */
export function flashSince(market: Market, day: number): number {
  let low = 0;
  while (low < market.flashSales.length && market.promotions[market.flashSales[low]].day < day) low++;
  return low;
}

/** Insertion sort: few orders, nearly always. */
function inTimeOrder(orders: Orders): void {
  const { at, habits } = orders;
  for (let k = 1; k < orders.count; k++) {
    const time = at[k];
    const who = habits[k];
    let j = k - 1;
    for (; j >= 0 && at[j] > time; j--) {
      at[j + 1] = at[j];
      habits[j + 1] = habits[j];
    }
    at[j + 1] = time;
    habits[j + 1] = who;
  }
}

function drawLines(market: Market, customer: Customer, dice: Dice, into: Orders, k: number): void {
  const habits = into.habits[k];
  const day = (into.at[k] / 86_400) | 0;
  const prices = market.price[market.calendar.year[day]];
  const start = into.firstLine[k];
  const lines = Math.min(MAX_LINES, 1 + dice.poisson(habits.lines - 1));
  const discounted = withOdds(habits.discounted, customer.discountOdds);
  const promotion = promotionAt(market, habits, into.at[k], day);
  into.device[k] = habits.device.draw(dice);
  let line = start;
  for (let wanted = lines; wanted > 0; wanted--) {
    const product = newInOrder(habits, dice, into, start, line);
    if (product < 0) continue;
    into.product[line] = product;
    into.quantity[line] = Math.min(999, 1 + dice.poisson(Math.max(0, habits.quantity * customer.quantityFactor - 1)));
    const reduced = dice.unit() < discounted;
    into.promotion[line] = reduced ? promotion : -1;
    into.discount[line] = !reduced ? 0 : promotion >= 0 ? market.promotions[promotion].depth : 10 + 5 * dice.int(habits.promotion === 'none' ? 3 : 4);
    into.price[line] = Math.round((prices[product] * (100 - into.discount[line])) / 100);
    line++;
  }
  into.firstLine[k + 1] = line;
}

/** A product not yet in the order that began at line `start`; −1 where a few tries find none. */
function newInOrder(habits: Habits, dice: Dice, into: Orders, start: number, line: number): number {
  for (let tries = 0; tries < 4; tries++) {
    const again = start > 0 && dice.unit() < habits.habit;
    const product = again ? into.product[dice.int(start)] : habits.product.draw(dice);
    let j = start;
    while (j < line && into.product[j] !== product) j++;
    if (j === line) return product;
  }
  return -1;
}

function promotionAt(market: Market, habits: Habits, at: number, day: number): number {
  if (habits.promotion === 'flash') {
    const flash = market.flashSales[flashSince(market, day)];
    if (flash !== undefined && market.promotions[flash].day === day && at >= day * 86_400 + market.promotions[flash].second) return flash;
  }
  return habits.promotion === 'weekend' ? market.weekendDeal[day] : market.seasonSale[day];
}
