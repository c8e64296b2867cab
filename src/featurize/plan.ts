import type { Feature } from '../domain/feature.js';
import type { Source } from '../domain/source.js';
import type { Dialect } from '../engine/dialect.js';
import { query, type Query } from '../engine/query.js';
import { ShoalError } from '../errors.js';
import { formatPercent } from '../util/format-value.js';
import { formulaSql, measuresOf, type Formula } from './formula.js';
import { compile } from './measure.js';
import { snake, unique, type PlannedFeature, type Recipe, type RecipeInput } from './recipe.js';
import { entities } from './recipes/entities.js';
import { events } from './recipes/events.js';
import { texts } from './recipes/texts.js';
import { transactions } from './recipes/transactions.js';
import type { Survey } from './survey.js';

export interface Surveyed {
  readonly source: Source;
  readonly survey: Survey;
}

/** What will be computed: features in the order of their columns, from which sources, as of when. */
export interface Plan {
  readonly asOf: number;
  readonly dialect: Dialect;
  readonly parts: readonly { readonly source: Source; readonly survey: Survey; readonly recipe: Recipe; readonly steps: string }[];
  readonly features: readonly PlannedFeature[];
  /** What was left out and why. */
  readonly notes: readonly string[];
}

const recipes: { readonly [kind in Source['kind']]?: (input: RecipeInput) => Recipe } = { transactions, events, text: texts, entities };
/** Sources that touch a smaller share of the entities than this say little. */
const FEW = 0.2;
const ORDER: readonly Source['kind'][] = ['transactions', 'events', 'text', 'entities'];

/**
 * Decides the features of the sources: transactions first and without a prefix, then the others, each prefixed with its name.
 * Sources that describe no entity (lookups, already joined by ingest) are passed over. `asOf` is the latest event (without events, the
 * latest date of an attribute) unless given.
 */
export function plan(surveyed: readonly Surveyed[], dialect: Dialect, options: { asOf?: number } = {}): Plan {
  const usable = surveyed
    .filter(({ source, survey }) => recipes[source.kind] && source.has.includes('entity') && survey.rows > 0)
    .sort((a, b) => ORDER.indexOf(a.source.kind) - ORDER.indexOf(b.source.kind));
  const asOf = options.asOf ?? latest(usable);
  const taken = new Set<string>();
  const most = Math.max(...usable.map(({ survey }) => survey.entities));
  const parts = usable.map(({ source, survey }, i) => {
    const alone = usable.length === 1 || (i === 0 && source.kind === 'transactions');
    const about = aboutOf(source, survey);
    const steps = free(snake(source.name), taken);
    const whole = recipes[source.kind]!({ source, survey, dialect, asOf, main: alone, prefix: alone ? '' : `${steps}_`, about });
    const few = source.kind !== 'entities' && survey.entities < FEW * most;
    return { source, survey, recipe: few ? slim(whole, source.name, survey.entities / most) : whole, steps };
  });
  const features = unique(parts.flatMap(({ recipe }) => recipe.features));
  if (!features.length) throw new ShoalError('featurize/no-features', { reason: 'no source says anything about a customer' });
  const notes = parts.flatMap(({ recipe }) => recipe.notes);
  return { asOf, dialect, parts, features, notes };
}

/**
 * The whole plan as one query: per source its views, totals and measures; then one row per entity (of every source of events; of the entity tables
 * only where there is no other), one column per feature, ordered by entity.
 */
export function planQuery({ parts, features, dialect: d, asOf }: Plan): { query: Query; sql: string } {
  let q: Query = query();
  const entity = d.quote('entity');
  const text = new Set(parts.map(({ survey }) => survey.ids)).size > 1;
  const id = (from: string) => (text ? d.varchar(`${from}.${entity}`) : `${from}.${entity}`);
  const steps: { name: string; fact: boolean }[] = [];
  for (const { source, recipe, steps: name } of parts) {
    const mine = features.filter(({ feature }) => feature.source === source.name);
    const measures = [recipe.everyone, ...mine.flatMap(({ formula }) => measuresOf(formula))];
    const compiled = compile(q, measures, recipe.views, { dialect: d, asOf, prefix: `${name}_` });
    const [base, ...others] = compiled.totals.map((t) => d.quote(t));
    const columns = mine.map(({ feature, formula }) => `${valueSql(d, feature, formula, compiled.column)} AS ${d.quote(feature.name)}`);
    const joins = others.map((t) => `\nLEFT JOIN ${t} ON ${t}.${entity} = ${base}.${entity}`).join('');
    q = compiled.query.step(`${name}_features`, `SELECT ${[`${id(base)} AS ${entity}`, ...columns].join(',\n  ')}\nFROM ${base}${joins}`, { inline: parts.length === 1 });
    steps.push({ name: `${name}_features`, fact: source.kind !== 'entities' });
  }
  const facts = steps.some((s) => s.fact) ? steps.filter((s) => s.fact) : steps;
  if (facts.length > 1) q = q.step('everyone', facts.map((s) => `SELECT ${entity} FROM ${d.quote(s.name)}`).join('\nUNION\n'));
  const base = d.quote(facts.length > 1 ? 'everyone' : facts[0].name);
  const joins = steps.map((s) => d.quote(s.name)).filter((s) => s !== base).map((s) => `\nLEFT JOIN ${s} ON ${s}.${entity} = ${base}.${entity}`);
  const columns = features.map(({ feature }) => {
    const name = d.quote(feature.name);
    return parts.length > 1 && !Number.isNaN(feature.empty) ? `coalesce(${name}, ${d.number(feature.empty)}) AS ${name}` : name;
  });
  const final = `SELECT ${[`${base}.${entity} AS ${entity}`, ...columns].join(',\n  ')}\nFROM ${base}${joins.join('')}\nORDER BY ${base}.${entity}`;
  return { query: q, sql: q.select(d, final) };
}

function valueSql(d: Dialect, feature: Feature, formula: Formula, column: Parameters<typeof formulaSql>[2]): string {
  const value = formulaSql(d, formula, column);
  return Number.isNaN(feature.empty) ? value : `coalesce(${value}, ${d.number(feature.empty)})`;
}

function latest(surveyed: readonly Surveyed[]): number {
  const facts = surveyed.filter(({ source, survey }) => source.kind !== 'entities' && !Number.isNaN(survey.to)).map(({ survey }) => survey.to);
  const dates = surveyed.map(({ survey }) => survey.attributesTo).filter(Number.isFinite);
  return facts.length ? Math.max(...facts) : Math.max(0, ...dates);
}

/** A source that touches few tells how much and how lately, and its numbers; what else it says is unknown of nearly everyone. */
function slim(recipe: Recipe, name: string, reach: number): Recipe {
  const firstOf = (kind: Feature['kind']) => recipe.features.find(({ feature }) => feature.kind === kind);
  const kept = new Set([firstOf('count'), firstOf('days')]);
  const features = recipe.features.filter((planned) => kept.has(planned) || /attribute/.test(planned.feature.family) && planned.feature.kind === 'number');
  return { ...recipe, features, notes: [`'${name}' reaches ${formatPercent(reach)} of them, so it only tells how much, how lately and of numbers.`] };
}

/** "web_events.csv" → "web": what the source is about, for titles. A bare "events" in which pages are viewed is browsing. */
function aboutOf({ name, kind }: Source, { events }: Survey): string {
  const plain = name.replace(/\.\w+$/, '').replace(/[_-]+/g, ' ').trim();
  const about = plain.replace(/\s*\b(events?|logs?|data|table)\b\s*/gi, ' ').trim();
  if (about) return about;
  return kind === 'events' ? (events.some(({ value }) => /view|visit|browse|search|page/i.test(value)) ? 'browsing' : 'activity') : plain;
}

function free(name: string, taken: Set<string>): string {
  let n = 2;
  let found = name;
  while (taken.has(found)) found = `${name}_${n++}`;
  taken.add(found);
  return found;
}
