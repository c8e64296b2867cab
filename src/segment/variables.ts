import type { Advice, AdviceGoal } from '../domain/advice.js';
import { formatPercent } from '../util/format-value.js';
import { type Theme, themeOf } from '../util/theme.js';
import { cleanText } from '../util/words.js';
import type { FeatureTable } from '../domain/feature.js';
import type { Measured, Variable } from './facts.js';

/** What a goal turns on: themes of behaviour, the first that is known above all, and words in the names of attributes. */
const about: Readonly<Record<AdviceGoal, { readonly themes: readonly Theme[]; readonly words: RegExp }>> = {
  retention: { themes: ['recency', 'recent activity', 'frequency', 'interval', 'trend', 'tenure', 'text'], words: /tenure|contract|recency|since|complain|ticket|support|satisf|renew/i },
  growth: { themes: ['frequency', 'variety', 'category', 'order value', 'trend', 'basket'], words: /income|spend|purchases|orders|charges|visits|score|lines|service/i },
  value: { themes: ['spend', 'order value', 'frequency', 'tenure'], words: /spend|spent|income|revenue|charges|balance|amount|value|limit/i },
  engagement: { themes: ['browsing', 'email', 'recent activity', 'hours', 'weekdays'], words: /visit|web|open|click|campaign|session|login|stream|app|recency|score/i },
  pricing: { themes: ['discount', 'price', 'order value', 'basket'], words: /price|deal|discount|charges|fee|coupon|income|payment/i },
  product: { themes: ['category', 'variety', 'basket', 'returns'], words: /product|amount spent on|service|streaming|lines|security|backup|protection/i },
};

/** What happened, in words that say which goal it is the outcome of. */
const outcomes: Readonly<Partial<Record<AdviceGoal, RegExp>>> = {
  retention: /churn|attrit|cancel|exited|\bleft\b|lapse|retain/i,
  growth: /respon|convert|accept|subscri|bought|purchas|deposit/i,
  engagement: /respon|accept|open|click/i,
};

/** The column that holds the outcome of a goal, where the data has one. */
export const outcomeOf = ({ features }: Pick<FeatureTable, 'features'>, goal: AdviceGoal | undefined): number =>
  features.findIndex(({ role, title }) => role === 'label' && goal !== undefined && (outcomes[goal]?.test(title) ?? false));

const bearsOn = (goal: AdviceGoal, { features }: Pick<Variable, 'features'>): boolean =>
  features.some((feature) => about[goal].themes.includes(themeOf(feature)) || (themeOf(feature) === 'other' && about[goal].words.test(`${feature.title} ${feature.name}`)));

const most = 7;
const fewest = 5;

/** A variable that explains less of the outcome than this (r²) does not bear on it. */
const telling = 0.01;

/**
 * The five to seven variables that matter most, one at a time: what varies, is known, has more than one hump or bears on the goal (goes with its outcome,
 * where the data has one; else by what it is about), less what those before it say already (largest squared correlation).
 */
export function choose(measured: Measured, goal: AdviceGoal | undefined): Advice['variables'] {
  const chosen: { variable: Variable; overlap: number }[] = [];
  const left = [...measured.variables];
  const core = goal && about[goal].themes.find((theme) => left.some(({ features }) => features.some((feature) => themeOf(feature) === theme)));
  let first = 0;
  while (chosen.length < most && left.length > 0) {
    const scored = left.map((variable) => {
      const overlap = Math.max(0, ...chosen.map((c) => measured.r2(variable, c.variable)));
      const alike = chosen.filter((c) => themeOf(c.variable.features[0]) !== 'other' && themeOf(c.variable.features[0]) === themeOf(variable.features[0])).length;
      return { variable, overlap, worth: worth(variable, bearing(variable, goal)) * (1 - overlap) * 0.75 ** alike };
    });
    const sharpest = scored.reduce((a, b) => (b.worth > a.worth + 1e-12 ? b : a));
    // The plain feature of a theme comes first in the table: it stands in for one that is only a little sharper.
    const theme = themeOf(sharpest.variable.features[0]);
    const best = theme === 'other' ? sharpest : scored.find(({ variable, worth: own }) => themeOf(variable.features[0]) === theme && own >= 0.8 * sharpest.worth)!;
    first ||= best.worth;
    if ((chosen.length >= fewest && best.worth < 0.25 * first) || best.worth <= 0) break;
    chosen.push(best);
    left.splice(left.indexOf(best.variable), 1);
  }
  return chosen.map(({ variable, overlap }, place) => ({
    features: variable.features.map(({ name }) => name),
    title: cleanText(variable.title),
    reasons: reasons(variable, overlap, place, goal, measured.outcome),
  }));

  /** 0 (nothing to do with the goal) to 1. */
  function bearing(variable: Variable, wanted: AdviceGoal | undefined): number {
    if (!wanted) return 0;
    const outcome = variable.withOutcome !== undefined && variable.withOutcome >= telling ? Math.min(1, 0.3 + 5 * variable.withOutcome) : 0;
    return Math.max(outcome, variable.features.some((feature) => themeOf(feature) === core) ? 1 : bearsOn(wanted, variable) ? 0.5 : 0);
  }
}

function worth(variable: Variable, bears: number): number {
  const spread = Math.min(1, 2.5 * variable.varied);
  const plain = variable.features.every(({ kind, role }) => role !== 'behaviour' || (kind !== 'index' && kind !== 'hour')) ? 1 : 0.7;
  const behaviour = variable.features.some(({ role }) => role === 'behaviour') ? 1.1 : 1;
  const parted = variable.dipP !== undefined && variable.dipP < 0.001 ? 0.4 : 0;
  return spread * plain * behaviour * (1 - variable.missing) * (1 + parted + 1.2 * bears);
}

function reasons(variable: Variable, overlap: number, place: number, goal: AdviceGoal | undefined, outcome: string | undefined): string[] {
  const said: string[] = [];
  if (goal && variable.withOutcome !== undefined && variable.withOutcome >= telling) said.push(`goes with “${cleanText(outcome!)}” (explains ${formatPercent(variable.withOutcome)} of it)`);
  else if (goal && bearsOn(goal, variable)) said.push(`is what ${goal} is about`);
  if (variable.dipP !== undefined && variable.dipP < 0.001) said.push('has more than one hump (dip test, p < 0.001)');
  said.push(variable.categorical && variable.features.length === 1 ? `parts everybody ${formatPercent(1 - variable.varied)} to ${formatPercent(variable.varied)}`
    : `varies (${formatPercent(variable.varied)} differ from its commonest value)`);
  if (place > 0) said.push(overlap < 0.005 ? 'repeats nothing of those above' : `shares at most ${formatPercent(overlap)} of its variance with any of those above`);
  if (variable.missing > 0.05) said.push(`is missing for ${formatPercent(variable.missing)}`);
  return said;
}
