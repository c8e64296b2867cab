import { takes, type Row } from './aggregate.js';
import { attributeValue } from './attribute.js';
import { aggregates } from './catalog.js';
import { DAY } from './exact.js';
import { evaluate, measuresOf, type Formula } from './formula.js';
import { liveViews } from './live-views.js';
import { measureKey, type LiveView, type Measure, type View } from './measure.js';
import type { Plan } from './plan.js';
import { holds, type Fields, type Predicate } from './predicate.js';

/** A plan as plain data, enough to compute its features of one entity in memory. Survives JSON. */
export interface LivePlan {
  readonly sources: readonly {
    readonly name: string;
    readonly views: readonly { readonly name: string; readonly scales: View['scales']; readonly live: LiveView }[];
    readonly everyone: Measure;
  }[];
  /** `empty` absent: unknown where there is nothing to say. */
  readonly features: readonly { readonly name: string; readonly source: string; readonly formula: Formula; readonly empty?: number }[];
}

/** The live face of a plan; undefined where a view of it can only be had by SQL. */
export function livePlan({ parts, features }: Plan): LivePlan | undefined {
  if (parts.some(({ recipe }) => recipe.views.some(({ live }) => !live))) return undefined;
  return {
    sources: parts.map(({ source, recipe }) => ({
      name: source.name, everyone: plain(recipe.everyone) as Measure, views: recipe.views.map(({ name, scales, live }) => ({ name, scales, live: live! })),
    })),
    features: features.map(({ feature: { name, source, empty }, formula }) => ({ name, source, formula: plain(formula), ...(!Number.isNaN(empty) && { empty }) })),
  };
}

/** A share of everyone that is not known has no place in JSON, and changes nothing. */
function plain(formula: Formula): Formula {
  if (typeof formula === 'number') return formula;
  if ('op' in formula) return { ...formula, of: formula.of.map(plain) };
  const { prior, ...measure } = formula;
  return prior && Number.isFinite(prior.share) ? formula : measure;
}

/** The features of one entity after the other. */
export interface LiveFeatures {
  readonly names: readonly string[];
  /** All features at `asOf` (NaN = missing), of its rows by source in any order; later rows are not looked at. To the bit what the plan's query gives. */
  measure(rows: Readonly<Record<string, readonly Fields[]>>, asOf: number): Float64Array;
  /** The next instant after `asOf` at which a row enters or leaves a window; Infinity where none does. */
  edge(rows: Readonly<Record<string, readonly Fields[]>>, asOf: number): number;
}

interface Unit {
  readonly measure: Measure;
  readonly shape: 'rows' | 'keys' | 'ordered';
  readonly scale: number;
}

/** Makes a plan fit to be asked. */
export function liveFeatures({ sources, features }: LivePlan): LiveFeatures {
  const made = sources.map((source) => {
    const units: Unit[] = [];
    const at = new Map<string, number>();
    const indexOf = (measure: Measure): number => {
      const key = measureKey(measure);
      let index = at.get(key);
      if (index === undefined) {
        const shape = measure.attribute ? 'rows' : aggregates[measure.aggregate].shape;
        index = units.push({ measure, shape, scale: source.views.find(({ name }) => name === measure.view)!.scales[measure.value ?? ''] ?? 1 }) - 1;
        at.set(key, index);
      }
      return index;
    };
    indexOf(source.everyone);
    const mine = features.flatMap((feature, j) => (feature.source === source.name ? [{ j, formula: feature.formula }] : []));
    for (const { formula } of mine) for (const measure of measuresOf(formula)) indexOf(measure);
    const places = new Map<Measure, number>();
    for (const { formula } of mine) for (const measure of measuresOf(formula)) places.set(measure, indexOf(measure));
    const last: { rows?: readonly Fields[]; length: number; views: ReadonlyMap<string, readonly Fields[]> } = { length: 0, views: new Map() };
    return { source, units, mine, places, values: new Float64Array(units.length), spans: spansOf(units), last };
  });

  /** Views do not depend on the moment, but for rows that are later: whoever asks of the same rows at another one finds them made. */
  function viewsOf({ source, last }: (typeof made)[number], rows: readonly Fields[], asOf: number): ReadonlyMap<string, readonly Fields[]> {
    if (last.rows === rows && last.length === rows.length) return last.views;
    last.rows = rows;
    last.length = rows.length;
    return (last.views = new Map(source.views.map(({ name, live }) => [name, liveViews[live.of](live, rows, asOf)])));
  }

  return {
    names: features.map(({ name }) => name),
    measure(rows, asOf) {
      const out = new Float64Array(features.length).fill(Number.NaN);
      for (const each of made) {
        const { source, units, mine, places, values } = each;
        const all = rows[source.name] ?? [];
        const known = all.every(({ at }) => !(at > asOf)) ? all : all.filter(({ at }) => !(at > asOf));
        if (known.length === 0) continue;
        const views = viewsOf(each, known, asOf);
        // Whoever has no row in what everyone is counted by is not in the source.
        if (views.get(source.everyone.view)!.length === 0) continue;
        units.forEach((unit, i) => (values[i] = fold(unit, views.get(unit.measure.view)!, asOf)));
        for (const { j, formula } of mine) out[j] = evaluate(formula, (measure) => values[places.get(measure)!]);
      }
      features.forEach(({ empty }, j) => {
        if (empty !== undefined && Number.isNaN(out[j])) out[j] = empty;
      });
      return out;
    },
    edge(rows, asOf) {
      let next = Infinity;
      for (const { source, spans } of made) {
        for (const { at } of rows[source.name] ?? []) {
          if (at > asOf) next = Math.min(next, at);
          for (const span of spans) if (at + span > asOf) next = Math.min(next, at + span);
        }
      }
      return next;
    },
  };
}

/** One measure over the rows of its view; NaN where SQL has no row to join: nothing that could be counted at all. */
function fold({ measure: m, shape, scale }: Unit, rows: readonly Fields[], asOf: number): number {
  if (rows.length === 0) return Number.NaN;
  if (m.attribute) return attributeValue(m.attribute, rows, asOf);
  const aggregate = aggregates[m.aggregate];
  const state = aggregate.init();
  let some = shape === 'rows';
  // One object for all rows: aggregates keep what is in it, never it.
  const row: { -readonly [K in keyof Row]: Row[K] } = { at: 0, value: undefined, key: undefined, holds: false };
  for (const fields of rows) {
    if (m.where && !holds(m.where, fields, asOf)) continue;
    const value = m.value === undefined ? undefined : fields[m.value];
    const key = m.key === undefined ? undefined : fields[m.key];
    row.at = fields.at;
    row.value = value === null || value === undefined ? undefined : Number(value);
    row.key = key === null || key === undefined ? undefined : String(key);
    row.holds = m.holds ? holds(m.holds, fields, asOf) : false;
    if (!takes(aggregate, row)) continue;
    some = true;
    aggregate.add(state, row);
  }
  return some ? (aggregate.value(state, { asOf, scale, length: m.length, chosen: m.chosen, then: m.then, prior: m.prior }) as number) : Number.NaN;
}

/** Lengths of the windows, ms: a row leaves one so long after it happened. */
function spansOf(units: readonly Unit[]): number[] {
  const days = (p: Predicate | undefined): number[] => (p === undefined ? [] : p.is === 'recent' ? [p.days * DAY] : p.is === 'all' ? p.of.flatMap(days) : []);
  return [...new Set(units.flatMap(({ measure: { aggregate, where, holds: of, length } }) => [...days(where), ...days(of), ...(aggregate === 'change' ? [length!, 2 * length!] : [])]))];
}
