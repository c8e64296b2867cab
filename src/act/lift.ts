import type { Taken } from './behaviour.js';

export interface Lift {
  readonly name: string;
  /** Share of the segment's rows. */
  readonly share: number;
  /** That share ÷ the same share among everyone else. */
  readonly lift: number;
}

const leastRows = 8;
const leastTakers = 5;
/** Standard errors that a difference must exceed: many are looked at, few are shown. */
const sure = 4;

/** Lines of an invoice that are no goods. */
const notGoods = /^((dotcom )?postage|carriage|shipping.*|delivery.*|freight|manual|discount|adjust.*|bank charges|(amazon|service|handling) fees?|samples?|gift ?card|voucher)$/i;

/** What a segment takes more than others do: clearly more (Poisson z > 4), by at least a quarter, by several of its members; what carries most first. */
export function overRepresented(taken: readonly Taken[], segment: number, limit: number): Lift[] {
  return taken
    .filter((t) => !notGoods.test(t.name))
    .map((t) => ({ ...compare(t, segment), takers: t.takers[segment] }))
    .filter(({ here, z, lift, takers }) => here >= leastRows && takers >= leastTakers && lift >= 1.25 && z >= sure)
    .sort((a, b) => b.share * Math.log(b.lift) - a.share * Math.log(a.lift) || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(tidy);
}

/** What it leaves to others: common elsewhere (at least 1.5 %), less than half as common here. */
export function avoided(taken: readonly Taken[], segment: number, limit: number): Lift[] {
  return taken
    .filter((t) => !notGoods.test(t.name))
    .map((t) => compare(t, segment))
    .filter(({ expected, z, lift, elsewhere }) => expected >= leastRows && elsewhere >= 0.015 && lift <= 0.5 && z <= -sure)
    .sort((a, b) => b.elsewhere - b.share - (a.elsewhere - a.share) || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(tidy);
}

function compare({ name, counts, totals }: Taken, segment: number) {
  const here = counts[segment], all = totals[segment];
  let there = 0, thereAll = 0;
  for (let s = 0; s < counts.length; s++) {
    if (s === segment) continue;
    there += counts[s];
    thereAll += totals[s];
  }
  const share = all > 0 ? here / all : 0;
  const elsewhere = thereAll > 0 ? (there + 0.5) / (thereAll + 1) : Number.NaN; // half a row, so that "never elsewhere" stays finite
  const expected = elsewhere * all;
  return { name, here, share, elsewhere, expected, lift: share / elsewhere, z: (here - expected) / Math.sqrt(expected || 1) };
}

const tidy = ({ name, share, lift }: Lift): Lift => ({ name, share: Math.round(share * 1e4) / 1e4, lift: Math.round(lift * 100) / 100 });
