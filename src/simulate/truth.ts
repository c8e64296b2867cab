import { dayText } from './calendar.js';
import type { Customer } from './customer.js';
import { encode, type CsvFile } from './csv-file.js';
import type { Market } from './market.js';
import { writeCustomerId } from './orders.js';

export const truthHeader = 'customer_id,segment,own_share,straddles,mixed_with,little_history,active_from,active_until,previous_segment,changed_on';

/**
 * Writes the truth about a customer: the planted segment; which share of the behaviour is the segment's own and whose the rest is; and the
 * drift, where there is any (a lapsing customer was a loyal high spender until `changed_on`).
 */
export function writeTruth(market: Market, customer: Customer, file: CsvFile): void {
  const { calendar } = market;
  const lapsed = customer.habits.career === 'lapsing';
  const guests = customer.parts.slice(1, customer.partCount).map((habits) => habits.id);
  const active = [dayText(calendar, customer.from), dayText(calendar, customer.to - 1)];
  const change = lapsed ? ['loyal high spenders', dayText(calendar, customer.to)] : ['', ''];
  const segment = market.structureless ? 'none' : customer.habits.id;
  writeCustomerId(customer.index, file);
  file.raw(encode(`,${[segment, customer.ownShare.toFixed(2), customer.mixed ? 'yes' : 'no', market.structureless ? '' : guests.join(' + '), customer.light ? 'yes' : 'no', ...active, ...change].join(',')}`)).end();
}
