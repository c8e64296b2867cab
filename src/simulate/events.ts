import { nextHabits, streams, type Customer } from './customer.js';
import type { CsvFile } from './csv-file.js';
import type { Dice } from './dice.js';
import { drawDay, drawSecond, type Habits, type Market } from './market.js';
import { devices, writeCustomerId, writeTime, type Orders } from './orders.js';
import { drift } from './segments.js';

export const eventsHeader = 'customer_id,at,event,product_id,device';

const MAX_VISITS = 4000;
const FIRST_ORDER = 100;

/** The starts of one customer's visits: a buffer that is filled again. */
export interface Visits {
  readonly start: Float64Array;
}

export const createVisits = (): Visits => ({ start: new Float64Array(MAX_VISITS) });

/** Writes what a customer looked at: visits that led to an order, and those that did not. About 0.4 % of the rows lost their customer or came twice. */
export function writeEvents(market: Market, customer: Customer, orders: Orders, dice: Dice, visits: Visits, file: CsvFile): void {
  dice.seat(market.seed, customer.index, streams.events);
  const idle = Math.min(MAX_VISITS - orders.count, dice.poisson(customer.visits));
  // Which order a visit led to, or else whose habits it follows, rides in the fraction of its start: one numeric sort keeps them together.
  for (let v = 0; v < idle; v++) {
    const habits = nextHabits(customer, dice);
    visits.start[v] = idleStart(market, customer, habits, v, idle, dice) + habits.index / 1024;
  }
  for (let k = 0; k < orders.count; k++) visits.start[idle + k] = orderStart(orders, k, dice) + (FIRST_ORDER + k) / 1024;
  const all = visits.start.subarray(0, idle + orders.count).sort();
  for (const mark of all) {
    const start = Math.floor(mark);
    const rider = Math.round((mark - start) * 1024);
    if (rider >= FIRST_ORDER) writeOrderVisit(market, customer, orders, rider - FIRST_ORDER, start, dice, file);
    else writeIdleVisit(market, customer, market.habits[rider], start, dice, file);
  }
}

function idleStart(market: Market, customer: Customer, habits: Habits, v: number, idle: number, dice: Dice): number {
  const from = habits.promotion === 'flash' ? Math.max(customer.browseFrom, Math.min(customer.browseTo - 1, market.calendar.days - drift.emergence)) : customer.browseFrom;
  return drawDay(habits, from, customer.browseTo, v, idle, dice) * 86_400 + drawSecond(habits.hours, customer.hourShift, dice);
}

function orderStart(orders: Orders, k: number, dice: Dice): number {
  const hurried = orders.habits[k].promotion === 'flash';
  return Math.max(0, orders.at[k] - (hurried ? 15 + dice.int(60) : 90 + dice.int(600)));
}

function writeOrderVisit(market: Market, customer: Customer, orders: Orders, k: number, start: number, dice: Dice, file: CsvFile): void {
  const device = orders.device[k];
  const span = orders.at[k] - start;
  const lines = Math.min(3, orders.firstLine[k + 1] - orders.firstLine[k]);
  for (let j = 0; j < lines; j++) {
    const product = orders.product[orders.firstLine[k] + j];
    writeEvent(market, customer, start + Math.floor((span * j) / (lines + 1)), VIEW, product, device, dice, file);
    writeEvent(market, customer, start + Math.floor((span * (j + 0.6)) / (lines + 1)), CART, product, device, dice, file);
  }
}

function writeIdleVisit(market: Market, customer: Customer, habits: Habits, start: number, dice: Dice, file: CsvFile): void {
  const device = habits.device.draw(dice);
  const last = market.calendar.days * 86_400 - 1;
  const pace = habits.promotion === 'flash' ? 9 : habits.career === 'crawler' ? 4 : 38;
  const views = 1 + dice.poisson(Math.max(0, habits.views * customer.viewFactor - 1));
  let at = start;
  let product = 0;
  if (dice.unit() < habits.searches) writeEvent(market, customer, at, SEARCH, -1, device, dice, file);
  for (let j = 0; j < views; j++) {
    at = Math.min(last, at + 2 + Math.floor(dice.unit() * 2 * pace));
    product = habits.product.draw(dice);
    writeEvent(market, customer, at, VIEW, product, device, dice, file);
  }
  if (dice.unit() < habits.carts) writeEvent(market, customer, Math.min(last, at + 5 + dice.int(30)), CART, product, device, dice, file);
}

const VIEW = new TextEncoder().encode('view');
const SEARCH = new TextEncoder().encode('search');
const CART = new TextEncoder().encode('add_to_cart');

function writeEvent(market: Market, customer: Customer, at: number, event: Uint8Array, product: number, device: number, dice: Dice, file: CsvFile): void {
  const luck = dice.unit();
  const from = file.position;
  if (luck > 0.003) writeCustomerId(customer.index, file);
  file.comma();
  writeTime(market, at, file);
  file.comma().raw(event).comma();
  if (product >= 0) file.raw(market.productKey[product]);
  file.comma().raw(devices[device]);
  if (luck > 0.999) file.repeat(from);
  file.end();
}
