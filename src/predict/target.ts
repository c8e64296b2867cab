import { type LabelTarget, type Target, type TargetInput, targetSchema, type TimedTarget, horizonDays } from '../domain/prediction.js';
import type { Source, SourceAttribute } from '../domain/source.js';
import type { Dialect } from '../engine/dialect.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';
import { formatCount, formatPercent } from '../util/format-value.js';
import { cleanText, listWords } from '../util/words.js';

/** A target, and why it, where nobody chose it. */
export interface ChosenTarget {
  readonly target: Target;
  readonly reason?: string;
}

/** Rows that a kind of event stands for. */
export interface Happening {
  readonly source: Source;
  /** Only rows of this kind. */
  readonly event?: string;
  /** "order", "orders". */
  readonly words: { readonly one: string; readonly many: string };
}

const DAY = 86_400_000;
/** Times to look ahead that people think in, days. */
const HORIZONS = [7, 14, 30, 60, 90, 180, 365];
/** Fewer returns than this tell nothing of how long one waits. */
const FEW = 50;

/**
 * A target as written on a command line: 'none orders 90d', 'any orders 30d', 'amount orders 365d', 'amount orders over 500 365d', a column ('churn', 'readmitted=<30'), or JSON.
 * @throws `predict/bad-target`
 */
export function readTarget(text: string): Target {
  const given = text.trim();
  const said = /^(none|any|amount)\s+(.+?)(?:\s+over\s+(-?[\d.]+))?\s+(\d+(?:\.\d+)?)\s*(d|w|m|days?|weeks?|months?)$/i.exec(given);
  if (said) {
    const [, kind, what, over, length, unit] = said;
    return checkedTarget({ [kind.toLowerCase()]: what, ...(over !== undefined && { over: Number(over) }), within: Number(length), unit: ({ d: 'days', w: 'weeks', m: 'months' } as const)[unit[0].toLowerCase() as 'd'] }, given);
  }
  if (/^(none|any|amount)\s/i.test(given)) throw new ShoalError('predict/bad-target', { given, problem: "say how long, such as 90d: 'any orders 90d'." });
  if (given.startsWith('{')) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(given);
    } catch (cause) {
      throw new ShoalError('predict/bad-target', { given: cleanText(given, 60), problem: 'it is not JSON.' }, { cause });
    }
    return checkedTarget(parsed, given);
  }
  const [, label, is] = /^(.+?)(?:=(.*))?$/s.exec(given) ?? [];
  return checkedTarget({ label, ...(is !== undefined && { is }) }, given);
}

/** Checks a target from a caller. @throws `predict/bad-target` */
export function checkedTarget(given: unknown, written = JSON.stringify(given)): Target {
  const result = targetSchema.safeParse(given as TargetInput);
  if (result.success) return result.data;
  throw new ShoalError('predict/bad-target', { given: cleanText(written ?? '', 80), problem: result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; ') });
}

/**
 * What the sources ask to be predicted: a column that holds an answer (churn, response); else, of orders or events with times, whether somebody comes back and who lapses, over a
 * time that follows from how long they usually wait.
 * @throws `predict/no-target`
 */
export async function chooseTargets(sources: readonly Source[], engine: Engine, { horizon }: { readonly horizon?: number } = {}): Promise<ChosenTarget[]> {
  const labelled = labels(sources);
  if (labelled.length) {
    const { attribute, source } = labelled[0];
    const others = labelled.slice(1).map((other) => `'${other.attribute.column}'`);
    return [{ target: { label: attribute.column }, reason: `'${attribute.column}' of '${source.name}' says what happened.${others.length ? ` ${listWords(others)} could be predicted too.` : ''}` }];
  }
  const main = sources.find(({ kind, has }) => kind === 'transactions' && has.includes('at')) ?? sources.find(({ kind, has }) => kind === 'events' && has.includes('at') && has.includes('entity'));
  if (!main) throw new ShoalError('predict/no-target', { reason: 'no column says what happened, and no file says what happened when.' });
  const name = main.kind === 'transactions' ? 'orders' : main.name;
  const waits = await waitsOf(main, engine);
  const chosen = horizon === undefined ? horizonOf(waits, main) : { within: horizon, reason: `${horizon} days, as asked.` };
  const { within, reason } = chosen;
  return [
    { target: { any: name, within, unit: 'days' }, reason },
    { target: { none: name, within, unit: 'days', active: within }, reason: `${reason} Those without one in the ${within} days before have lapsed already.` },
  ];
}

interface Waits {
  /** Days between one day with a row and the next of the same entity, ascending. */
  readonly days: Float64Array;
  /** Days from the first row to the last. */
  readonly span: number;
}

async function waitsOf(source: Source, engine: Engine): Promise<Waits> {
  const d = dialectOf(engine.dialect);
  const [entity, at] = [d.quote('entity'), d.quote('at')];
  const day = d.quotient(d.epochMs(at), String(DAY));
  const kept = source.has.includes('returned') ? ` AND NOT ${d.quote('returned')}` : '';
  const days = `SELECT DISTINCT ${entity}, ${day} AS "day" FROM ${d.quote(source.table)} WHERE ${at} IS NOT NULL${kept}`;
  const [result, [{ span }]] = await Promise.all([
    engine.columns(`SELECT ${d.double('wait')} AS wait FROM (SELECT "day" - lag("day") OVER (PARTITION BY ${entity} ORDER BY "day") AS wait FROM (${days}) t) w WHERE wait IS NOT NULL`, 'waits'),
    engine.rows(`SELECT (${d.epochMs(`max(${at})`)} - ${d.epochMs(`min(${at})`)}) / ${DAY} AS span FROM ${d.quote(source.table)}`, 'waits'),
  ]);
  return { days: (result.columns[0].values as Float64Array).slice().sort(), span: Number(span) };
}

/** How far to look ahead: until four in five returns have come, in a length people think in, and short enough for the data to be learnt from and tested on. */
export function horizonOf({ days, span }: Waits, { kind }: Pick<Source, 'kind'>): { within: number; reason: string } {
  const returns = kind === 'transactions' ? 'repeat orders' : 'returns';
  const longest = HORIZONS.findLast((length) => length * 4 <= span) ?? Math.max(1, Math.floor(span / 4));
  if (days.length < FEW) return { within: longest, reason: `${longest} days, a quarter of the time in the data: there are only ${days.length} ${returns} to tell how long one waits.` };
  const at = (share: number) => days[Math.min(days.length - 1, Math.floor(share * days.length))];
  const usual = at(0.8);
  const enough = HORIZONS.find((length) => length >= usual) ?? 365;
  const within = Math.min(enough, longest);
  const inTime = days.filter((wait) => wait <= within).length / days.length;
  const told = `Of ${formatCount(days.length)} ${returns} half come within ${formatCount(Math.round(at(0.5)))} days and ${formatPercent(inTime)} within ${within}`;
  return { within, reason: enough <= longest ? `${told}, so that is how far is looked ahead.` : `${told}; longer would be better, but the data spans only ${formatCount(Math.floor(span))} days.` };
}

/** Columns that hold an answer, the likeliest to be wanted first; a treatment or a cluster is none. */
function labels(sources: readonly Source[]): { readonly attribute: SourceAttribute; readonly source: Source }[] {
  const rank = ({ column }: SourceAttribute) => (/churn|attrit|exit/i.test(column) ? 0 : /respon|convert|conversion|subscri/i.test(column) ? 1 : /treat|cluster|segment/i.test(column) ? 9 : 2);
  return sources
    .filter(({ has }) => has.includes('entity'))
    .flatMap((source) => source.attributes.filter(({ label }) => label).map((attribute) => ({ attribute, source })))
    .filter(({ attribute }) => rank(attribute) < 9)
    .sort((a, b) => rank(a.attribute) - rank(b.attribute));
}

/** More different answers than this are no classes. */
export const mostClasses = 20;

/** The attribute that a target names, and its source. @throws `predict/unknown-column`, `predict/bad-target` where it says nothing */
export function labelOf({ label }: LabelTarget, sources: readonly Source[]): { readonly attribute: SourceAttribute; readonly source: Source } {
  const all = sources.filter(({ has }) => has.includes('entity')).flatMap((source) => source.attributes.map((attribute) => ({ attribute, source })));
  const found = all.find(({ attribute }) => attribute.column === label) ?? all.find(({ attribute }) => attribute.column.toLowerCase() === label.toLowerCase());
  if (found) return found;
  const unused = sources.flatMap(({ columns }) => columns).find(({ name }) => name.toLowerCase() === label.toLowerCase());
  if (unused?.role === 'label' && unused.distinct > mostClasses) throw new ShoalError('predict/bad-target', { given: label, problem: `it has ${formatCount(unused.distinct)} different values; at most ${mostClasses} can be told apart. Give a column of fewer: one that says yes or no, for example.` });
  if (unused) throw new ShoalError('predict/bad-target', { given: label, problem: `${unused.reason}. Choose a column that says something else of some rows than of others.` });
  const columns = all.map(({ attribute }) => attribute.column);
  throw new ShoalError('predict/unknown-column', { column: label, known: columns.slice(0, 30).join(', '), suggestion: closest(label, columns) });
}

/** The rows that a name stands for: 'orders', a source, or a kind of event. @throws `predict/unknown-happening` */
export async function happeningOf(name: string, sources: readonly Source[], engine: Engine): Promise<Happening> {
  const timed = sources.filter(({ has }) => has.includes('entity') && has.includes('at'));
  const plain = (text: string) => cleanText(text.replaceAll(/[_-]+/g, ' '), 40);
  const orders = timed.find(({ kind }) => kind === 'transactions');
  if (/^(orders?|purchases?)$/i.test(name) && orders) return { source: orders, words: { one: 'order', many: 'orders' } };
  const source = timed.find((one) => one.name === name) ?? timed.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (source) return { source, words: { one: `row of ${plain(source.name)}`, many: `rows of ${plain(source.name)}` } };
  const d = dialectOf(engine.dialect);
  const kinds: { source: Source; event: string }[] = [];
  for (const one of timed.filter(({ has }) => has.includes('event'))) {
    const rows = await engine.rows(`SELECT ${d.varchar(d.quote('event'))} AS v, count(*) AS n FROM ${d.quote(one.table)} WHERE ${d.quote('event')} IS NOT NULL GROUP BY 1 ORDER BY n DESC, v LIMIT 200`, 'happenings');
    kinds.push(...rows.map(({ v }) => ({ source: one, event: String(v) })));
  }
  const kind = kinds.find(({ event }) => event === name);
  if (kind) return { ...kind, words: { one: `'${plain(name)}'`, many: `'${plain(name)}'` } };
  const known = [...(orders ? ['orders'] : []), ...timed.map((one) => one.name), ...kinds.map(({ event }) => event)];
  throw new ShoalError('predict/unknown-happening', { name, known: known.slice(0, 20).join(', ') || 'nothing with a time', suggestion: closest(name, known) });
}

/** The rows of a happening in (from, to], as an SQL condition. */
export function rowsWithin({ source, event }: Happening, from: number, to: number, d: Dialect): string {
  return [
    `${d.quote('at')} > ${d.timestamp(from)}`, `${d.quote('at')} <= ${d.timestamp(to)}`,
    ...(event === undefined ? [] : [`${d.varchar(d.quote('event'))} = ${d.text(event)}`]),
    ...(source.has.includes('returned') ? [`NOT ${d.quote('returned')}`] : []),
  ].join(' AND ');
}

/** A target as a question: "Does this customer order within 90 days?" */
export function question(target: Target, word: string, words?: Happening['words']): string {
  if ('label' in target) return `What is '${target.label}' of this ${word}${target.is === undefined ? '' : `: is it '${target.is}'`}?`;
  const ahead = `within ${formatCount(horizonDays(target))} days`;
  if ('sql' in target) return `What does the query say of this ${word} ${ahead}?`;
  const [one, many] = [words?.one ?? 'event', words?.many ?? 'events'];
  if ('none' in target) return `Does this ${word} stay without ${/^['r]/.test(one) ? `a ${one}` : `an ${one}`} ${ahead}?`;
  if ('any' in target) return `Is there ${/^['r]/.test(one) ? `a ${one}` : `an ${one}`} of this ${word} ${ahead}?`;
  return target.over === undefined ? `How much do the ${many} of this ${word} come to ${ahead}?` : `Do the ${many} of this ${word} come to more than ${formatCount(target.over)} ${ahead}?`;
}

/** A short name of a target that is safe as a column: 'any_orders_90d'. */
export function targetName(target: Target): string {
  const safe = (text: string) => text.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '') || 'x';
  if ('label' in target) return safe(`${target.label}${target.is === undefined ? '' : ` ${target.is}`}`);
  const days = `${horizonDays(target)}d`;
  if ('sql' in target) return `query_${days}`;
  if ('none' in target) return safe(`no ${target.none} ${days}`);
  if ('any' in target) return safe(`${target.any} ${days}`);
  return safe(`amount ${target.amount} ${target.over === undefined ? '' : `over ${target.over}`} ${days}`);
}

/** Two answers, several, or a number: what a target about time ahead asks for. A query's answers decide. */
export const isTimed = (target: Target): target is TimedTarget => !('label' in target);
