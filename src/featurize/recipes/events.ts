import { cleanText, listWords, lowerFirst, singular, upperFirst } from '../../util/words.js';
import { given, or, plus, ratio, times } from '../formula.js';
import type { MakeRows, Measure, View } from '../measure.js';
import { holds, predicateSql, type Predicate } from '../predicate.js';
import { featureMaker, snake, type PlannedFeature, type Recipe, type RecipeInput } from '../recipe.js';
import { pluralKind } from '../spell.js';
import { keyShares } from './keys.js';
import { rhythm } from './rhythm.js';
import { rowAttributes } from './row-attributes.js';

const TYPES = 6;
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
  const acts: Predicate | undefined = passive.length && passive.length < types.length ? { is: 'in', column: 'event', values: acted } : undefined;
  const f = featureMaker(input);
  const m = (aggregate: Measure['aggregate'], more: Partial<Measure> = {}): Measure => ({ view: acts ? 'acts' : 'events', aggregate, ...more });
  const of = (values: readonly string[]): Measure => ({ view: 'events', aggregate: 'count', where: { is: 'in', column: 'event', values } });
  const features: PlannedFeature[] = [];
  const notes: string[] = [];
  const all = m('count');
  const none = { empty: 0 };
  const Title = upperFirst(cleanText(about, 30));
  const one = singular(about);
  const plain = (type: string) => lowerFirst(cleanText(type.replace(/_/g, ' '), 30));
  const said = acts && acted.length <= 3 ? { many: listWords(acted.map((type) => pluralKind(plain(type)) ?? plain(type))), last: `last ${listWords(acted.map(plain), 'or')}` } : undefined;
  const alone = types.length < 2 && about !== 'browsing' && /[^s]s$/i.test(about);
  /** What is counted: "coupon redemptions", "email opens and clicks", "web events". */
  const noun = alone ? about : said ? `${one} ${said.many}` : about === 'browsing' ? about : `${one} events`;
  const counted = alone ? Title : `${Title}: ${said?.many ?? 'events'}`;
  const unit = alone ? about : 'events';

  features.push(f('events', counted, 'count', 'activity', [`${one}-active`, `${one}-inactive`], all, { unit, ...none }));
  if (time) {
    features.push(
      f('recency', `${Title}: days since the ${said?.last ?? (about === 'browsing' ? 'last visit' : 'last')}`, 'days', 'recency', [`${one}-lapsed`, `${one}-recent`], m('since-last')),
      f('active_months', `${Title}: active months`, 'count', 'activity', [`steadily ${one}-active`, `occasionally ${one}-active`], m('active-months'), { unit: 'months', ...none }),
      f('trend', `${Title}: trend`, 'index', 'trend', [`${one}-growing`, `${one}-declining`], or(ratio(plus(times(all, m('trend', { value: 'one' })), 1), plus(all, 1)), given(0, all, 1))),
      ...WINDOWS.filter((days) => days < 0.9 * survey.days).map((days) =>
        f(`events_${days}d`, `${counted} in the last ${days} days`, 'count', 'recent activity', [`recently ${one}-active`, `of late ${one}-inactive`], m('count', { where: { is: 'recent', days } }), { unit, ...none }),
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
    const every: Measure = { view: 'events', aggregate: 'count' };
    for (const type of common) {
      const name = cleanText(type.replace(/_/g, ' '), 30);
      const many = pluralKind(lowerFirst(name));
      features.push(
        f(`${snake(type)}_count`, `${Title}: ${many ?? name}`, 'count', 'activity', [`${lowerFirst(name)}-heavy`, `${lowerFirst(name)}-light`], of([type]), { unit: many ?? 'times', ...none }),
        ...(passive.includes(type) ? [] : [f(`${snake(type)}_share`, `${Title}: share of ${many ?? lowerFirst(name)}`, 'share', 'kinds', [`mostly ${lowerFirst(name)}`, `seldom ${lowerFirst(name)}`], ratio(of([type]), passive.length ? every : all))]),
      );
    }
    const rates = [
      { name: 'open_rate', title: 'open rate', top: like(OPEN), under: passive, words: [`${one}-opening`, `${one}-ignoring`] },
      { name: 'click_rate', title: 'click rate', top: like(CLICK), under: like(OPEN), words: [`${one}-clicking`, `${one}-skipping`] },
      { name: 'conversion', title: 'conversion', top: like(BUY), under: like(LOOK), words: ['converting', 'only looking'] },
    ] as const;
    for (const { name, title, top, under, words } of rates) {
      if (top.length && under.length) features.push(f(name, `${Title}: ${title}`, 'share', 'rates', words, ratio(of(top), of(under))));
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
    const shares = keyShares(input, { view: acts ? 'acts' : 'events', key: 'category', levels: survey.categories, verb: 'browsing' });
    features.push(...shares.map((p) => ({ ...p, feature: { ...p.feature, title: `${Title}: ${lowerFirst(p.feature.title)}` } })));
  }
  if (time) {
    const when = rhythm(input, { view: acts ? 'acts' : 'events', among: acts, doing: noun, noun });
    features.push(...when.features);
    notes.push(...when.notes);
  }
  const more = rowAttributes(input, 'events');
  features.push(...more.features.map((p) => ({ ...p, feature: { ...p.feature, title: `${Title}: ${lowerFirst(p.feature.title)}` } })));
  notes.push(...more.notes);
  return { views: views(input, more.columns, acts), everyone: { view: 'events', aggregate: 'count' }, features, notes };
}

function views({ source, dialect: d, asOf }: RecipeInput, columns: readonly string[], acts?: Predicate): View[] {
  const carried = ['entity', 'at', 'event', 'product', 'category'].filter((c) => source.has.includes(c as never)).concat(columns).map((c) => d.quote(c));
  const known = source.has.includes('at') ? `\nWHERE ${d.quote('at')} <= ${d.timestamp(asOf)}` : '';
  const sql = `SELECT ${carried.join(', ')}, 1e0 AS ${d.quote('one')}\nFROM ${d.quote(source.table)}${known}`;
  const events: View = { name: 'events', sql, scales: {}, inline: true, live: { of: 'events' } };
  // What entities do is read apart from what is done to them, so that each measure need not ask again.
  return acts ? [events, { ...events, name: 'acts', sql: `${sql}${known ? ' AND ' : '\nWHERE '}${predicateSql(d, acts, asOf)}`, live: { of: 'events', where: acts } }] : [events];
}

/** The rows of both views in memory. */
export const liveEvents: MakeRows = ({ where }, rows, asOf) => (where ? rows.filter((row) => holds(where, row, asOf)) : rows).map((row) => (row.one === 1 ? row : { ...row, one: 1 }));
