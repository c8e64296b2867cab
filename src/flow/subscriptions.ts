import { checkAborted, type Context } from '../context.js';
import type { Source, SourceAttribute } from '../domain/source.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import type { Ingested } from '../ingest/ingest.js';
import { concordanceOf, fitCox, relativeRisk, type Covariates, type CoxFit } from '../predict/value/cox.js';
import { kaplanMeier, type SurvivalCurve } from '../predict/value/kaplan-meier.js';
import type { Lifetimes } from '../predict/value/lifetimes.js';
import { pearson } from '../util/pearson.js';
import { radixOrder } from '../util/radix-order.js';

export interface SubscriptionOptions {
  /** The column of how long each has been there, and the one that says whether it ended; found by name and role unless given. */
  readonly duration?: string;
  readonly ended?: string;
  /** The column of what each pays per unit of the duration. */
  readonly amount?: string;
  /** How far ahead, and what money loses, per unit of the duration; 12 and 0.01 by default (months, 1 % a month). */
  readonly horizon?: number;
  readonly discount?: number;
  /** The segment of an entity, by its id: each gets a curve of its own. */
  readonly segmentOf?: (entity: string) => string | undefined;
}

/** The subscribers of a segment, those who have left among them. */
export interface SegmentLife {
  readonly segment: string;
  readonly entities: number;
  readonly curve: SurvivalCurve;
  readonly running: number;
  /** Of those running, how many are expected to be there after the horizon. */
  readonly stays: number;
  readonly value?: number;
}

/** What subscriptions with a known end tell of those still running. Plain data but for its columns. */
export interface SubscriptionLife {
  /** The column that says how long each has been there. */
  readonly time: string;
  /** Why these columns, in sentences. */
  readonly why: readonly string[];
  readonly rows: number;
  readonly ends: number;
  readonly curve: SurvivalCurve;
  /** By what factor each column raises the risk to end; absent where no column tells anything. */
  readonly cox?: CoxFit;
  /** Of the third of the rows that was held back: how often, of two, the one with the higher risk ended first (0.5: by chance). */
  readonly heldOutConcordance?: number;
  readonly horizon: number;
  /** Those still running, in the order of the table. */
  readonly entities: readonly string[];
  readonly columns: {
    readonly age: Float64Array;
    /** The probability to be there still after the horizon, and the units of time expected until then. */
    readonly stays: Float64Array;
    readonly stay: Float64Array;
    /** What is paid until then, discounted to now. */
    readonly value?: Float64Array;
  };
  readonly segments: readonly SegmentLife[];
  readonly notes: readonly string[];
}

const durationNames = /tenure|lifetime|duration|seniority|account[ _-]?(age|length)|(months?|days|weeks?|years?)[ _-]?(active|as|since|with|subscribed|of[ _-]?service)/i;
const amountNames = /monthly|mrr|per[ _-]?month/i;
const endedWords = /^(1|y|yes|true|t|churn|left|lost|cancel|closed|ended|inactive|stopped)/i;
/** Numbers that go along with time itself (totals so far) would tell the end by it. */
const grows = 0.7;
/** Rarer categories have no effect of their own. */
const rarest = 0.02;

/**
 * How long subscriptions last, from a table with one row per subscriber that says how long each has been there and whether it has ended: the curve of those who stay, by what factor
 * each column changes the risk, and for everyone still running the probability to stay and what it will pay.
 *
 * @throws `predict/no-lifetimes`, `predict/bad-lifetime`, `predict/no-ends`, `run/aborted`
 */
export async function subscriptionLife(ingested: Pick<Ingested, 'sources'>, options: SubscriptionOptions, engine: Engine, context: Context): Promise<SubscriptionLife> {
  const { bySegment, ...life } = await lifeOf(ingested, options, engine, context);
  return options.segmentOf ? { ...life, segments: bySegment(options.segmentOf) } : life;
}

/** The same, and a way to ask for segments once they are known. */
export async function lifeOf({ sources }: Pick<Ingested, 'sources'>, options: Omit<SubscriptionOptions, 'segmentOf'>, engine: Engine, context: Context): Promise<SubscriptionLife & { readonly bySegment: (segmentOf: (entity: string) => string | undefined) => readonly SegmentLife[] }> {
  const { horizon = 12, discount = 0.01 } = options;
  const subscription = subscriptionOf(sources, options);
  if (!subscription) throw new ShoalError('predict/no-lifetimes', { columns: sources.flatMap(({ attributes }) => attributes.map(({ column }) => column)).slice(0, 20).join(', ') });
  const { source, duration, ended, endedValue, amount } = subscription;
  const table = await read(source, [duration, ended, ...(amount ? [amount] : [])], engine);
  const rows = table.entities.length;
  const lifetimes: Lifetimes = { rows, duration: table.numbers(duration), ended: Float64Array.from(table.texts(ended), (text) => (text === endedValue ? 1 : 0)) };
  const curve = kaplanMeier(lifetimes);
  checkAborted(context);
  const notes: string[] = [];
  const { cox, covariates } = fitted(lifetimes, covariatesOf(source, table, lifetimes, new Set([duration.column, ended.column]), notes), context, notes);
  const still = [...lifetimes.ended.keys()].filter((i) => lifetimes.ended[i] === 0);
  const ahead = staying(lifetimes, cox?.baseline ?? curve, risksOf(cox, covariates.columns, rows), still, horizon, discount);
  const pays = amount && table.numbers(amount);
  const value = pays && Float64Array.from(still, (i, at) => ahead.worth[at] * pays[i]);
  return {
    time: duration.column,
    why: [
      `'${source.name}' says of each how long it has been there ('${duration.column}') and whether it has ended ('${ended.column}' = ${endedValue}): an end that is known needs no guess from silence, so these are survival times.`,
      ...(amount ? [`'${amount.column}' is taken for what each pays per unit of time.`] : []),
    ],
    rows, ends: lifetimes.ended.reduce((a, b) => a + b, 0), curve, cox, heldOutConcordance: cox && heldOut(lifetimes, covariates, context), horizon,
    entities: still.map((i) => table.entities[i]), columns: { age: Float64Array.from(still, (i) => lifetimes.duration[i]), stays: ahead.stays, stay: ahead.stay, ...(value && { value }) },
    segments: [], notes, bySegment: (segmentOf) => lifeBySegment(segmentOf, table.entities, lifetimes, still, ahead.stays, value),
  };
}

/** The table that tells of subscriptions, with its columns; undefined where none does. */
export function subscriptionOf(sources: readonly Source[], options: SubscriptionOptions) {
  for (const source of sources) {
    if (source.kind !== 'entities') continue;
    const named = (name: string) => source.attributes.find(({ column }) => column.toLowerCase() === name.toLowerCase());
    const duration = options.duration ? named(options.duration) : source.attributes.find(({ column, type }) => type === 'number' && durationNames.test(column));
    const ended = options.ended ? named(options.ended) : source.attributes.find(({ label, type }) => label && type === 'flag');
    if (!duration || !ended?.values?.length) continue;
    const endedValue = ended.values.find(({ value }) => endedWords.test(value))?.value ?? ended.values.at(-1)!.value;
    const amount = options.amount ? named(options.amount) : source.attributes.find(({ column, type }) => type === 'number' && amountNames.test(column));
    return { source, duration, ended, endedValue, amount };
  }
  return undefined;
}

interface Table {
  readonly entities: readonly string[];
  numbers(attribute: SourceAttribute): Float64Array;
  texts(attribute: SourceAttribute): readonly (string | null)[];
}

/** Rows that have all of the wanted columns, in the order of their ids. */
async function read(source: Source, wanted: readonly SourceAttribute[], engine: Engine): Promise<Table> {
  const d = dialectOf(engine.dialect);
  const of = ({ column, type }: SourceAttribute) => (type === 'number' ? d.double(d.quote(column)) : d.varchar(d.quote(column)));
  const used = source.attributes.filter(({ type }) => type !== 'time');
  const selected = [d.varchar(d.quote('entity')), ...used.map(of)].map((sql, i) => `${sql} AS ${d.quote(`c${i}`)}`);
  const { columns } = await engine.columns(`SELECT ${selected.join(', ')}\nFROM ${d.quote(source.table)}\nWHERE ${wanted.map(({ column }) => `${d.quote(column)} IS NOT NULL`).join(' AND ')}\nORDER BY ${d.quote('entity')}, ${selected.map((_, i) => i + 1).join(', ')}`, 'lifetimes');
  const at = (attribute: SourceAttribute) => columns[used.findIndex(({ column }) => column === attribute.column) + 1].values;
  return { entities: columns[0].values as readonly string[], numbers: (attribute) => at(attribute) as Float64Array, texts: (attribute) => at(attribute) as readonly (string | null)[] };
}

/** Numbers as they are, flags and categories as 0 or 1 against the most frequent value; nothing that is protected, a label or time in disguise. */
function covariatesOf(source: Source, table: Table, { duration, rows }: Lifetimes, taken: ReadonlySet<string>, notes: string[]): Covariates {
  const names: string[] = [];
  const columns: Float64Array[] = [];
  for (const attribute of source.attributes) {
    if (taken.has(attribute.column) || attribute.label || attribute.sensitive || attribute.type === 'time') continue;
    if (attribute.type !== 'number') {
      const texts = table.texts(attribute);
      for (const { value, rows: count } of attribute.values!.slice(1)) {
        if (count < rarest * rows) continue;
        names.push(`${attribute.title} = ${value}`);
        columns.push(Float64Array.from(texts, (text) => (text === value ? 1 : 0)));
      }
      continue;
    }
    const given = table.numbers(attribute);
    const known = given.filter((v) => !Number.isNaN(v));
    const mean = known.reduce((a, b) => a + b, 0) / known.length;
    const column = given.map((v) => (Number.isNaN(v) ? mean : v));
    if (Math.abs(pearson(column, duration)) > grows) notes.push(`'${attribute.column}' goes along with time itself and is left out: it would tell the end by it.`);
    else (names.push(attribute.title), columns.push(column));
  }
  return { names, columns };
}

/** Cox's model, and the columns that are left when those that have no effect to find are taken out. */
function fitted(lifetimes: Lifetimes, { names, columns }: Covariates, context: Context, notes: string[]): { readonly cox?: CoxFit; readonly covariates: Covariates } {
  if (!names.length) return { covariates: { names, columns } };
  try {
    return { cox: fitCox(lifetimes, { names, columns }, context), covariates: { names, columns } };
  } catch (error) {
    if (!(error instanceof ShoalError) || error.code !== 'predict/no-effect') throw error;
    const { name, reason } = error.details as { name: string; reason: string };
    const why = `Left out, as it ${reason}: `;
    const alike = notes.findIndex((note) => note.startsWith(why));
    if (alike < 0) notes.push(`${why}'${name}'.`);
    else notes[alike] = `${notes[alike].slice(0, -1)}, '${name}'.`;
    const keep = (_: unknown, j: number) => names[j] !== name;
    return fitted(lifetimes, { names: names.filter(keep), columns: columns.filter(keep) }, context, notes);
  }
}

/** Parts of the horizon over which staying is added up. */
const parts = 60;

/** Of those still running: the probability to stay to the horizon, the time expected until then, and the same discounted. */
function staying({ duration }: Lifetimes, curve: Pick<SurvivalCurve, 'times' | 'survival'>, risks: Float64Array, still: readonly number[], horizon: number, discount: number) {
  const hazard = cumulative(curve);
  const rate = Math.log1p(discount);
  const [stays, stay, worth] = [new Float64Array(still.length), new Float64Array(still.length), new Float64Array(still.length)];
  const step = horizon / parts;
  still.forEach((i, at) => {
    const before = hazard(duration[i]);
    for (let k = 0; k < parts; k++) {
      const middle = (k + 0.5) * step;
      const there = Math.exp(-risks[i] * (hazard(duration[i] + middle) - before));
      stay[at] += there * step;
      worth[at] += there * step * Math.exp(-rate * middle);
    }
    stays[at] = Math.exp(-risks[i] * (hazard(duration[i] + horizon) - before));
  });
  return { stays, stay, worth };
}

/** −ln of a survival curve over time; beyond its end at the pace of its second half. */
function cumulative({ times, survival }: Pick<SurvivalCurve, 'times' | 'survival'>): (time: number) => number {
  const end = times.at(-1)!;
  const at = (time: number) => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    // A curve that comes to 0 has its last known height there.
    for (; low > 0 && !(survival[low - 1] > 0); low--);
    return low ? -Math.log(survival[low - 1]) : 0;
  };
  const pace = end > 0 ? (at(end) - at(end / 2)) / (end / 2) : 0;
  return (time) => at(Math.min(time, end)) + pace * Math.max(0, time - end);
}

/** Concordance on every third row of a model that is fitted to the others. */
function heldOut({ rows, duration, ended }: Lifetimes, { names, columns }: Covariates, context: Context): number | undefined {
  const part = (held: boolean) => {
    const pick = (column: Float64Array) => column.filter((_, i) => (i % 3 === 0) === held);
    return { lifetimes: { rows: pick(new Float64Array(rows)).length, duration: pick(duration), ended: pick(ended) }, columns: columns.map(pick) };
  };
  const [known, asked] = [part(false), part(true)];
  try {
    const cox = fitCox(known.lifetimes, { names, columns: known.columns }, context);
    const risks = risksOf(cox, asked.columns, asked.lifetimes.rows);
    const order = radixOrder(asked.lifetimes.duration, true);
    const inOrder = (column: Float64Array) => Float64Array.from(order, (i) => column[i]);
    return concordanceOf(inOrder(asked.lifetimes.duration), inOrder(asked.lifetimes.ended), inOrder(risks));
  } catch (error) {
    if (error instanceof ShoalError && error.code.startsWith('predict/')) return undefined;
    throw error;
  }
}

const risksOf = (cox: CoxFit | undefined, columns: readonly Float64Array[], rows: number) =>
  Float64Array.from({ length: rows }, (_, i) => (cox ? relativeRisk(cox, columns.map((column) => column[i])) : 1));

function lifeBySegment(segmentOf: (entity: string) => string | undefined, entities: readonly string[], { duration, ended }: Lifetimes, still: readonly number[], stays: Float64Array, value: Float64Array | undefined): SegmentLife[] {
  const members = new Map<string, number[]>();
  entities.forEach((entity, i) => {
    const segment = segmentOf(entity);
    if (segment === undefined) return;
    const own = members.get(segment);
    if (own) own.push(i);
    else members.set(segment, [i]);
  });
  const place = new Map(still.map((i, at) => [i, at]));
  return [...members].flatMap(([segment, all]) => {
    const own = { rows: all.length, duration: Float64Array.from(all, (i) => duration[i]), ended: Float64Array.from(all, (i) => ended[i]) };
    if (!own.ended.some(Boolean)) return [];
    const running = all.flatMap((i) => place.get(i) ?? []);
    const sum = (column: Float64Array) => running.reduce((total, at) => total + column[at], 0);
    return [{ segment, entities: all.length, curve: kaplanMeier(own), running: running.length, stays: sum(stays), ...(value && { value: sum(value) }) }];
  });
}
