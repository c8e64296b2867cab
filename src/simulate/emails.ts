import { nextHabits, streams, withOdds, type Customer } from './customer.js';
import { encode, type CsvFile } from './csv-file.js';
import type { Dice } from './dice.js';
import { drawSecond, type Habits, type Market } from './market.js';
import { flashSince, writeCustomerId, writeTime, type Orders } from './orders.js';

export const emailsHeader = 'customer_id,at,event,campaign';

/** A mailing that goes to everyone who wants it. */
interface Newsletter {
  readonly at: number;
  readonly campaign: Uint8Array;
}

/** The shop's mail plan: a newsletter on the first Tuesday of each month at ten. */
export function createNewsletters(market: Market): readonly Newsletter[] {
  const found: Newsletter[] = [];
  for (let day = 0; day < market.calendar.days; day++) {
    const date = new Date(market.calendar.start + day * 86_400_000);
    if (market.calendar.weekday[day] === 1 && date.getUTCDate() <= 7) {
      found.push({ at: day * 86_400 + 36_000, campaign: encode(`newsletter-${date.toISOString().slice(0, 7)}`) });
    }
  }
  return found;
}

/**
 * Writes what a customer was sent, opened and clicked: newsletters to those who opted in, a follow-up to half of the orders, a weekly flash
 * alert to those who live by them.
 */
export function writeEmails(market: Market, newsletters: readonly Newsletter[], customer: Customer, orders: Orders, dice: Dice, file: CsvFile): void {
  if (customer.habits.career === 'crawler') return;
  dice.seat(market.seed, customer.index, streams.emails);
  // Who came for one gift reads no newsletter, however they shop.
  const steadfast = customer.habits.career === 'once' && !customer.mixed;
  const joined = Math.max(0, customer.signup) * 86_400;
  if (customer.optedIn) {
    for (const letter of newsletters) if (letter.at >= joined) writeLetter(market, customer, letter.at, letter.campaign, steadfast ? customer.habits : nextHabits(customer, dice), dice, file);
  }
  for (let k = 0; k < orders.count; k++) {
    const at = (((orders.at[k] / 86_400) | 0) + 1) * 86_400 + 39_600;
    if (dice.unit() < 0.5 && at < market.calendar.days * 86_400) writeLetter(market, customer, at, followUp, steadfast ? customer.habits : orders.habits[k], dice, file);
  }
  if (customer.habits.alerts) writeAlerts(market, customer, dice, file);
}

const followUp = encode('how-was-your-order');
const alert = encode('flash-alert');
const SENT = encode('sent');
const OPEN = encode('open');
const CLICK = encode('click');

function writeAlerts(market: Market, customer: Customer, dice: Dice, file: CsvFile): void {
  for (let f = flashSince(market, customer.from); f < market.flashSales.length; f += 2) {
    const sale = market.promotions[market.flashSales[f]];
    const at = sale.day * 86_400 + sale.second - 300;
    writeMail(market, customer, at, SENT, alert, file);
    if (dice.unit() >= withOdds(customer.habits.opens, customer.openOdds)) continue;
    const opened = at + 60 + Math.floor(dice.exponential(400));
    writeMail(market, customer, opened, OPEN, alert, file);
    if (dice.unit() < customer.habits.clicks) writeMail(market, customer, opened + 5 + dice.int(40), CLICK, alert, file);
  }
}

function writeLetter(market: Market, customer: Customer, at: number, campaign: Uint8Array, habits: Habits, dice: Dice, file: CsvFile): void {
  writeMail(market, customer, at, SENT, campaign, file);
  const silent = customer.habits.career === 'lapsing' && at > customer.to * 86_400;
  if (dice.unit() >= withOdds(habits.opens, customer.openOdds) * (silent ? 0.03 : 1)) return;
  const second = drawSecond(habits.mailHours, customer.hourShift, dice);
  let day = (at / 86_400) | 0;
  if (second < at - day * 86_400) day++;
  while (dice.unit() < 0.35) day++;
  if (day >= market.calendar.days) return;
  const opened = day * 86_400 + second;
  writeMail(market, customer, opened, OPEN, campaign, file);
  if (dice.unit() < habits.clicks) writeMail(market, customer, Math.min(opened + 10 + dice.int(240), market.calendar.days * 86_400 - 1), CLICK, campaign, file);
}

function writeMail(market: Market, customer: Customer, at: number, event: Uint8Array, campaign: Uint8Array, file: CsvFile): void {
  writeCustomerId(customer.index, file);
  file.comma();
  writeTime(market, at, file);
  file.comma().raw(event).comma().raw(campaign);
  file.end();
}
