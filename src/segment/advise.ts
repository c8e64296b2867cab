// Advice before a segmentation is made: which algorithm and why, what was ruled out, which variables matter, how many segments so many customers can bear,
// what can and cannot be asked of the result, and how to check it. Every number comes from the data (facts.ts) or is named as an assumption.
import type { Context } from '../context.js';
import type { Advice, AdviceGoal, DataFacts } from '../domain/advice.js';
import type { Choice } from '../domain/choice.js';
import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { Kernel } from '../kernel/kernel.js';
import { formatNumber, formatPercent } from '../util/format-value.js';
import { cleanText, countWord, listWords, upperFirst } from '../util/words.js';
import { algorithms } from './catalog.js';
import { measure, type Variable } from './facts.js';
import { questions } from './questions.js';
import { choose, outcomeOf } from './variables.js';

export interface AdviseOptions {
  readonly goal?: AdviceGoal;
  /** How the number of segments was chosen, where that was done: its verdict then stands. */
  readonly choice?: Choice;
  /** Change of the rate that an experiment in one segment should be able to see: 0.1 = ten points (an assumption of ours, said as such). */
  readonly change?: number;
  readonly entityWord?: { readonly one: string; readonly many: string };
}

/** @throws `run/aborted` */
export async function advise(table: FeatureTable, matrix: FeatureMatrix, options: AdviseOptions, context: Context, kernel: Kernel): Promise<Advice> {
  const { goal, choice, change = 0.1, entityWord = { one: 'customer', many: 'customers' } } = options;
  const measured = await measure(table, matrix, outcomeOf(table, goal), choice, context, kernel);
  const { facts } = measured;
  const judged = judge({ facts, variables: measured.variables, table, word: entityWord.many });
  const rate = rateOf(table, goal);
  const perArm = armSize(rate.value, change);
  const segments = range(facts, choice, 2 * perArm, change, entityWord.many);
  const experiment: Advice['experiment'] = {
    metric: rate.title, rate: rate.value, assumed: rate.assumed, change, perArm,
    leastChange: [leastChange(rate.value, facts.rows / segments.from / 2), leastChange(rate.value, facts.rows / segments.to / 2)],
  };
  const made = {
    ...(goal ? { goal } : {}),
    facts,
    ...judged,
    variables: choose(measured, goal),
    segments,
    questions: questions(table, goal, entityWord),
    validation: validation(facts, experiment, segments, choice),
    experiment,
  };
  return { ...made, text: text(made, entityWord) };
}

interface Case {
  readonly facts: DataFacts;
  readonly variables: readonly Variable[];
  readonly table: FeatureTable;
  readonly word: string;
}

/** `best` fits for a reason found in the data, `good` does as well, `no` does not; the first best is advised, in the order of the list. */
interface Opinion {
  readonly fit: 'best' | 'good' | 'no';
  readonly reason: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

const few = 1_000;
/** Rows from which what compares all rows with each other takes too long or too much memory. */
const many = 200_000;
const millions = 1_000_000;

const opinions: readonly (readonly [name: string, judge: (c: Case) => Opinion])[] = [
  ['famd', (c) => {
    const { facts } = c;
    if (facts.categoricalShare < 0.3) return no(`${categories(c)}: ordinary distances do`);
    const tied = facts.effectiveDimensions < 0.6 * facts.columns;
    if (facts.categoricalShare >= 0.5 && tied) {
      return best(`${categories(c)}, and they go together (${formatNumber(facts.columns)} columns amount to ${formatNumber(round1(facts.effectiveDimensions))} independent directions): factors of mixed data take that in before k-means, categories and numbers weighing alike`, mixed(c));
    }
    return good(`${categories(c)}; prefer it where categories go together, which here they ${tied ? 'do' : 'hardly do'} (${formatNumber(facts.columns)} columns, ${formatNumber(round1(facts.effectiveDimensions))} independent directions)`, mixed(c));
  }],
  ['k-prototypes', (c) => (c.facts.categoricalShare < 0.3 ? no(`${categories(c)}: modes of categories have little to say`)
    : c.facts.categoricalShare >= 0.5 ? best(`${categories(c)}: it compares categories as same or different, instead of measuring distances between them, and a segment is described by its commonest ones`, mixed(c))
      : good(`${categories(c)}: it takes categories as categories`, mixed(c)))],
  ['hdbscan', ({ facts: { rows, columns, categoricalShare, structure: { dense } } }) => {
    if (categoricalShare >= 0.5) return no('it goes by density, and categories pile up in a few places');
    if (!dense) return no(columns > 60 ? `with ${columns} columns all distances are much alike, so there is no density to see` : 'there are too few rows to see where they are dense');
    if (dense.groups < 2) return no(`a look at a sample shows ${dense.groups === 0 ? 'no dense group' : 'one dense group only'}`);
    const seen = `a look at a sample shows ${countWord(dense.groups)} dense groups with ${formatPercent(dense.outside)} outside`;
    if (dense.merely) return no(`${seen}, and they are merely the values of “${cleanText(dense.merely)}”`);
    if (dense.outside > 0.25) return no(`${seen}: most differences are gradual, and too many would be left in no segment`);
    if (dense.agreement > 0.8) return good(`${seen}, and round segments find the same (adjusted Rand index ${index(dense.agreement)}); take it to have outliers named`);
    if (rows > many) return no(`${seen} that round segments cut through (adjusted Rand index ${index(dense.agreement)}), but ${formatNumber(rows)} rows are too many for it: try it on a part`);
    return best(`${seen}, of shapes that round segments cut through (adjusted Rand index with k-means ${index(dense.agreement)}): it follows any shape and calls the rest outliers`, { minClusterSize: Math.max(10, Math.round(0.03 * rows)), minSamples: 10 });
  }],
  ['tiers', ({ facts, table, word }) => {
    const rfm = ['recency', 'orders', 'spend'].every((name) => table.features.some((f) => f.name === name));
    if (facts.structure.verdict === 'groups') return no(`there ${facts.structure.from === 'choice' ? 'are proven groups' : 'seem to be groups'}, which tiers would cut through`);
    if (!rfm) return no('they need the last order, the number of orders and the money spent, which are not all here');
    return facts.skewedShare >= 0.5
      ? best(`no groups ${facts.structure.from === 'choice' ? 'are proven' : 'show in a sample'}, and ${formatPercent(facts.skewedShare)} of the numeric variables are strongly skewed: one long slope from many small ${word} to few large ones. Cut it openly, by recency, frequency and money, rather than claim groups`)
      : good('no groups show: tiers by recency, frequency and money are the plainest slices of a continuum');
  }],
  ['agglomerative', ({ facts: { rows, categoricalShare } }) => (categoricalShare >= 0.5 ? no('most variables are categories, which it would take for numbers')
    : rows <= few ? best(`${formatNumber(rows)} rows are few enough for the exact hierarchy: every level can be looked at, broad segments with the smaller ones inside, before a number is settled`, { method: 'ward' })
      : rows <= many ? good(`for segments inside segments; ${rows <= 5_000 ? 'exact at this size' : 'on micro-clusters at this size, so its lowest levels are approximate'}`)
        : no(`${formatNumber(rows)} rows are too many to compare all pairs; its micro-clusters would hide small groups`))],
  ['gaussian-mixture', ({ facts: { rows, columns, categoricalShare, piledShare, structure: { ellipsoids, groups } } }) => {
    if (categoricalShare >= 0.5) return no('most variables are categories, which are never normally distributed');
    if (categoricalShare + (1 - categoricalShare) * piledShare >= 0.2) return no(`${formatPercent(categoricalShare + (1 - categoricalShare) * piledShare)} of the variables are yes/no or pile up at one value, which no normal distribution does`);
    if (!ellipsoids) return groups ? no(`${columns} columns are many to learn a shape for each segment from`) : no('no groups show whose overlap it could describe');
    if (!ellipsoids.better) return no('round segments describe the sample as well (BIC)');
    return ellipsoids.agreement < 0.8
      ? best(`the groups are long or overlap: ellipsoids describe the sample better than round segments (BIC) and draw them otherwise (adjusted Rand index ${index(ellipsoids.agreement)}); it also says how much each belongs to each`, { k: groups!, covariance: rows >= 50 * columns * groups! ? 'full' : 'diagonal' })
      : good(`ellipsoids describe the sample better than round segments (BIC), though they draw nearly the same ones (adjusted Rand index ${index(ellipsoids.agreement)}); take it for degrees of membership`);
  }],
  ['mini-batch-kmeans', ({ facts: { rows, columns } }) => (rows * columns >= 2e8 ? best(`${formatNumber(rows)} rows of ${columns} columns: it learns from small batches, and can go on as rows arrive`)
    : rows >= millions ? good(`for ${formatNumber(rows)} rows that keep coming; where there is time for a few passes over all of them, k-means fits closer`) : no(`${formatNumber(rows)} rows are few enough for passes over all of them, with which k-means fits closer`))],
  ['kmeans', ({ facts: { rows, structure, categoricalShare } }) => {
    const size = rows >= millions ? `, and at ${formatNumber(rows)} rows it settles on a sample before a few exact passes over all` : '';
    if (categoricalShare >= 0.5) {
      return structure.from === 'choice' && structure.groups ? good(`what is proven was proven with it, on yes/no columns; the mean of categories is no customer, though`, { k: structure.groups })
        : no('most variables are categories, and the mean of categories is no customer');
    }
    return structure.verdict === 'groups'
      ? best(`groups ${structure.from === 'choice' ? 'are proven' : 'show'} and nothing speaks against round ones; it is the quickest to explain, to score in SQL and to repeat${size}`, structure.groups ? { k: structure.groups } : {})
      : best(`no groups ${structure.from === 'choice' ? 'are proven' : 'show in a sample'}, so any segments are slices of a continuum: k-means makes them alike inside, and is the plainest to repeat${size}`);
  }],
  ['consensus', ({ facts: { categoricalShare } }) => (categoricalShare >= 0.5 ? no('the runs it counts votes of are k-means, which takes categories for numbers') : good('where seeds or samples give different segments: it keeps what many runs agree on'))],
  ['som', ({ facts: { rows, columns } }) => (rows >= few && columns >= 8 ? good(`as a map of ${columns} columns to look at; its nodes are too many to act on one by one`) : no(`${rows < few ? `${formatNumber(rows)} rows` : `${columns} columns`} need no map`))],
  ['dbscan', () => no('it needs one distance that counts as near everywhere, which nothing here gives; HDBSCAN* finds its own')],
  ['spectral', ({ facts }) => (oddShapes(facts) ? good(`it follows odd shapes too${facts.rows > 10_000 ? ', learnt on a sample' : ''}; but it has to be told the number of segments, and names no outliers`) : no('no odd shapes show that would need it'))],
  ['community', ({ facts }) => (oddShapes(facts) ? good('it follows odd shapes too, and finds how many; but it names no outliers') : no('no odd shapes show that would need it, and a cloud without groups has communities too'))],
  ['semi-supervised', () => no('it needs examples: name the segment of a few dozen to use it')],
];

/** Dense groups that round segments cut through. */
const oddShapes = ({ structure: { dense } }: DataFacts) => dense !== undefined && dense.groups >= 2 && dense.outside <= 0.25 && dense.agreement <= 0.8 && dense.merely === undefined;

const best = (reason: string, options: Opinion['options'] = {}): Opinion => ({ fit: 'best', reason, options });
const good = (reason: string, options: Opinion['options'] = {}): Opinion => ({ fit: 'good', reason, options });
const no = (reason: string): Opinion => ({ fit: 'no', reason });
const index = (x: number) => x.toFixed(2);
const round1 = (x: number) => Math.round(x * 10) / 10;

const categories = ({ facts: { variables, categoricalShare } }: Case) => {
  const n = Math.round(variables * categoricalShare);
  return n === 0 ? 'no variable is a category' : `${n} of ${variables} variables ${n === 1 ? 'is a category' : 'are categories'} or yes/no`;
};
const mixed = ({ variables }: Case) => ({ categorical: variables.filter((v) => v.categorical).flatMap((v) => v.columns).sort((a, b) => a - b) });

function judge(one: Case): Pick<Advice, 'algorithm' | 'alternatives' | 'ruledOut'> {
  const offered = opinions.filter(([name]) => name === 'tiers' || Object.hasOwn(algorithms, name)).map(([name, judgeOf]) => ({ name, ...judgeOf(one) }));
  const chosen = offered.find(({ fit }) => fit === 'best')!;
  const brief = ({ name, reason }: { name: string; reason: string }) => ({ name, reason });
  return {
    algorithm: { name: chosen.name, options: chosen.options ?? {}, reason: chosen.reason },
    alternatives: offered.filter((o) => o !== chosen && o.fit !== 'no').map(brief),
    ruledOut: offered.filter(({ fit }) => fit === 'no').map(brief),
  };
}

/** Most segments that a team can treat differently. */
const mostSegments = 10;
/** Fewest rows whose mean is worth telling: its standard error is below a fifth of the standard deviation. */
const fewestRows = 30;

function range({ rows }: DataFacts, choice: Choice | undefined, smallest: number, change: number, word: string): Advice['segments'] {
  const bearable = Math.floor(rows / smallest);
  const tellable = Math.max(2, Math.min(5, Math.floor(rows / fewestRows)));
  const most = bearable >= 2 ? Math.min(mostSegments, bearable) : tellable;
  const bySize = bearable >= 2
    ? `An experiment inside one segment takes ${formatNumber(smallest)} ${word} to see a change of ${points(change)}: ${formatNumber(rows)} are enough for ${bearable >= mostSegments ? `${mostSegments} segments (more than that few teams can treat differently)` : `${countWord(bearable)} of equal size`}`
    : `${formatNumber(rows)} ${word} are too few to test segments one by one (a change of ${points(change)} takes ${formatNumber(smallest)} in a segment), so the upper end is only what can be described: ${fewestRows} in each at least, five segments at most`;
  if (!choice) return { from: 2, to: most, smallest, reason: `${bySize}. How many are found again in held-out rows has not been tested yet.` };
  const stable = choice.candidates.filter(({ predictionStrength }) => predictionStrength >= choice.strengthThreshold).map(({ k }) => k);
  if (choice.verdict === 'segments') {
    const to = Math.max(choice.k, Math.min(most, Math.max(2, ...stable)));
    const over = choice.k > most ? `; the ${countWord(choice.k)} proven ones are more than that, so the smaller ones can be served but not tested by themselves` : '';
    return { from: Math.min(choice.k, to), to, smallest, reason: `${upperFirst(countWord(choice.k))} segments are proven on held-out rows${Math.max(0, ...stable) > choice.k ? `, and up to ${countWord(Math.max(...stable))} are found again` : ''}. ${bySize}${over}.` };
  }
  const to = Math.max(2, Math.min(most, stable.length > 0 ? Math.max(...stable) : 5));
  return { from: Math.min(3, to), to, smallest, reason: `No number of segments is proven; ${stable.length > 0 ? `slices are found again up to ${countWord(Math.max(...stable))}` : 'not even slices are found again well'}. ${bySize}.` };
}

const points = (change: number) => `${formatNumber(Math.round(change * 1000) / 10)} points`;

/** The rate that an experiment would watch: an outcome or a recent act of the data itself; else the worst case. */
function rateOf(table: FeatureTable, goal: AdviceGoal | undefined): { title: string; value: number; assumed: boolean } {
  const shareOf = (test: (value: number) => boolean, column: Float64Array) => {
    let hits = 0, known = 0;
    for (const value of column) {
      if (Number.isNaN(value)) continue;
      known++;
      if (test(value)) hits++;
    }
    return known > 0 ? hits / known : Number.NaN;
  };
  const find = (test: (f: FeatureTable['features'][number]) => boolean) => table.features.findIndex(test);
  const label = find(({ role, kind }) => role === 'label' && kind === 'flag');
  const recent = find(({ name }) => name === 'orders_90d');
  const once = find(({ name }) => name === 'one_time');
  const order = goal === 'retention' || goal === undefined ? [label, recent, once] : [recent, label, once];
  const j = order.find((at) => at >= 0);
  const title = j === undefined ? '' : cleanText(table.features[j].title);
  const value = j === undefined ? Number.NaN : shareOf((x) => x > 0, table.columns[j]);
  // Next to 0 or 1 a rate has no room for a change of points: the worst case is then the careful one too.
  if (!(value >= 0.02 && value <= 0.98)) return { title: 'the rate you mean to change', value: 0.5, assumed: true };
  return { title: j === recent ? 'an order within 90 days' : `“${title}”`, value: Math.round(value * 1000) / 1000, assumed: false };
}

const z = 1.959964 + 0.841621; // 5 % two-sided, 80 % power

/** Rows per arm to see a rate change by `change`, towards one half (the harder way). Two proportions, normal approximation (Fleiss, Levin & Paik 2003). */
export function armSize(rate: number, change: number): number {
  const other = rate <= 0.5 ? Math.min(rate + change, 1) : rate - change;
  return Math.ceil((z * z * (rate * (1 - rate) + other * (1 - other))) / (change * change));
}

/** The least change that arms of that size can show, to a thousandth. */
function leastChange(rate: number, perArm: number): number {
  let low = 0.001, high = 1 - Math.min(rate, 1 - rate);
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (armSize(rate, middle) <= perArm) high = middle;
    else low = middle;
  }
  return Math.round(high * 1000) / 1000;
}

function validation({ rows, structure }: DataFacts, { metric, rate, assumed, change, perArm, leastChange: [fewer, more] }: Advice['experiment'], segments: Advice['segments'], choice: Choice | undefined): Advice['validation'] {
  const half = formatNumber(Math.floor(rows / 2));
  const told = choice
    ? `Done: ${choice.verdict === 'segments' ? `${countWord(choice.k)} segments found on one half are found again in the other, with troughs between them` : 'the two gates found no separate groups on held-out rows'}.`
    : `Fit on one half of the rows (${half}) and see whether the other half falls into the same segments: prediction strength of at least 0.8, and a trough between neighbours${structure.verdict === 'continuum' ? '. Expect it to fail here, and say “slices” then, not “groups”' : ''}.`;
  return [
    { how: 'held-out', sentence: told },
    { how: 'stability', sentence: 'Redraw the sample (bootstrap) and look at each segment by itself: an overlap of 75 % or more is steady, below 60 % do not build on it.' },
    { how: 'face', sentence: 'Show names, rules and five typical members of each to somebody who knows them, without the numbers: what they do not recognise, look at again.' },
    {
      how: 'experiment',
      sentence: `In each segment hold out a random half from the new treatment and compare ${metric} (${assumed ? 'worst case 50 %, as no rate is known' : `${formatPercent(rate)} now`}): a change of ${points(change)} takes ${formatNumber(perArm)} in each arm. ${segments.from === segments.to ? `${upperFirst(countWord(segments.from))} segments of equal size could show ${points(fewer)}` : `${upperFirst(countWord(segments.from))} segments of equal size could show ${points(fewer)}, ${countWord(segments.to)} could show ${points(more)}`} (5 % two-sided, 80 % power).`,
    },
  ];
}

type Untold = Omit<Advice, 'text'>;

function text(advice: Untold, word: { readonly one: string; readonly many: string }): string {
  const { goal, algorithm, alternatives, ruledOut, variables, segments, questions: { can, cannot }, validation: checks } = advice;
  const bullet = (line: string) => `- ${line}`;
  return [
    `# Segmenting ${formatNumber(advice.facts.rows)} ${word.many}${goal ? ` for ${goal}` : ''}`,
    dataText(advice.facts),
    `## How\n${titleOf(algorithm.name)}: ${algorithm.reason}.`,
    alternatives.length > 0 ? `Also possible:\n${alternatives.slice(0, 3).map(({ name, reason }) => bullet(`${titleOf(name)}: ${reason}.`)).join('\n')}` : '',
    `Ruled out:\n${ruledOut.map(({ name, reason }) => bullet(`${titleOf(name)}: ${reason}.`)).join('\n')}`,
    `## What matters most\n${variables.map(({ title, reasons }, i) => `${i + 1}. ${title}: ${listWords(reasons)}.`).join('\n')}`,
    `## How many segments\n${segments.from === segments.to ? upperFirst(countWord(segments.from)) : `${upperFirst(countWord(segments.from))} to ${countWord(segments.to)}`}. ${segments.reason}`,
    `## What it can answer\n${can.length > 0 ? can.map(({ question }) => bullet(question)).join('\n') : 'Only how the groups differ in what was measured.'}`,
    `## What it cannot\n${cannot.map(({ question, needs }) => bullet(`${question} It takes ${needs}.`)).join('\n')}`,
    `## How to check it\n${checks.map(({ sentence }) => bullet(sentence)).join('\n')}`,
  ].filter(Boolean).join('\n\n');
}

const titleOf = (name: string) => (name === 'tiers' ? 'Tiers (recency, frequency, money)' : algorithms[name as keyof typeof algorithms].title);

function dataText({ variables, columns, categoricalShare, effectiveDimensions, skewedShare, missingShare, mostMissing, isolatedShare, multimodal, structure }: DataFacts): string {
  const categorical = Math.round(variables * categoricalShare);
  const numeric = variables - categorical;
  const said = [
    `${upperFirst(countWord(variables))} variables decide${categorical > 0 ? ` (${numeric} numeric, ${categorical} categories or yes/no)` : ', all numeric'}; ${columns === variables ? 'they' : `in ${columns} columns they`} amount to ${formatNumber(round1(effectiveDimensions))} independent ones.`,
    numeric > 0 && skewedShare > 0 ? `${formatPercent(skewedShare)} of the numeric ones are strongly skewed.` : '',
    mostMissing && missingShare >= 0.001 ? `${formatPercent(missingShare)} of the values are missing, most of “${cleanText(mostMissing.title)}” (${formatPercent(mostMissing.share)}).` : '',
    isolatedShare > 0 ? `${formatPercent(isolatedShare)} are far from everybody else.` : '',
    multimodal.length > 0 ? `${multimodal.length === 1 ? 'One variable falls' : `${upperFirst(countWord(multimodal.length))} variables fall`} into more than one hump: ${listWords(multimodal.slice(0, 4).map((t) => cleanText(t)))}${multimodal.length > 4 ? ' and others' : ''}.` : '',
    structure.from === 'choice' ? (structure.verdict === 'groups' ? `${upperFirst(countWord(structure.groups!))} groups are proven on held-out rows.` : 'No separate groups are proven on held-out rows.')
      : structure.verdict === 'groups' ? 'A look at a sample shows signs of groups; only a test on held-out rows can prove them.' : 'A look at a sample shows no groups.',
  ];
  return said.filter(Boolean).join(' ');
}
