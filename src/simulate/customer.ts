import type { Dice } from './dice.js';
import type { Habits, Market } from './market.js';
import { drift, straddling, variation } from './segments.js';

/** Streams of randomness of one customer: a file can be left out without changing the others. */
export const streams = { traits: 0, person: 1, orders: 2, orderDirt: 3, events: 4, emails: 5, reviews: 6, support: 7 } as const;

/** What one customer is like. One object is filled again for each customer: 10 million of them leave no garbage. */
export interface Customer {
  index: number;
  /** The truth. */
  habits: Habits;
  /** Whose behaviour each act follows: `parts[j]` up to the cumulative share `upTo[j]`. One part for most. */
  partCount: number;
  readonly parts: Habits[];
  readonly upTo: Float64Array;
  ownShare: number;
  /** Straddles two segments: the truth is then only what they do most. */
  mixed: boolean;
  light: boolean;
  signup: number;
  /** Active days [from, to): orders and visits fall inside; after `to` there is silence. */
  from: number;
  to: number;
  /** Where visits without an order may fall. */
  browseFrom: number;
  browseTo: number;
  orders: number;
  visits: number;
  viewFactor: number;
  quantityFactor: number;
  /** Hours by which this person's clock differs from the segment's. */
  hourShift: number;
  openOdds: number;
  discountOdds: number;
  optedIn: boolean;
}

export function createCustomer(market: Market): Customer {
  const habits = market.habits[0];
  return {
    index: 0, habits, partCount: 1, parts: [habits, habits, habits, habits, habits], upTo: new Float64Array(5), ownShare: 1, mixed: false, light: false, signup: 0, from: 0, to: 0,
    browseFrom: 0, browseTo: 0, orders: 0, visits: 0, viewFactor: 1, quantityFactor: 1, hourShift: 0, openOdds: 1, discountOdds: 1, optedIn: true,
  };
}

/** Fills `into` with customer `index` of the market: depends on nothing but the seed and the index. */
export function drawCustomer(market: Market, index: number, dice: Dice, into: Customer): void {
  dice.seat(market.seed, index, streams.traits);
  into.index = index;
  into.habits = market.structureless ? everyday(market) : ownHabits(market, dice.unit());
  mix(market, into, dice);
  begin(market, into, dice);
  vary(market, into, dice);
}

/** Whose behaviour the next act follows. */
export function nextHabits(customer: Customer, dice: Dice): Habits {
  if (customer.partCount === 1) return customer.habits;
  const u = dice.unit();
  let j = 0;
  while (j < customer.partCount - 1 && u >= customer.upTo[j]) j++;
  return customer.parts[j];
}

/** A share moved by a person's own odds. */
export const withOdds = (share: number, odds: number): number => (share * odds) / (1 - share + share * odds);

const everyday = (market: Market): Habits => market.habits[market.habits.length - 1];

function ownHabits(market: Market, u: number): Habits {
  let left = u;
  for (const habits of market.habits) {
    left -= habits.share;
    if (left < 0) return habits;
  }
  return everyday(market);
}

function mix(market: Market, customer: Customer, dice: Dice): void {
  const own = customer.habits;
  const special = own.career === 'crawler' || own.id === 'resellers';
  const strays = straddling.strays * dice.unit() ** 2;
  customer.mixed = dice.chance(straddling.mixed) && !special;
  if (market.structureless) blendAll(market, customer, dice);
  else if (own === everyday(market)) {
    const lookalike = dice.chance(straddling.lookalikes);
    const share = lookalike ? straddling.difference * dice.unit() : dice.between(straddling.everyday[0], straddling.everyday[1]);
    const first = guest(market, customer, dice);
    let second = guest(market, customer, dice);
    while (second === first) second = guest(market, customer, dice);
    const split = lookalike ? 1 : dice.unit();
    setParts(customer, [own, first, second], [share, (1 - share) * split, (1 - share) * (1 - split)]);
  } else if (customer.mixed) {
    const share = dice.between(straddling.own[0], straddling.own[1]);
    setParts(customer, [own, guest(market, customer, dice)], [share, 1 - share]);
  } else if (special) setParts(customer, [own], [1]);
  else setParts(customer, [own, everyday(market)], [1 - strays, strays]);
}

/** Without segments everyone is a little of everything: shares scatter smoothly around one centre. */
function blendAll(market: Market, customer: Customer, dice: Dice): void {
  const parts = [everyday(market), ...market.habits.filter((habits) => habits.career === 'steady' && habits.id !== 'resellers').slice(0, 4)];
  const weights = parts.map((_, j) => (j === 0 ? 3 : 1) * Math.exp(0.5 * dice.normal()));
  const total = weights.reduce((sum, w) => sum + w, 0);
  setParts(customer, parts, weights.map((w) => w / total));
}

/** Another segment to borrow habits from: one whose habits can be had part-time. */
function guest(market: Market, customer: Customer, dice: Dice): Habits {
  for (;;) {
    const found = market.habits[dice.int(market.habits.length)];
    const same = found === customer.habits || (found.career === 'steady' && customer.habits.career === 'lapsing' && found.orders === customer.habits.orders);
    if (!same && found.career !== 'lapsing' && found.career !== 'crawler' && found.id !== 'resellers') return found;
  }
}

function setParts(customer: Customer, parts: readonly Habits[], shares: readonly number[]): void {
  customer.partCount = parts.length;
  customer.ownShare = shares[0];
  let sum = 0;
  parts.forEach((habits, j) => {
    sum += shares[j];
    customer.parts[j] = habits;
    customer.upTo[j] = sum;
  });
}

function begin(market: Market, customer: Customer, dice: Dice): void {
  const { days } = market.calendar;
  const early = dice.unit();
  const late = dice.unit();
  const career = market.structureless ? 'steady' : customer.habits.career;
  customer.signup = early < 0.78 || market.structureless ? -Math.floor(1500 * late * late) - 1 : Math.floor(late * Math.max(1, days - 270));
  customer.to = days;
  if (career === 'emerging') {
    const first = Math.max(0, days - drift.emergence);
    customer.signup = first + Math.floor(late * Math.max(1, days - drift.settled - first));
  } else if (career === 'lapsing') {
    customer.signup = Math.min(customer.signup, Math.floor(days / 6));
    customer.to = Math.max(31, days - Math.round(drift.lapseUntil + (drift.lapseFrom - drift.lapseUntil) * dice.unit()));
  } else if (career === 'once') {
    const [from, to] = market.giftSeason;
    const occasion = from + Math.floor(late * (to - from));
    customer.signup = occasion - dice.int(3);
    if (!customer.mixed) customer.to = occasion + 1;
  }
  customer.from = Math.max(0, customer.signup + (career === 'once' ? 2 : 0));
  if (customer.from >= customer.to) customer.from = customer.to - 1;
  const aroundOccasion = career === 'once' && !customer.mixed;
  customer.browseFrom = aroundOccasion ? Math.max(0, customer.from - 8) : customer.from;
  customer.browseTo = aroundOccasion ? Math.min(days, customer.to + 2) : customer.to;
}

function vary(market: Market, customer: Customer, dice: Dice): void {
  const wide = customer.habits === everyday(market) ? 1.6 : 1;
  const months = (customer.to - customer.from) / 30.44;
  const pure = !customer.mixed && customer.habits !== everyday(market);
  customer.light = dice.chance(straddling.light) && !market.structureless;
  const activity = customer.light ? dice.between(straddling.activity[0], straddling.activity[1]) : 1;
  const typical = blended(customer, pure, (habits) => habits.orders * monthsOf(habits, months)) * (market.structureless ? 2.2 : 1);
  customer.orders = typical * activity * Math.exp(wide * variation.orders * dice.normal());
  customer.visits = blended(customer, pure, (habits) => habits.visits * monthsOf(habits, months)) * activity * Math.exp(wide * variation.visits * dice.normal());
  customer.viewFactor = Math.exp(wide * variation.views * dice.normal());
  customer.quantityFactor = Math.exp(wide * variation.quantity * dice.normal());
  customer.hourShift = wide * variation.hour * dice.normal();
  customer.openOdds = Math.exp(wide * variation.opens * dice.normal());
  customer.discountOdds = Math.exp(wide * variation.discounted * dice.normal());
  customer.optedIn = dice.chance(0.92) || market.structureless;
}

/** Months over which a habit runs: an occasion is one, flash sales exist only since they began. */
function monthsOf(habits: Habits, months: number): number {
  if (habits.career === 'once') return 1;
  return habits.career === 'emerging' ? Math.min(months, drift.emergence / 30.44) : months;
}

/** A rate between those of the parts: their weighted geometric mean. Who merely strays, or buys gifts as well, keeps the own rate. */
function blended(customer: Customer, pure: boolean, rate: (habits: Habits) => number): number {
  if (pure) return rate(customer.habits);
  let sum = 0;
  let before = 0;
  for (let j = 0; j < customer.partCount; j++) {
    const paced = j > 0 && customer.parts[j].career === 'once' ? customer.habits : customer.parts[j];
    sum += (customer.upTo[j] - before) * Math.log(rate(paced) + 1e-3);
    before = customer.upTo[j];
  }
  return Math.exp(sum);
}
