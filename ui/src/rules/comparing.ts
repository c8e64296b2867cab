import type { ConditionOf, RowTest } from '../../../src/domain/rule.js';
import { rounded } from './choices.js';
import type { ColumnWords, FeatureWords } from './speech.js';

export type Op = RowTest['op'];
export type FeatureCondition = ConditionOf<'feature'>;

/** How comparisons are called, in the order in which they are offered. */
export const NUMBER_OPS = { '>=': 'at least', '<=': 'at most', '>': 'more than', '<': 'less than', between: 'between', '=': 'exactly', '!=': 'anything but', known: 'known', missing: 'not known' } as const;
const TEXT_OPS = { '=': 'is', '!=': 'is not', in: 'is one of', 'not in': 'is none of', contains: 'contains', 'not contains': 'does not contain', known: 'is known', missing: 'is not known' } as const;
const TIME_OPS = { '>=': 'on or after', '<': 'before', between: 'between', known: 'is known', missing: 'is not known' } as const;
const COUNT_OPS = { '>=': 'at least', '<=': 'at most', '>': 'more than', '<': 'fewer than', '=': 'exactly', '!=': 'anything but' } as const;
const FLAG_OPS = { yes: 'yes', no: 'no', known: 'known', missing: 'not known' } as const;

export type Words = Readonly<Record<string, string>>;
export const countOps: Words = COUNT_OPS;
export const flagOps: Words = FLAG_OPS;

/** Comparisons that make sense for a column, with what is already said kept sayable. */
export function opsOf(type: ColumnWords['type'], now: Op): Words {
  const words: Words = type === 'text' ? TEXT_OPS : type === 'time' ? TIME_OPS : type === 'flag' ? FLAG_OPS : NUMBER_OPS;
  return type === 'flag' || now in words ? words : { ...words, [now]: ({ ...TEXT_OPS, ...NUMBER_OPS } as Words)[now] ?? now };
}

/** The same question about the column with another comparison, its value kept where it still fits. */
export function withOp(test: RowTest, op: Op, column: ColumnWords): RowTest {
  const name = test.column;
  const value = 'value' in test ? test.value : 'values' in test ? test.values[0] : 'from' in test ? test.from : undefined;
  if (op === 'known' || op === 'missing') return { column: name, op };
  if (op === 'between') {
    const from = fit(value, column) as number | string;
    const to = 'to' in test ? test.to : from;
    return { column: name, op, from, to };
  }
  if (op === 'in' || op === 'not in') {
    const first = fit(value, column);
    return { column: name, op, values: 'values' in test ? test.values : [typeof first === 'boolean' ? String(first) : first] };
  }
  if (op === 'contains' || op === 'not contains') return { column: name, op, value: String(fit(value, column) || '?') };
  return { column: name, op, value: fit(value, column) };
}

const today = (): string => new Date().toISOString().slice(0, 10);

function fit(value: unknown, { type, values }: ColumnWords): number | string | boolean {
  if (type === 'number') return typeof value === 'number' ? value : 0;
  if (type === 'flag') return typeof value === 'boolean' ? value : true;
  if (type === 'time') return typeof value === 'string' && /^\d{4}-/.test(value) ? value : today();
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : (values?.[0] ?? '');
}

/** The same feature with another comparison. */
export function featureWithOp(now: FeatureCondition, op: FeatureCondition['op'], feature?: FeatureWords): FeatureCondition {
  const base = { kind: 'feature', feature: now.feature } as const;
  if (op === 'known' || op === 'missing') return { ...base, op };
  const value = 'value' in now && typeof now.value === 'number' ? now.value : 'from' in now ? now.from : rounded(feature?.median ?? 0);
  if (op !== 'between') return { ...base, op, value };
  const high = rounded(feature?.high ?? value);
  return { ...base, op, from: value, to: 'to' in now ? now.to : Math.max(value, high) };
}

/** Which answer of a flag a comparison asks for. */
export const flagAnswer = (op: Op, value: unknown): string => (op === 'known' || op === 'missing' ? op : (op === '!=') === (value === true || value === 'true' || value === 1) ? 'no' : 'yes');

/** A value of a share is typed as per cent. */
export const scaleOf = (kind: string | undefined): number => (kind === 'share' ? 100 : 1);
