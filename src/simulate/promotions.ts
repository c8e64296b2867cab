import type { Calendar } from './calendar.js';
import { encode } from './csv-file.js';
import { drift } from './segments.js';

export interface Promotion {
  readonly id: string;
  readonly name: string;
  readonly kind: 'weekend' | 'season' | 'flash';
  /** Day and second of that day it opens; how many seconds it lasts. */
  readonly day: number;
  readonly second: number;
  readonly seconds: number;
  /** Per cent off. */
  readonly depth: number;
  readonly key: Uint8Array;
}

/** The shop's promotions: deals every weekend, season sales, and from `drift.emergence` on a flash sale every Tuesday and Thursday. */
export function createPromotions(calendar: Calendar): readonly Promotion[] {
  const found: Omit<Promotion, 'id' | 'key'>[] = [];
  for (let day = 0; day < calendar.days; day++) {
    const weekday = calendar.weekday[day];
    if (weekday === 5) found.push({ name: 'Weekend Deals', kind: 'weekend', day, second: 0, seconds: 2 * 86_400, depth: [20, 25, 30, 25][((day / 7) | 0) % 4] });
    if ((weekday === 1 || weekday === 3) && day >= calendar.days - drift.emergence) {
      found.push({ name: weekday === 1 ? 'Flash Tuesday' : 'Flash Thursday', kind: 'flash', day, second: 19 * 3600, seconds: 3600, depth: [40, 50, 45, 55][day % 4] });
    }
    const season = seasons[monthAndDay(calendar, day)];
    if (season) found.push({ name: season[0], kind: 'season', day, second: 0, seconds: season[1] * 86_400, depth: season[2] });
  }
  return found.map((promotion, i) => {
    const id = `PR${String(i + 1).padStart(4, '0')}`;
    return { id, key: encode(id), ...promotion };
  });
}

const monthAndDay = (calendar: Calendar, day: number): string => String.fromCharCode(...calendar.text[day].subarray(5));

const seasons: Record<string, readonly [name: string, days: number, depth: number]> = {
  '01-02': ['New Year Sale', 9, 30], '04-10': ['Spring Clean', 7, 15], '07-05': ['Summer Sale', 14, 25], '09-01': ['Back to School', 7, 15], '11-24': ['Black Week', 7, 35],
};
