import type { Goal } from '../domain/brief.js';
import { formatPercent, formatValue } from '../util/format-value.js';
import { cleanText, lowerFirst, ratioWords } from '../util/words.js';
import type { Key, Standings } from './standing.js';

export interface Decided {
  readonly goal: Goal;
  /** Why, with the numbers that decided it; one or two sentences. */
  readonly reason: string;
}

interface View {
  readonly has: (key: Key) => boolean;
  readonly here: (key: Key) => number;
  readonly usual: (key: Key) => number;
  /** here ÷ usual; NaN where unknown, so that no comparison holds. */
  readonly times: (key: Key) => number;
  /** "£1,204 spent" and the like. */
  readonly text: (key: Key) => string;
  readonly usualText: (key: Key) => string;
  readonly title: (key: Key) => string;
  readonly many: string;
}

interface Rule {
  readonly goal: Goal;
  readonly when: (v: View) => boolean;
  readonly reason: (v: View) => string;
}

/** Tried in this order; the first that holds decides. Thresholds are ratios to what is typical of everyone. */
const rules: readonly Rule[] = [
  {
    goal: 'leave alone',
    when: (v) => v.times('browsing') >= 8 && (v.times('orders') <= 0.5 || v.here('orders') <= 0.5 || v.times('spend') <= 0.5),
    reason: (v) => `They show ${v.text('browsing')} in browsing, ${ratioWords(v.here('browsing'), v.usual('browsing'))} the usual ${v.usualText('browsing')}, and hardly buy: more likely machines than people, so no message would earn its cost.`,
  },
  {
    goal: 'leave alone',
    when: (v) => v.here('returns') >= 0.35 && v.here('returns') >= 2 * v.usual('returns') && v.times('spend') <= 1,
    reason: (v) => `They send back ${v.text('returns')} of what they buy (usual: ${v.usualText('returns')}) and bring no more than others: pushing sales to them costs money.`,
  },
  {
    goal: 'leave alone',
    when: (v) => v.here('orders') <= 1.2 && dormant(v) && !(v.times('spend') > 1),
    reason: (v) => `One order, ${v.text('recency')} ago${v.has('spend') ? `, worth ${v.text('spend')} (usual: ${v.usualText('spend')})` : ''}: few will return, and they are worth little when they do.${v.here('season') >= 0.5 ? ` ${formatPercent(v.here('season'))} of their orders fall in the season, so one reminder then is enough.` : ''}`,
  },
  {
    goal: 'win back',
    when: (v) => dormant(v) && (v.times('spend') >= 0.9 || (!v.has('spend') && v.times('orders') >= 1)),
    reason: (v) => `They were worth ${worth(v)} but last came ${v.text('recency')} ago${quiet(v)}.`,
  },
  {
    goal: 'leave alone',
    when: (v) => dormant(v) && v.times('spend') <= 0.5,
    reason: (v) => `They last came ${v.text('recency')} ago${quiet(v)} and brought ${v.text('spend')}, against ${v.usualText('spend')}: what it would cost to win them back is better spent elsewhere.`,
  },
  {
    goal: 'reward',
    when: (v) => v.times('spend') >= 1.75 && !(v.here('items') >= 5 * v.usual('items')),
    reason: (v) => `They bring ${worth(v)}${v.has('recency') ? ` and ${(v.usual('interval') > 0 ? v.here('recency') <= 1.5 * v.usual('interval') : v.times('recency') <= 1) ? 'are active' : 'still come'} (last seen ${v.text('recency')} ago)` : ''}: keeping them matters more than selling them another thing.`,
  },
  {
    goal: 'reward',
    when: (v) => v.here('items') >= 5 * v.usual('items') && v.times('spend') >= 1.75,
    reason: (v) => `They buy in bulk (${v.text('items')} an order, usual ${v.usualText('items')}) and bring ${worth(v)}: look after them as trade customers, with terms rather than campaigns.`,
  },
  {
    goal: 'upsell',
    when: (v) => v.here('discount') >= 0.3 && v.here('discount') >= 1.5 * v.usual('discount') && !dormant(v),
    reason: (v) => `${v.text('discount')} of what they buy is at a discount (usual: ${v.usualText('discount')})${v.has('order value') ? ` and a typical order is ${v.text('order value')}, against ${v.usualText('order value')}` : ''}: bundles and thresholds raise the basket without deeper discounts.`,
  },
  {
    goal: 'nurture',
    when: (v) => v.times('tenure') <= 0.5 && !(v.times('recency') > 1.2),
    reason: (v) => `They are new (first seen ${v.text('tenure')} ago, usual ${v.usualText('tenure')}): the next order decides whether they stay.`,
  },
  {
    goal: 'upsell',
    when: (v) => v.here('orders') >= 1.5 && v.times('orders') >= 1 && !dormant(v),
    reason: (v) => `They come as often as anyone or more (${v.text('orders')}, usual ${v.usualText('orders')})${v.has('order value') ? ` with a typical order of ${v.text('order value')} (usual ${v.usualText('order value')})` : ''}: there is room for more in each order.`,
  },
  {
    goal: 'nurture',
    when: (v) => v.has('recency') && v.has('orders') && !dormant(v),
    reason: (v) => `They are still about (last seen ${v.text('recency')} ago) but order little (${v.text('orders')}, usual ${v.usualText('orders')}): a habit can still be formed.`,
  },
  {
    goal: 'win back',
    when: (v) => dormant(v),
    reason: (v) => `They last came ${v.text('recency')} ago${quiet(v)}.`,
  },
  {
    goal: 'win back',
    when: (v) => v.has('label') && leaving.test(v.text('label')) && v.times('label') >= 1.3,
    reason: (v) => `${labelText(v)}: they are the ones to hold on to before they go.`,
  },
  {
    goal: 'reward',
    when: (v) => v.has('label') && leaving.test(v.text('label')) && v.times('label') <= 0.7,
    reason: (v) => `${labelText(v)}: they stay, so keep it that way.`,
  },
  {
    goal: 'upsell',
    when: (v) => v.has('label') && accepting.test(v.text('label')) && v.times('label') >= 1.3,
    reason: (v) => `${labelText(v)}: they say yes more often than others.`,
  },
  {
    goal: 'reward',
    when: (v) => v.times('value') >= 1.5,
    reason: (v) => `${valueText(v)}, ${ratioWords(v.here('value'), v.usual('value')) ?? 'above'} the usual ${v.usualText('value')}: keep them.`,
  },
  {
    goal: 'upsell',
    when: (v) => v.times('value') >= 0.9,
    reason: (v) => `${valueText(v)}, against the usual ${v.usualText('value')}: there is room to grow.`,
  },
  {
    goal: 'nurture',
    when: (v) => v.times('value') < 0.9,
    reason: (v) => `${valueText(v)}, below the usual ${v.usualText('value')}: build them up first.`,
  },
  {
    goal: 'nurture',
    when: () => true,
    reason: (v) => `Nothing in the data says what these ${v.many} are worth or when they were last active, so the careful choice is to nurture them.`,
  },
];

/** Gone quiet: no visit for three usual intervals between orders or, where those are unknown, for nearly twice as long as is usual. */
const dormant = (v: View) => (v.usual('interval') > 0 ? v.here('recency') >= 3 * v.usual('interval') : v.times('recency') >= 1.75);

const quiet = (v: View) => (v.usual('interval') > 0 ? `, where ${v.usualText('interval')} between orders are usual` : `, where ${v.usualText('recency')} is usual`);

const accepting = /respon|accept|convert|conversion|subscri|purchas|buy|bought|click|visit|sale|won\b|deposit/i;
const leaving = /churn|attrit|left|leav|cancel|default|drop|lapse|lost|exit/i;

/** The goal that suits a segment, by the first rule that holds of its typical values against everyone's. */
export function goal(standings: Standings, segment: number, many: string, currency?: string): Decided {
  const at = (key: Key) => standings[key]?.segments[segment] ?? Number.NaN;
  const usual = (key: Key) => standings[key]?.everyone ?? Number.NaN;
  const said = (key: Key, value: number) => {
    const feature = standings[key]?.feature;
    if (!feature) return 'unknown';
    if (key === 'label') return feature.title;
    if (key === 'value') return formatValue(value, { ...feature, unit: undefined }, currency);
    return formatValue(value, key === 'items' ? { ...feature, unit: 'items' } : key === 'recency' && feature.kind === 'number' ? { kind: 'days' } : feature, currency);
  };
  const view: View = {
    has: (key) => Number.isFinite(at(key)) && Number.isFinite(usual(key)),
    here: at,
    usual,
    times: (key) => (usual(key) > 0 ? at(key) / usual(key) : usual(key) === 0 && at(key) > 0 ? Number.POSITIVE_INFINITY : Number.NaN),
    text: (key) => said(key, at(key)),
    usualText: (key) => said(key, usual(key)),
    title: (key) => lowerFirst(cleanText(standings[key]?.feature.title ?? key)),
    many,
  };
  const rule = rules.find((r) => r.when(view))!;
  return { goal: rule.goal, reason: rule.reason(view) };
}

function worth(v: View): string {
  if (!v.has('spend')) return `${v.text('orders')} (usual ${v.usualText('orders')})`;
  const ratio = ratioWords(v.here('spend'), v.usual('spend'));
  return `${v.text('spend')} each${ratio && !ratio.startsWith('about') ? `, ${ratio} the usual ${v.usualText('spend')}` : ''}`;
}

const valueText = (v: View) => `Their ${v.title('value')} ${/[^s]s$/.test(v.title('value').replace(/ \(.*\)$/, '')) ? 'are' : 'is'} typically ${v.text('value')}`;

const labelText = (v: View) => `“${v.text('label')}” holds for ${formatPercent(v.here('label'))} of them, against ${formatPercent(v.usual('label'))} of everyone`;
