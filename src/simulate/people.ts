import { dayText } from './calendar.js';
import { streams, type Customer } from './customer.js';
import { encode, type CsvFile } from './csv-file.js';
import { Alias, type Dice } from './dice.js';
import type { Market } from './market.js';
import { writeCustomerId } from './orders.js';

export const customersHeader = 'customer_id,signup_date,birth_year,gender,city,country,income_band,email_opt_in,found_us_by';

/** Writes who a customer is. Drawn from a stream of its own that never looks at the segment: behaviour, not demographics, makes the segments. */
export function writePerson(market: Market, customer: Customer, dice: Dice, file: CsvFile): void {
  dice.seat(market.seed, customer.index, streams.person);
  const from = file.position;
  writeCustomerId(customer.index, file);
  file.comma().raw(encode(dayText(market.calendar, customer.signup))).comma();
  const born = Math.round(1983 + 13 * dice.normal());
  if (dice.unit() < 0.97) file.int(Math.min(2007, Math.max(1938, born)));
  file.comma().raw(genders[gender.draw(dice)]).comma().raw(places[place.draw(dice)]).comma().raw(bands[band.draw(dice)]);
  file.comma().raw(customer.optedIn ? yes : no).comma().raw(ways[way.draw(dice)]);
  if (dice.unit() < 0.001) file.repeat(from);
  file.end();
}

const yes = encode('yes');
const no = encode('no');
const genders = ['female', 'male', 'other', ''].map(encode);
const gender = new Alias([50, 45, 1, 4]);
const places = [
  'London,United Kingdom', 'Manchester,United Kingdom', 'Leeds,United Kingdom', 'Bristol,United Kingdom', 'Glasgow,United Kingdom', 'Dublin,Ireland', 'Berlin,Germany', 'Köln,Germany',
  'München,Germany', 'Paris,France', 'Lyon,France', 'Amsterdam,Netherlands', 'Utrecht,Netherlands', 'Zürich,Switzerland', 'København,Denmark', 'Málaga,Spain',
].map(encode);
const place = new Alias([20, 10, 7, 6, 6, 5, 9, 5, 5, 6, 4, 5, 3, 3, 3, 3]);
const bands = ['under 20k', '20k-35k', '35k-50k', '50k-75k', 'over 75k', ''].map(encode);
const band = new Alias([14, 26, 27, 19, 10, 4]);
const ways = ['search', 'friend', 'social media', 'newspaper', 'other'].map(encode);
const way = new Alias([38, 22, 26, 6, 8]);
