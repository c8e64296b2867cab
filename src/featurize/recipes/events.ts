import { cleanText, lowerFirst, singular, upperFirst } from '../../util/words.js';
import { given, or, plus, ratio, shareOf, times } from '../formula.js';
import type { Measure, View } from '../measure.js';
import { both, type Predicate } from '../predicate.js';
import { featureMaker, snake, type PlannedFeature, type Recipe, type RecipeInput } from '../recipe.js';
import { keyShares } from './keys.js';
import { rhythm } from './rhythm.js';
import { rowAttributes } from './row-attributes.js';

const TYPES = 8;
const WINDOWS = [30, 90];
const SESSION_MS = 30 * 60_000;
/** What is done to an entity rather than by it: it says nothing about their hours. */
const PASSIVE = /\b(sent|send|deliver(ed|y)?|impression|bounced?|dropped|processed|queued|skipped)\b/i;
const OPEN = /\bopen(s|ed)?\b/i;
const CLICK = /\bclick(s|ed)?\b/i;
const BUY = /\b(purchase[ds]?|buy|bought|order(ed)?|checkout[ _-]?complete[d]?|convert(ed)?|conversion)\b/i;
const LOOK = /\b(view(s|ed)?|page[ _-]?views?|visit(s|ed)?|browse[ds]?|search(es|ed)?)\b/i;

/** Things that happened (browsing, app, e-mail) → how many, of which kinds, when, about what, and how far they went. */
export function events(input: RecipeInput): Recipe {
  const { source, survey, about } = input;
  const has = new Set<string>(source.has);
  const time = has.has('at') && survey.days > 0;
  const types = survey.events.map((level) => level.value);
  const like = (pattern: RegExp) => types.filter((type) => pattern.test(type.replace(/_/g, ' ')));
  const passive = like(PASSIVE);
  const acted = types.filter((type) => !passive.includes(type));
  const rowsOf = (kinds: readonly string[]) => survey.events.reduce((sum, level) => sum + (kinds.includes(level.value) ? level.rows : 0), 0);
  const acts: Predicate | undefined = passive.length && passive.length < types.length ? { is: 'in', column: 'event', values: acted } : undefined;
  const f = featureMaker(input);
  const m = (aggregate: Measure['aggregate'], more: Partial<Measure> = {}): Measure => ({ view: 'events', aggregate, where: acts, ...more });
  const of = (values: readonly string[]): Measure => m('count', { where: { is: 'in', column: 'event', values } });
  const features: PlannedFeature[] = [];
  const notes: string[] = [];
  const all = m('count');
  const none = { empty: 0 };
  const Title = upperFirst(cleanText(about, 30));
  const one = singular(about);
  const noun = `${about} events`;

  features.push(f('events', `${Title}: events`, 'count', 'activity', [`${one}-active`, `${one}-inactive`], all, { unit: 'events', ...none }));
  if (time) {
    features.push(
      f('recency', `${Title}: days since the last`, 'days', 'recency', [`${one}-lapsed`, `${one}-recent`], m('since-last')),
      f('active_months', `${Title}: active months`, 'count', 'activity', [`steadily ${one}-active`, `occasionally ${one}-active`], m('active-months'), { unit: 'months', ...none }),
      f('trend', `${Title}: trend`, 'index', 'trend', [`${one}-growing`, `${one}-declining`], or(ratio(plus(times(all, m('trend', { value: 'one' })), 1), plus(all, 1)), given(0, all, 1))),
      ...WINDOWS.filter((days) => days < 0.9 * survey.days).map((days) =>
        f(`events_${days}d`, `${Title}: events in the last ${days} days`, 'count', 'recent activity', [`recently ${one}-active`, `of late ${one}-inactive`], m('count', { where: both(acts, { is: 'recent', days }) }), { unit: 'events', ...none }),
      ),
    );
    if (survey.clock && !passive.length) {
      const sessions = m('sessions', { length: SESSION_MS });
      features.push(
        f('sessions', `${Title}: sessions`, 'count', 'activity', [`${one}-active`, `${one}-inactive`], sessions, { unit: 'sessions', ...none }),
        f('events_per_session', `${Title}: events per session`, 'number', 'depth', [`deep-${one}`, `brief-${one}`], ratio(all, sessions), { unit: 'events' }),
      );
    }
  }
  if (types.length > 1) {
    const common = types.slice(0, TYPES);
    const every = m('count', { where: undefined });
    for (const type of common) {
      const name = cleanText(type.replace(/_/g, ' '), 30);
      features.push(
        f(`${snake(type)}_count`, `${Title}: ${name}`, 'count', 'activity', [`${lowerFirst(name)}-heavy`, `${lowerFirst(name)}-light`], of([type]), { unit: 'times', ...none }),
        ...(passive.includes(type) ? [] : [f(`${snake(type)}_share`, `${Title}: share of ${name}`, 'share', 'kinds', [`mostly ${lowerFirst(name)}`, `seldom ${lowerFirst(name)}`], shareOf(of([type]), passive.length ? every : all, rowsOf([type]) / rowsOf(passive.length ? types : acted)))]),
      );
    }
    const rates = [
      { name: 'open_rate', title: 'open rate', top: like(OPEN), under: passive, words: [`${one}-opening`, `${one}-ignoring`] },
      { name: 'click_rate', title: 'click rate', top: like(CLICK), under: like(OPEN), words: [`${one}-clicking`, `${one}-skipping`] },
      { name: 'conversion', title: 'conversion', top: like(BUY), under: like(LOOK), words: ['converting', 'only looking'] },
    ] as const;
    for (const { name, title, top, under, words } of rates) {
      if (top.length && under.length) features.push(f(name, `${Title}: ${title}`, 'share', 'rates', words, shareOf(of(top), of(under), Math.min(1, rowsOf(top) / rowsOf(under)))));
    }
  }
  if (has.has('product')) {
    const product = (aggregate: Measure['aggregate']): Measure => m(aggregate, { key: 'product' });
    features.push(
      f('products', `${Title}: different products`, 'count', 'variety', ['wide-looking', 'narrow-looking'], product('distinct'), { unit: 'products', ...none }),
      f('top_product_share', `${Title}: share of the favourite product`, 'share', 'variety', ['single-minded', 'varied'], product('top-share')),
    );
  }
  if (has.has('category') && survey.categories.length > 1) {
    const shares = keyShares(input, { view: 'events', key: 'category', levels: survey.categories, verb: 'browsing', where: acts });
    features.push(...shares.map((p) => ({ ...p, feature: { ...p.feature, title: `${Title}: ${lowerFirst(p.feature.title)}` } })));
  }
  if (time) {
    const when = rhythm(input, { view: 'events', where: acts, doing: about, noun });
    features.push(...when.features);
    notes.push(...when.notes);
  }
  const more = rowAttributes(input, 'events');
  features.push(...more.features.map((p) => ({ ...p, feature: { ...p.feature, title: `${Title}: ${lowerFirst(p.feature.title)}` } })));
  notes.push(...more.notes);
  return { views: [view(input, more.columns)], everyone: { view: 'events', aggregate: 'count' }, features, notes };
}

function view({ source, dialect: d, asOf }: RecipeInput, columns: readonly string[]): View {
  const carried = ['entity', 'at', 'event', 'product', 'category'].filter((c) => source.has.includes(c as never)).concat(columns).map((c) => d.quote(c));
  const known = source.has.includes('at') ? `\nWHERE ${d.quote('at')} <= ${d.timestamp(asOf)}` : '';
  return { name: 'events', sql: `SELECT ${carried.join(', ')}, 1e0 AS ${d.quote('one')}\nFROM ${d.quote(source.table)}${known}`, scales: {}, inline: true };
}
