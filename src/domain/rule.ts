import { z } from 'zod';
import { closest } from '../util/closest.js';
import { instantOf } from './instant.js';

/** What a rule may be at most: refused beyond it, before anything is evaluated. `points`: of everything drawn together. */
export const ruleLimits = { depth: 8, conditions: 100, text: 200, values: 200, where: 10, points: 2000 } as const;

// NUL cannot be stored as text by any engine, and half a surrogate pair is no text at all: neither could ever match.
const whole = (text: string) => !/[\0\p{Cs}]/u.test(text);
const text = z.string().max(ruleLimits.text, `is longer than ${ruleLimits.text} characters`).refine(whole, 'holds a character that is no text');
const name = text.min(1, 'is empty');
const number = z.number('must be a number');
const scalar = z.union([number, z.boolean(), text], 'must be a number, yes or no (true or false), or text');
const comparison = z.enum(['=', '!=', '<', '<=', '>', '>=']);
/** ISO 8601, in UTC where no zone is written: '2024-03-01' or '2024-03-01T18:30:00.000Z'. */
const instant = z.union([z.iso.date(), z.iso.datetime({ local: true })], "must be a date ('2024-03-01') or a date and time ('2024-03-01T18:30:00Z')");
const unit = z.enum(['minutes', 'hours', 'days']);
const length = z.number('must be a number').int('must be a whole number').min(1, 'must be at least 1').max(1_000_000, 'must be at most 1,000,000');

interface Bounds { from: number | string; to: number | string }
const ordered = ({ from, to }: Bounds) =>
  typeof from === 'string' ? typeof to !== 'string' || instantOf(from) <= instantOf(to) : typeof to === 'string' || from <= to;
const upsideDown = { message: 'must not be below from', path: ['to'] };

/** A column of a row, and what must hold of its value. A missing value fulfils 'missing' and nothing else. */
const columnTests = <S extends z.ZodRawShape>(subject: S) => [
  z.strictObject({ ...subject, op: comparison, value: scalar }),
  z.strictObject({ ...subject, op: z.literal('between'), from: z.union([number, instant]), to: z.union([number, instant]) }).refine((given) => ordered(given as unknown as Bounds), upsideDown),
  z.strictObject({ ...subject, op: z.enum(['in', 'not in']), values: z.array(z.union([number, text], 'must be numbers or texts')).min(1, 'is empty').max(ruleLimits.values, `holds more than ${ruleLimits.values} values`) }),
  z.strictObject({ ...subject, op: z.enum(['contains', 'not contains']), value: text.min(1, 'is empty') }),
  z.strictObject({ ...subject, op: z.enum(['missing', 'known']) }),
] as const;

/** One question about a row of a source. 'between' takes both ends in; 'contains' overlooks upper and lower case, '=' and 'in' do not. */
export const rowTest = z.discriminatedUnion('op', columnTests({ column: name }));
export type RowTest = z.infer<typeof rowTest>;

/**
 * `last`: (asOf − length, asOf], exact to the millisecond. `from`, `to`: [from, to). Rows later than asOf never count.
 * `session`: the run of somebody's rows of that source (whatever else is asked of them), each less than the length after the one before, that ends with their newest; over,
 * and so empty, from that length after the newest.
 */
export const timeWindow = z.union([
  z.strictObject({ last: length, unit }),
  z.strictObject({ session: length, unit }),
  z.strictObject({ from: instant.optional(), to: instant.optional() })
    .refine(({ from, to }) => from !== undefined || to !== undefined, "must be { last, unit } or { session, unit } ('minutes', 'hours' or 'days') or { from, to }")
    .refine(({ from, to }) => from === undefined || to === undefined || instantOf(from) < instantOf(to), { message: 'must be later than from', path: ['to'] }),
], "must be { last, unit } or { session, unit } ('minutes', 'hours' or 'days') or { from, to }");
export type TimeWindow = z.infer<typeof timeWindow>;

const rows = { source: name, where: z.array(rowTest).max(ruleLimits.where, `holds more than ${ruleLimits.where} tests`).optional() };

/** Rows of a source that pass every test of `where`. */
export const rowsOf = z.strictObject(rows);
export type RowsOf = z.infer<typeof rowsOf>;

/** A feature of the run, by name; flags compare with true and false. */
export const featureCondition = z.discriminatedUnion('op', [
  z.strictObject({ kind: z.literal('feature'), feature: name, op: comparison, value: z.union([number, z.boolean()], 'must be a number, or yes or no (true or false)') }),
  z.strictObject({ kind: z.literal('feature'), feature: name, op: z.literal('between'), from: number, to: number }).refine(ordered, upsideDown),
  z.strictObject({ kind: z.literal('feature'), feature: name, op: z.enum(['missing', 'known']) }),
]);

/** In a found segment, by its lasting id; `strength`: at least so firmly (0–1). */
export const segmentCondition = z.strictObject({
  kind: z.literal('segment'), segment: name, strength: number.min(0, 'must be between 0 and 1').max(1, 'must be between 0 and 1').optional(),
});

/**
 * How many rows of a source (or `distinct` values of a column in them, or the `sum` of a column) in a window, compared.
 * Nobody without such rows is unknown: their count and sum are 0, so "not performed" is `= 0`.
 */
export const performedCondition = z.strictObject({
  kind: z.literal('performed'), ...rows, distinct: name.optional(), sum: name.optional(), op: comparison, value: number, window: timeWindow.optional(),
}).refine((given) => given.distinct === undefined || given.sum === undefined, { message: "cannot stand beside 'distinct': ask for one of them", path: ['sum'] })
  .refine((given) => given.sum !== undefined || (Number.isInteger(given.value) && given.value >= 0), { message: 'counts whole times from 0', path: ['value'] });

/**
 * A row of `first`, and a row of `then` after it, within (0, length]; with `followed` false, a row of `first` and none of `then` within the length,
 * once that length is over. `per`: both rows hold the same value in this column (the same cart, the same product). `window` is about `first`.
 */
export const sequenceCondition = z.strictObject({
  kind: z.literal('sequence'), first: rowsOf, then: rowsOf, followed: z.boolean('must be true or false'),
  within: z.strictObject({ length, unit }), per: name.optional(), window: timeWindow.optional(),
});

const elapsed = { ...rows, op: z.enum(['<', '<=', '>', '>=']), value: number.min(0, 'must not be negative'), unit };

/** Time from the first such row to asOf, compared. Who has no such row is in neither with '<' nor with '>='. */
export const firstCondition = z.strictObject({ kind: z.literal('first'), ...elapsed });

/** Time from the last such row to asOf, compared. Who has no such row is in neither with '<' nor with '>='. */
export const lastCondition = z.strictObject({ kind: z.literal('last'), ...elapsed });

/** A column of the entity's own row in a source of entities. */
export const attributeCondition = z.discriminatedUnion('op', columnTests({ kind: z.literal('attribute'), source: name, column: name }));

/** Inside a polygon (even–odd) on the map of one run: a plane of another run has other coordinates. */
export const drawnCondition = z.strictObject({
  kind: z.literal('drawn'), run: name,
  points: z.array(z.tuple([number, number])).min(3, 'needs at least 3 points').max(ruleLimits.points, `has more than ${ruleLimits.points} points`),
});

/** The form of every kind of condition. */
export const conditionSchemas = {
  feature: featureCondition, segment: segmentCondition, performed: performedCondition, sequence: sequenceCondition,
  first: firstCondition, last: lastCondition, attribute: attributeCondition, drawn: drawnCondition,
} as const;
export const conditionKinds = Object.keys(conditionSchemas) as readonly ConditionKind[];

const { feature, segment, performed, sequence, first, last, attribute, drawn } = conditionSchemas;
export const condition = z.discriminatedUnion('kind', [feature, segment, performed, sequence, first, last, attribute, drawn]);

/** One question about an entity. */
export type Condition = z.infer<typeof condition>;
export type ConditionKind = Condition['kind'];
export type ConditionOf<K extends ConditionKind> = Extract<Condition, { kind: K }>;

/** Who is meant: conditions joined by and (`all`, everyone where empty), or (`any`) and not. Pure data, the same for a batch and live. */
export type Rule = { readonly all: readonly Rule[] } | { readonly any: readonly Rule[] } | { readonly not: Rule } | Condition;

const node: z.ZodType<Rule> = z.lazy(() => z.union([
  z.strictObject({ all: z.array(node) }), z.strictObject({ any: z.array(node).min(1) }), z.strictObject({ not: node }), condition,
]));

/** A rule as JSON: closed (unknown keys are errors), limited in size, every problem named at its place in plain words. */
export const rule: z.ZodType<Rule> = z.preprocess((given, context) => {
  for (const { path, message } of problemsOf(given)) context.issues.push({ code: 'custom', message, path: [...path], input: given });
  return given;
}, node);

/** The run on whose map a rule draws, the first where it draws on several; undefined where it draws on none. */
export function runDrawnOn(given: Rule): string | undefined {
  if ('kind' in given) return given.kind === 'drawn' ? given.run : undefined;
  const parts = 'not' in given ? [given.not] : 'all' in given ? given.all : given.any;
  for (const part of parts) {
    const run = runDrawnOn(part);
    if (run !== undefined) return run;
  }
  return undefined;
}

interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** All that is wrong with a would-be rule. Walks without recursion: what a stranger nests has no end. */
function problemsOf(given: unknown): Problem[] {
  const problems: Problem[] = [];
  const open: { value: unknown; path: readonly (string | number)[]; depth: number }[] = [{ value: given, path: [], depth: 1 }];
  let conditions = 0, points = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path, depth } = next;
    const say = (message: string, at: readonly (string | number)[] = []) => problems.push({ path: [...path, ...at], message });
    if (depth > ruleLimits.depth) {
      say(`is nested deeper than ${ruleLimits.depth} levels`);
      break;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      say("must be a condition ({ kind: … }) or a group ({ all: […] }, { any: […] } or { not: … })");
      continue;
    }
    const keys = Object.keys(value);
    const group = keys.find((key) => ['all', 'any', 'not'].includes(key));
    if (group && keys.length > 1) {
      say(`has '${keys.find((key) => key !== group)}' beside '${group}': a group has nothing else`);
    } else if (group === 'not') {
      open.push({ value: (value as { not: unknown }).not, path: [...path, 'not'], depth: depth + 1 });
    } else if (group) {
      const items: unknown = (value as Record<string, unknown>)[group];
      if (!Array.isArray(items)) say('must be a list of rules', [group]);
      else if (group === 'any' && items.length === 0) say('is empty: nobody could fulfil it', [group]);
      else if (items.length > ruleLimits.conditions) say(`holds more than ${ruleLimits.conditions} rules`, [group]);
      else for (let i = items.length - 1; i >= 0; i--) open.push({ value: items[i], path: [...path, group, i], depth: depth + 1 });
    } else if (++conditions > ruleLimits.conditions) {
      say(`has more than ${ruleLimits.conditions} conditions`);
      break;
    } else {
      const { kind, points: drawn } = value as { kind?: unknown; points?: unknown };
      if (Array.isArray(drawn) && (points += drawn.length) > ruleLimits.points && drawn.length <= ruleLimits.points) say(`draws more than ${ruleLimits.points} points in all`, ['points']);
      if (isKind(kind)) for (const issue of conditionSchemas[kind].safeParse(value).error?.issues ?? []) say(sentence(issue, kind, value), issue.path as (string | number)[]);
      else say(typeof kind === 'string' ? `'${kind.slice(0, 50)}' is no kind of condition${suggestion(kind, conditionKinds)}` : `must be one of ${conditionKinds.join(', ')}`, ['kind']);
    }
    if (problems.length >= 20) break;
  }
  return problems;
}

const isKind = (kind: unknown): kind is ConditionKind => typeof kind === 'string' && Object.hasOwn(conditionSchemas, kind);

function sentence(issue: z.core.$ZodIssue, kind: ConditionKind, given: object): string {
  if (at(given, issue.path) === undefined) return 'is missing';
  if (issue.code === 'unrecognized_keys') return `has no '${issue.keys[0].slice(0, 50)}'${suggestion(issue.keys[0], keysOf(kind))}`;
  if (issue.code === 'invalid_union' && 'discriminator' in issue) return `must be one of ${operators.join(' ')}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  return issue.message;
}

const at = (given: unknown, path: readonly PropertyKey[]): unknown => path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], given);

const operators = [...comparison.options, 'between', 'in', 'not in', 'contains', 'not contains', 'missing', 'known'];
const suggestion = (word: string, known: readonly string[]) => {
  const near = closest(word.slice(0, 50), known);
  return near ? `. Did you mean '${near}'?` : '';
};

function keysOf(kind: ConditionKind): string[] {
  const schema = conditionSchemas[kind];
  return 'shape' in schema ? Object.keys(schema.shape) : [...new Set(schema.options.flatMap((option) => Object.keys(option.shape)))];
}
