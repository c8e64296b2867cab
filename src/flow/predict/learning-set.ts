import type { Context } from '../../context.js';
import { type Answers, answersAt, type Examples, examplesAt, isKnown } from '../../domain/examples.js';
import type { Feature, FeatureTable } from '../../domain/feature.js';
import { type LabelTarget, type LeftOut, type Period, type TimedTarget } from '../../domain/prediction.js';
import type { Engine } from '../../engine/engine.js';
import { ShoalError } from '../../errors.js';
import { openPast, type Past, type PastTable } from '../../featurize/as-of.js';
import type { LivePlan } from '../../featurize/live.js';
import type { Ingested } from '../../ingest/ingest.js';
import { requireWindow, rollingCuts, windowOf, type Cuts } from '../../predict/cuts.js';
import { holdOut, requireAnswers } from '../../predict/holdout.js';
import { type LearningRows, labelledRows } from '../../predict/labelled.js';
import { askedOf, lapsedAlready, outcomes } from '../../predict/outcome.js';
import { question } from '../../predict/target.js';
import { twins } from '../../predict/twins.js';
import { quoteName } from '../../util/quote.js';

/** Everything a model is learnt from, tested on and used for. */
export interface LearningSet {
  readonly train: LearningRows;
  /** Later in time than everything of `train`; without times, other entities. */
  readonly test: LearningRows;
  /** Everyone as of now; their answers are not known. `lapsed`: those that the target does not ask about. */
  readonly everyone: Omit<LearningRows, 'answers'> & { readonly lapsed?: Uint8Array; /** SQL that gives the ids of those that the target asks about, where not of everyone. */ readonly asked?: string; /** SQL that gives their ids in their order. */ readonly ids: string; /** How the inputs of one of them are computed as events arrive, where they can be. */ readonly live?: LivePlan };
  readonly learned: Period;
  readonly tested: Period;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
  /** What is to be known of the answers before they are trusted. */
  readonly limits?: readonly string[];
  /** The rows of `everyone` that `train` holds, in its order, where it holds any. */
  readonly learnt?: Int32Array;
  /** Without times: entities that draw less (`drawOf`) are not learnt from. */
  readonly unseenBelow?: number;
  /** What the rows of `test` can be grouped by. */
  readonly groups: readonly { readonly by: string; readonly names: readonly (string | undefined)[] }[];
  readonly asOf: number;
  /** Named queries that give the inputs of everyone from the cleaned tables; the last one has them all. */
  readonly steps: readonly { readonly name: string; readonly sql: string }[];
  /** Of the inputs that are features: what brings their words. */
  readonly features: readonly Feature[];
}

export interface LearningOptions {
  readonly sensitive: boolean;
  readonly known: readonly string[];
  /** Days between the cut and the time that is asked about. */
  readonly gap: number;
}

/** What is worked with. */
interface Session {
  readonly ingested: Ingested;
  readonly engine: Engine;
  readonly context: Context;
}

const DAY = 86_400_000;

/** Features as of past instants and now, computed once for all targets that look equally far ahead. */
export interface Instants {
  readonly cuts: Cuts;
  readonly past: Past;
  /** Of each training cut, the test cut, and now. */
  readonly tables: readonly PastTable[];
  readonly now: number;
}

/** Features at each cut of a horizon. @throws `predict/too-short`, `predict/no-target` */
export async function instantsOf(horizon: number, { gap, known }: Pick<LearningOptions, 'gap' | 'known'>, { ingested, engine, context }: Session): Promise<Instants> {
  const { span, sources } = ingested;
  if (!span) throw new ShoalError('predict/no-target', { reason: 'the files have no times, so nothing can be said of what happens within days.' });
  const now = Math.min(ingested.asOf ?? span.to, span.to);
  const cuts = rollingCuts({ from: span.from, to: now }, horizon * DAY, gap * DAY);
  requireWindow(cuts.test, now, cuts);
  const past = await openPast(sources, cuts.train[0], { known }, engine, context);
  const tables: PastTable[] = [];
  const instants = [...cuts.train, cuts.test, now];
  for (const [k, cut] of instants.entries()) {
    context.progress({ stage: 'featurize', note: `as of ${day(cut)}`, done: k / instants.length });
    tables.push(await past.at(cut, `shoal_past_${horizon}_${k}`));
  }
  return { cuts, past, tables, now };
}

/** Rows of all training cuts together, of the test cut, and of now. @throws `predict/too-few-answers`, `predict/bad-target` */
export async function timedSet(target: TimedTarget, { cuts, past, tables, now }: Instants, options: LearningOptions, { ingested, engine }: Session): Promise<LearningSet> {
  const sensitive = (tables[0].features).filter(({ role }) => role === 'sensitive');
  const wanted = tables[0].features.flatMap(({ role }, j) => (role === 'label' || (role === 'sensitive' && !options.sensitive) ? [] : [j]));
  const leftOut: LeftOut[] = [...past.leftOut, ...(options.sensitive ? [] : sensitive.map(({ name, title }): LeftOut => ({ name, why: 'sensitive', sentence: `'${title}' is a protected characteristic.` })))];
  const parts: LearningRows[] = [];
  for (const [k, table] of tables.slice(0, -1).entries()) {
    const cut = [...cuts.train, cuts.test][k];
    const values = await outcomes(target, { table: table.table, rows: table.rows, cut }, cuts, ingested.sources, engine);
    const numeric = 'sql' in target ? values.some((value) => value !== 0 && value !== 1 && !Number.isNaN(value)) : 'amount' in target && target.over === undefined;
    const answers: Answers = numeric ? { task: 'regression', values } : { task: 'binary', classes: ['no', 'yes'], values };
    parts.push(knownRows({ examples: examplesOf(table, wanted), answers, entities: table.entities, cuts: new Float64Array(table.rows).fill(cut) }));
  }
  const learnt = stacked(parts.slice(0, -1));
  const last = parts[parts.length - 1];
  const latest = tables[tables.length - 1];
  const { train, test, everyone, leftOut: useless } = finished(learnt, { ...last, answers: { ...learnt.answers, values: last.answers.values } }, { examples: examplesOf(latest, wanted), entities: latest.entities }, options);
  const what = question(target, ingested.entity.word.one);
  requireAnswers(train.answers, 'learn from', what);
  requireAnswers(test.answers, 'test on', what);
  const lapsed = await lapsedAlready(target, { table: latest.table, rows: latest.rows, cut: now }, ingested.sources, engine);
  const asked = await askedOf(target, now, ingested.sources, engine);
  const until = (cut: number) => windowOf(cut, cuts).to;
  return {
    train, test, everyone: { ...everyone, ...(lapsed && { lapsed }), ...(asked && { asked }), ...(latest.live && { live: latest.live }), ids: `SELECT entity FROM ${quoteName(latest.table)} ORDER BY entity` },
    learned: { cuts: cuts.train, until: until(cuts.train[cuts.train.length - 1]), ...counted(train) },
    tested: { cuts: [cuts.test], until: until(cuts.test), ...counted(test) },
    leftOut: [...leftOut, ...useless], notes: past.notes, groups: groupsOf(test), asOf: now, features: latest.features, steps: [...past.known(now), { name: 'shoal_inputs', sql: latest.sql }],
  };
}

/** Rows of the table that holds a label, three quarters to learn from and the rest to test on. @throws `predict/too-few-answers` and what `labelledRows` throws */
export async function labelledSet(target: LabelTarget, options: LearningOptions, { ingested, engine, context }: Session): Promise<LearningSet> {
  const whole = await labelledRows(target, ingested.sources, engine, options);
  requireAnswers(whole.answers, 'learn from', question(target, ingested.entity.word.one));
  const { train, test, below } = holdOut(whole.answers, whole.entities, context);
  const parted = finished(rowsAt(whole, train), rowsAt(whole, test), whole, options);
  const groups = whole.groups.map(({ title, values }) => ({ by: title, names: Array.from(test, (i) => values[i] ?? undefined) }));
  return {
    ...parted,
    everyone: { ...parted.everyone, ids: `SELECT entity FROM ${quoteName(whole.source.table)}` },
    learned: { cuts: [], ...counted(parted.train) }, tested: { cuts: [], ...counted(parted.test) },
    leftOut: [...whole.leftOut, ...parted.leftOut], notes: [], limits: whole.limits, learnt: train, unseenBelow: below, groups, asOf: ingested.asOf ?? 0, features: [], steps: [{ name: 'shoal_inputs', sql: whole.sql }],
  };
}

const finite = (column: Float64Array) => (column.every((value) => Number.isFinite(value) || Number.isNaN(value)) ? column : column.map((value) => (Number.isFinite(value) ? value : Number.NaN)));

/** Features as inputs. */
function examplesOf({ rows, features, columns }: FeatureTable, wanted: readonly number[]): Examples {
  return { rows, inputs: wanted.map((j) => ({ name: features[j].name, title: features[j].title })), columns: wanted.map((j) => finite(columns[j])) };
}

/** Without the columns that tell nothing in the rows that are learnt from, and those that tell the answer. */
function finished(train: LearningRows, test: LearningRows, everyone: Omit<LearningRows, 'answers'>, { known }: LearningOptions) {
  const { inputs, columns } = train.examples;
  const empty = inputs.flatMap((input, j): LeftOut[] => {
    const first = columns[j].find((value) => !Number.isNaN(value));
    if (first === undefined) return [{ name: input.name, why: 'empty', sentence: `'${input.name}' was never known in the rows that are learnt from.` }];
    return columns[j].every((value) => value === first) ? [{ name: input.name, why: 'empty', sentence: `'${input.name}' is the same in all rows that are learnt from.` }] : [];
  });
  const leftOut = [...empty, ...twins(train.examples, train.answers, known)];
  const gone = new Set(leftOut.map(({ name }) => name));
  const kept = inputs.flatMap(({ name }, j) => (gone.has(name) ? [] : [j]));
  if (!kept.length) throw new ShoalError('predict/no-inputs', { reason: leftOut.map(({ sentence }) => sentence).slice(0, 3).join(' ') });
  const only = ({ rows, inputs: all, columns: values }: Examples): Examples => ({ rows, inputs: kept.map((j) => all[j]), columns: kept.map((j) => values[j]) });
  return { train: { ...train, examples: only(train.examples) }, test: { ...test, examples: only(test.examples) }, everyone: { entities: everyone.entities, examples: only(everyone.examples) }, leftOut };
}

/** Rows whose answer is known. */
function knownRows(rows: LearningRows): LearningRows {
  const { values } = rows.answers;
  return values.some((value) => !isKnown(value)) ? rowsAt(rows, Int32Array.from(values.keys()).filter((i) => isKnown(values[i]))) : rows;
}

/** Some of the rows. */
function rowsAt({ examples, answers, entities, cuts }: LearningRows, at: Int32Array): LearningRows {
  return { examples: examplesAt(examples, at), answers: answersAt(answers, at), entities: Array.from(at, (i) => entities[i]), ...(cuts && { cuts: Float64Array.from(at, (i) => cuts[i]) }) };
}

function stacked(parts: readonly LearningRows[]): LearningRows {
  if (parts.length === 1) return parts[0];
  const joined = (columns: readonly Float64Array[]) => {
    const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
    let from = 0;
    for (const column of columns) {
      all.set(column, from);
      from += column.length;
    }
    return all;
  };
  const [{ examples, answers }] = parts;
  // A query may give only 0 and 1 at one cut and numbers at the next.
  const numeric = parts.some((part) => part.answers.task === 'regression');
  return {
    examples: { rows: parts.reduce((sum, part) => sum + part.examples.rows, 0), inputs: examples.inputs, columns: examples.columns.map((_, j) => joined(parts.map((part) => part.examples.columns[j]))) },
    answers: { ...(numeric ? { task: 'regression' } : { task: answers.task, classes: answers.classes }), values: joined(parts.map((part) => part.answers.values)) },
    entities: parts.flatMap((part) => part.entities), cuts: joined(parts.map((part) => part.cuts!)),
  };
}

function counted({ answers, entities, examples }: LearningRows): Pick<Period, 'rows' | 'entities' | 'rate'> {
  const total = answers.task === 'multiclass' ? answers.values.filter((value) => value === 1).length : answers.values.reduce((sum, value) => sum + value, 0);
  return { rows: examples.rows, entities: new Set(entities).size, rate: total / examples.rows };
}

/** Thirds by how lately they were seen and for how long they have been known, where features tell. */
function groupsOf({ examples }: LearningRows): LearningSet['groups'] {
  const wanted = [{ input: 'recency', by: 'How lately', names: ['lately', 'a while ago', 'long ago'] }, { input: 'tenure', by: 'For how long known', names: ['new', 'for a while', 'long'] }];
  return wanted.flatMap(({ input, by, names }) => {
    const j = examples.inputs.findIndex(({ name }) => name === input || name.endsWith(`_${input}`));
    if (j < 0) return [];
    const sorted = examples.columns[j].filter((value) => !Number.isNaN(value)).sort();
    const [low, high] = [sorted[Math.floor(sorted.length / 3)], sorted[Math.floor((2 * sorted.length) / 3)]];
    return [{ by, names: Array.from(examples.columns[j], (value) => (Number.isNaN(value) ? undefined : names[value < low ? 0 : value < high ? 1 : 2])) }];
  });
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
