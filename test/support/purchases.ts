import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from './shoal.js';
import type { Histories } from '../../src/predict/value/histories.js';

/** Histories and the mean spend of repeat purchases. */
export type Spending = Histories & { readonly spend: Float64Array };

const day = 86_400_000;
const dayOf = (text: string) => Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6))) / day;

/**
 * The sample of CDNOW's customers as the papers take it: purchases of one day merged, 39 weeks of calibration until 30 September 1997, times in weeks rounded to two digits.
 * `later`: repeat purchases in the 39 weeks after.
 */
export function cdnowSample(): Spending & { readonly later: Float64Array } {
  const end = dayOf('19970930');
  const days = new Map<string, Map<number, number>>();
  for (const line of readFileSync(join(dataFolder!, 'cdnow', 'CDNOW_sample.txt'), 'utf8').trim().split('\n')) {
    const [, id, date, , spend] = line.trim().split(/\s+/);
    const own = days.get(id) ?? new Map<number, number>();
    own.set(dayOf(date), (own.get(dayOf(date)) ?? 0) + Number(spend));
    days.set(id, own);
  }
  const rows = [...days.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => {
    const all = [...own.keys()].sort((a, b) => a - b);
    const seen = all.filter((at) => at <= end);
    const week = (days: number) => Math.round((days / 7) * 100) / 100;
    const repeats = seen.slice(1);
    return {
      repeats: repeats.length, last: week(seen.at(-1)! - seen[0]), age: week(end - seen[0]), later: all.length - seen.length,
      spend: repeats.length ? repeats.reduce((sum, at) => sum + own.get(at)!, 0) / repeats.length : 0,
    };
  });
  const column = (name: keyof (typeof rows)[number]) => Float64Array.from(rows, (row) => row[name]);
  return { rows: rows.length, repeats: column('repeats'), last: column('last'), age: column('age'), spend: column('spend'), later: column('later') };
}

/** The mean spend of their repeat purchases with two digits, as note 025 has it. */
export function publishedSpend(): Float64Array {
  const rows = readFileSync(join(dataFolder!, 'cdnow', 'cdnow_customers_summary_with_transactions.csv'), 'utf8').trim().split('\n').slice(1);
  return Float64Array.from(rows, (row) => Number(row.split(',')[4]));
}

/** Gifts of 11,104 supporters at six yearly occasions (Fader, Hardie & Shang 2010). */
export function donations(): Histories & { readonly weights: Float64Array } {
  const rows = readFileSync(join(dataFolder!, 'cdnow', 'donations.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(',').map(Number));
  const column = (k: number) => Float64Array.from(rows, (row) => row[k]);
  return { rows: rows.length, repeats: column(0), last: column(1), age: column(2), weights: column(3) };
}
