import { streams, type Customer } from './customer.js';
import { encode, quoted, type CsvFile } from './csv-file.js';
import type { Dice } from './dice.js';
import type { Market } from './market.js';
import { writeCustomerId, writeTime, type Orders } from './orders.js';
import { about, complaint, doubt, praise } from './words.js';

export const reviewsHeader = 'customer_id,at,product_id,rating,review';

/** Writes the reviews a customer left, some days after the purchase, in words that match the stars and the product. */
export function writeReviews(market: Market, customer: Customer, orders: Orders, dice: Dice, file: CsvFile): void {
  dice.seat(market.seed, customer.index, streams.reviews);
  for (let k = 0; k < orders.count; k++) {
    for (let line = orders.firstLine[k]; line < orders.firstLine[k + 1]; line++) {
      if (dice.unit() >= orders.habits[k].reviews) continue;
      const at = orders.at[k] + Math.floor(dice.between(2, 16) * 86_400);
      const stars = Math.max(1, Math.min(5, Math.round(orders.habits[k].stars + 0.7 * dice.normal())));
      if (at >= market.calendar.days * 86_400) continue;
      writeCustomerId(customer.index, file);
      file.comma();
      writeTime(market, at, file);
      file.comma().raw(market.productKey[orders.product[line]]).comma().int(stars).comma();
      file.raw(encode(quoted(reviewText(market, orders.product[line], stars, dice)))).end();
    }
  }
}

function reviewText(market: Market, product: number, stars: number, dice: Dice): string {
  const { name, category } = market.products[product];
  const words = stars >= 4 ? praise : stars === 3 ? doubt : complaint;
  const middle = stars >= 3 && dice.chance(0.55) ? ` ${pick(about[category], dice)}` : '';
  return `${pick(words.open, dice)}${middle} ${pick(words.close, dice)}`.trim().replace('{product}', name.toLowerCase());
}

export function pick<T>(list: readonly T[], dice: Dice): T {
  return list[dice.int(list.length)];
}
