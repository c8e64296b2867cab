import { streams, type Customer } from './customer.js';
import { encode, quoted, type CsvFile } from './csv-file.js';
import { Alias, type Dice } from './dice.js';
import type { Market } from './market.js';
import { writeCustomerId, writeTime, type Orders } from './orders.js';
import { pick } from './reviews.js';
import type { SegmentId } from './segments.js';
import { messages, type Topic } from './words.js';

export const supportHeader = 'customer_id,at,channel,message';

/** Writes the messages a customer sent to support; those who lapse write most in the months before they go. */
export function writeSupport(market: Market, customer: Customer, orders: Orders, dice: Dice, file: CsvFile): void {
  dice.seat(market.seed, customer.index, streams.support);
  const { career, id, messages: perYear } = customer.habits;
  const from = career === 'lapsing' ? Math.max(customer.from, customer.to - 240) : customer.from;
  const until = Math.min(market.calendar.days, customer.to + 10);
  const count = orders.count === 0 ? 0 : dice.poisson((perYear * Math.max(60, customer.to - customer.from)) / 365);
  const times = Array.from({ length: count }, () => Math.floor(dice.between(from, until)) * 86_400 + Math.floor(dice.between(8, 21) * 3600)).sort((a, b) => a - b);
  for (const at of times) {
    const topic = topics[(topicsOf[id] ?? usual).draw(dice)];
    const text = pick(messages[topic], dice).replace('{product}', market.products[orders.product[dice.int(orders.firstLine[orders.count])]].name.toLowerCase());
    writeCustomerId(customer.index, file);
    file.comma();
    writeTime(market, at, file);
    file.comma().raw(pick(channels, dice)).comma().raw(encode(quoted(text))).end();
  }
}

const channels = ['email', 'chat', 'phone'].map(encode);
const topics: readonly Topic[] = ['delivery', 'quality', 'anger', 'account', 'green', 'trade'];
const usual = new Alias([4, 2, 0.3, 4, 0.1, 0]);
const topicsOf: Partial<Record<SegmentId, Alias>> = {
  'lapsing high value': new Alias([2, 3, 6, 1, 0, 0]),
  'eco-conscious shoppers': new Alias([1, 1, 0.1, 2, 6, 0]),
  resellers: new Alias([1, 1, 0.1, 1, 0, 7]),
};
