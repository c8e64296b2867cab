import type { Brief, Goal } from '../domain/brief.js';
import type { FeatureTable } from '../domain/feature.js';
import type { Profile } from '../domain/profile.js';
import { formatMoney, formatPercent } from '../util/format-value.js';
import { cleanText, listWords, lowerFirst, ratioWords } from '../util/words.js';
import type { Behaviour, Taken } from './behaviour.js';
import { goal } from './goal.js';
import { avoided, type Lift, overRepresented } from './lift.js';
import { reach } from './reach.js';
import { type Standings, standings } from './standing.js';

export interface BriefInput {
  readonly table: FeatureTable;
  readonly labels: Int32Array;
  readonly profiles: readonly Profile[];
  /** Absent when there are no sources of transactions or events to look at. */
  readonly behaviour?: Behaviour;
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly currency?: string;
}

const mostProducts = 6;

/** One brief per segment, in the order of the profiles: the goal it suits and why, when to reach it, with what and what not, by which channel. */
export function briefs({ table, labels, profiles, behaviour, entityWord, currency }: BriefInput): Brief[] {
  const known = standings(table, labels, profiles.length);
  return profiles.map(({ segment }) => {
    const decided = goal(known, segment, entityWord.many, currency);
    const when = behaviour && reach(behaviour.activity, segment);
    const takes = behaviour ? tastes(behaviour.taken, segment) : { products: [], avoid: [] };
    const price = behaviour?.prices && priceLevel(behaviour.prices.segments[segment], behaviour.prices.everyone, currency);
    const channels = channelsOf(known, table, labels, segment, behaviour?.taken ?? []);
    const bare = { segment, ...decided, ...(when ? { reach: when } : {}), ...takes, ...(price ? { priceLevel: price } : {}), channels };
    return { ...bare, text: briefText(bare) };
  });
}

/** Categories and kinds first: they say in one word what twenty products say; then the products themselves. Orders count before browsing. */
function tastes(taken: readonly Taken[], segment: number): Pick<Brief, 'products' | 'avoid'> {
  const from = (source: Taken['from']) => taken.filter((t) => t.from === source && t.what !== 'channel');
  const [bought, seen] = [from('orders'), from('browsing')];
  const groups = (list: readonly Taken[]) => list.filter((t) => t.what !== 'product');
  const products = (list: readonly Taken[]) => list.filter((t) => t.what === 'product');
  const main = bought.some((t) => t.totals[segment] > 0) ? bought : seen;
  const liked = unique([...overRepresented(groups(main), segment, 3), ...overRepresented(groups(seen), segment, 2), ...overRepresented(products(main), segment, mostProducts)]);
  const left = unique([...avoided(main.filter((t) => t.what === 'category'), segment, 7), ...avoided(main.filter((t) => t.what === 'kind'), segment, 1), ...avoided(products(main), segment, 2)]);
  return { products: liked.slice(0, mostProducts), avoid: left.filter((l) => !liked.some((p) => p.name === l.name)).slice(0, 8) };
}

const unique = (list: readonly Lift[]): Lift[] => {
  const clean = list.map((l) => ({ ...l, name: cleanText(l.name, 60) }));
  return clean.filter((l, i) => clean.findIndex((other) => other.name.toLowerCase() === l.name.toLowerCase()) === i);
};

function priceLevel(here: number, everyone: number, currency?: string): Brief['priceLevel'] {
  if (!Number.isFinite(here) || !Number.isFinite(everyone)) return undefined;
  const typical = formatMoney(here, currency);
  const ratio = ratioWords(here, everyone);
  const beside = !ratio || ratio.startsWith('about') ? `about the usual ${formatMoney(everyone, currency)}` : `${ratio} the usual ${formatMoney(everyone, currency)}`;
  return { typical, text: `a typical item costs ${typical}, ${beside}` };
}

const channelTitles: readonly (readonly [RegExp, string])[] = [
  [/\b(web|online|site)\b.*\b(purchases?|orders?|visits?)\b/i, 'site'], [/\b(store|shop|branch)\b.*\b(purchases?|orders?|visits?)\b/i, 'store'],
  [/\bcatalog(ue)?\b.*\b(purchases?|orders?)\b/i, 'catalogue'], [/\b(app|mobile)\b.*\b(purchases?|orders?|visits?|sessions?)\b/i, 'app'], [/\bsms\b/i, 'SMS'], [/\bphone\b.*\bcalls?\b/i, 'phone'],
];

/** Where they can be met: e-mail that is opened, browsing that happens, and channel columns of the data, the most used first. */
function channelsOf(known: Standings, table: FeatureTable, labels: Int32Array, segment: number, taken: readonly Taken[]): string[] {
  const found: string[] = [];
  const own = taken.filter((t) => t.what === 'channel' && t.totals[segment] > 0 && t.counts[segment] / t.totals[segment] >= 0.2);
  if ((known.email?.segments[segment] ?? 0) >= 0.1) found.push('e-mail');
  found.push(...own.sort((a, b) => b.counts[segment] - a.counts[segment]).map((t) => cleanText(t.name, 30).replace(/^e-?mail$/i, 'e-mail')));
  if (own.length === 0 && (known.browsing?.segments[segment] ?? 0) >= 1) found.push('site');
  table.features.forEach((feature, j) => {
    const channel = channelTitles.find(([pattern]) => pattern.test(feature.title))?.[1];
    if (!channel || (feature.kind !== 'count' && feature.kind !== 'number')) return;
    let here = 0, n = 0, all = 0, everyone = 0;
    for (let i = 0; i < labels.length; i++) {
      const value = table.columns[j][i];
      if (Number.isNaN(value)) continue;
      all += value;
      everyone++;
      if (labels[i] === segment) {
        here += value;
        n++;
      }
    }
    if (n > 0 && here / n >= 0.9 * (all / everyone) && here > 0) found.push(channel);
  });
  return [...new Set(found)].slice(0, 4);
}

const openings: Readonly<Record<Goal, string>> = {
  'win back': 'Win them back', upsell: 'Sell them more', reward: 'Reward them', nurture: 'Nurture them', 'leave alone': 'Leave them alone',
};

function briefText({ goal: aim, reason, reach: when, products, avoid, priceLevel: price }: Omit<Brief, 'text'>): string {
  const sentences = [`${openings[aim]}: ${/^[A-Z][a-z]/.test(reason) ? lowerFirst(reason) : reason}`];
  if (when && aim !== 'leave alone') {
    const day = when.weekday ? `, best on ${when.weekday}s` : '';
    sentences.push(`Reach them around ${when.hour}${day} (${formatPercent(when.hourShare)} of their ${when.from} ${when.from === 'browsing' ? 'falls' : 'fall'} within two hours of it).`);
  }
  const named = (list: Brief['products'], n: number) => listWords(list.slice(0, n).map((p) => p.name));
  if (aim !== 'leave alone' && products.length > 0) {
    const [first] = products;
    sentences.push(`Lead with ${named(products, 2)} (${first.share >= 0.02 ? `${first.name}: ${formatPercent(first.share)} of what they take, ` : ''}${times(first.lift)} others' share)${avoid.length > 0 ? `; leave out ${named(avoid, 2)}` : ''}${price ? `; ${price.text}` : ''}.`);
  } else if (aim !== 'leave alone' && price) sentences.push(`${price.text.charAt(0).toUpperCase()}${price.text.slice(1)}${avoid.length > 0 ? `; leave out ${named(avoid, 2)}` : ''}.`);
  return sentences.join(' ');
}

const times = (lift: number) => (lift >= 1.95 ? `${ratioWords(lift, 1)}` : `${Math.round((lift - 1) * 100)} % above`);
