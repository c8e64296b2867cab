import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawBeta, drawGamma } from '../../src/util/gamma-draw.js';
import { createRng } from '../../src/util/rng.js';

const day = 86_400_000;
/** The date so many days after 2024 began. */
export const dateOf = (days: number) => new Date(Date.UTC(2024, 0, 1) + days * day).toISOString().slice(0, 10);

/** A log of people as BG/NBD has them, watched for a year; some buy twice on one day. */
export function market(folder: string, name: string, people: number, amount: (rng: { next(): number }) => number = (rng) => Math.round((5 + 40 * rng.next()) * 100) / 100): string {
  const rng = createRng(3, 'market');
  const lines: string[] = [];
  for (let i = 0; i < people; i++) {
    const first = rng.int(120);
    const [rate, leaves] = [drawGamma(0.9, rng) / 30, drawBeta(0.9, 2.5, rng)];
    const days = new Set([first]);
    for (let at = first; (at -= Math.log(1 - rng.next()) / rate) < 365; ) {
      days.add(Math.floor(at));
      if (rng.next() < leaves) break;
    }
    for (const at of days) for (let times = 0; times <= (at % 5 === 0 ? 1 : 0); times++) lines.push(`C${String(i).padStart(4, '0')},${dateOf(at)},${amount(rng)}`);
  }
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, `customer_id,order_date,amount\n${lines.join('\n')}\n`);
  return path;
}

/** 2,000 subscribers of two plans, watched for 24 months: a fifth of basic ones and a twentieth of gold ones end each month. */
export function subscribers(folder: string): string {
  const rng = createRng(11, 'plans');
  const rows = ['customer_id,plan,region,tenure,monthly_fee,paid_so_far,churn'];
  for (let i = 0; i < 2_000; i++) {
    const [gold, since] = [rng.int(2), 1 + rng.int(24)];
    let months = 0;
    let ended = false;
    while (months < since && !ended) (months++, (ended = rng.next() < (gold ? 0.05 : 0.2)));
    const fee = 10 + rng.int(20);
    rows.push(`S${String(i).padStart(4, '0')},${gold ? 'gold' : 'basic'},${['north', 'south', 'west'][rng.int(3)]},${months},${fee}.5,${fee * months}.5,${ended ? 'yes' : 'no'}`);
  }
  const path = join(folder, 'subscribers.csv');
  writeFileSync(path, `${rows.join('\n')}\n`);
  return path;
}
