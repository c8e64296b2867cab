import type { Advice, AdviceGoal } from '../domain/advice.js';
import type { FeatureTable } from '../domain/feature.js';
import { type Theme, themeOf } from '../util/theme.js';
import { cleanText } from '../util/words.js';

interface Question {
  readonly question: string;
  readonly goals: readonly AdviceGoal[];
  /** Each of these has to be known, by its theme or by the words in a title. */
  readonly from: readonly (readonly [about: RegExp, themes: readonly Theme[]])[];
  /** What is said to be missing when it is. */
  readonly needs: string;
}

const recency: Question['from'][number] = [/^recency$|days since (the )?last|last (visit|login|purchase)/i, ['recency', 'recent activity']];
const frequency: Question['from'][number] = [/number of .*(purchases|orders|visits)|^orders$/i, ['frequency']];
const money: Question['from'][number] = [/amount spent|total (charges|spend)|^spend\b|monetary|revenue/i, ['spend']];
const products: Question['from'][number] = [/amount spent on|service|streaming|category|product/i, ['category', 'variety']];

const asked: readonly Question[] = [
  { question: 'Who is drifting away, who has gone, and how much did they use to bring?', goals: ['retention', 'value'], from: [recency, money], needs: 'when each last did something, and what they brought' },
  { question: 'Who buys often, who bought only once, and what else is different about them?', goals: ['growth', 'retention', 'engagement'], from: [frequency], needs: 'orders, or another count of what each did' },
  { question: 'Which groups bring most of the revenue, and how do they differ from the rest?', goals: ['value', 'growth'], from: [money], needs: 'amounts of money for each' },
  { question: 'What does each group take, and what do others of its group take that a member does not yet?', goals: ['product', 'growth'], from: [products], needs: 'which products or categories each took' },
  { question: 'Who buys at a discount, and who at full price?', goals: ['pricing', 'value'], from: [[/deals?|discount|coupon/i, ['discount']]], needs: 'the discount or list price of each order line' },
  { question: 'What price level is each group used to?', goals: ['pricing', 'value'], from: [[/monthly charges|price|fee\b/i, ['price', 'order value']]], needs: 'prices paid' },
  { question: 'At what hours and on what days is each group active, so when should it be reached?', goals: ['engagement', 'growth'], from: [[/^$/, ['hours', 'weekdays']]], needs: 'clock times of orders, visits or opens' },
  { question: 'Who looks without buying, and who opens what is sent?', goals: ['engagement', 'growth'], from: [[/web visits|click|open(ed)?\b|accepted campaign/i, ['browsing', 'email']]], needs: 'visits, opens or clicks' },
  { question: 'Who sends things back?', goals: ['product', 'value'], from: [[/returned/i, ['returns']]], needs: 'returned order lines' },
  { question: 'Which groups are on short contracts, and with which services?', goals: ['retention', 'product', 'pricing'], from: [[/contract|subscription|\bplan\b/i, []]], needs: 'the contract or plan of each' },
  { question: 'Who are they: how do age, income or household differ between the groups?', goals: ['growth', 'product', 'pricing'], from: [[/^age$|income|birth|kids|dependents|household|partner/i, []]], needs: 'attributes of who they are' },
  { question: 'Who is new, who has been here long, and does that go with what they take or bring?', goals: ['retention', 'value'], from: [[/tenure|since becoming|member since|days since (the )?first/i, ['tenure']]], needs: 'when each became a customer' },
];

/**
 * What a segmentation on these features can say and what it cannot: known questions whose every ingredient is there, those of the goal first; and those of
 * the goal that lack one. What no segmentation can say is said last.
 */
export function questions({ features }: Pick<FeatureTable, 'features'>, goal: AdviceGoal | undefined, word: { readonly many: string }): Advice['questions'] {
  const usable = features.filter(({ role }) => role !== 'sensitive' && role !== 'label');
  const behind = ([about, themes]: Question['from'][number]) => usable.filter((f) => themes.includes(themeOf(f)) || about.test(f.title));
  const bySubject = (q: Question) => (goal && q.goals.includes(goal) ? 0 : 1);
  const known = asked.filter((q) => q.from.every((one) => behind(one).length > 0)).sort((a, b) => bySubject(a) - bySubject(b));
  const labels = features.filter(({ role }) => role === 'label');
  const outcome = labels.map(({ title, name }) => ({ question: `How does “${cleanText(title)}” differ between the groups, which were made without it?`, from: [name] }));
  const can = [
    ...(goal === 'retention' ? outcome : []),
    ...known.map((q) => ({ question: q.question, from: [...new Set(q.from.flatMap((one) => behind(one).slice(0, 3).map(({ name }) => name)))] })),
    ...(goal === 'retention' ? [] : outcome),
  ].slice(0, 8);
  const lacking = asked.filter((q) => !known.includes(q) && (!goal || q.goals.includes(goal))).map(({ question, needs }) => ({ question, needs: `${needs}: not in this data` }));
  return {
    can,
    cannot: [
      ...lacking.slice(0, 4),
      { question: 'What would change if we treated a group differently?', needs: 'an experiment: groups only describe what is' },
      { question: `Who will leave, or buy, next?`, needs: `a prediction for each of the ${word.many}, tested on later data` },
      { question: `What about those who are not ${word.many} yet?`, needs: 'data on them: here is only who is in the files' },
    ],
  };
}
