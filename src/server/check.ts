import type { z } from 'zod';
import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';

/** One part of a request, its schema and what was sent. */
export type Part = readonly [name: 'path' | 'query' | 'body', schema: z.ZodType, given: unknown];

/** Checks all parts of a request together, so that every fault is told at once. @throws `server/invalid` */
export function checkParts(parts: readonly Part[]): unknown[] {
  const problems: { at: string; message: string }[] = [];
  const values = parts.map(([name, schema, given]) => {
    const result = schema.safeParse(given, { reportInput: true });
    if (!result.success) problems.push(...result.error.issues.flatMap((issue) => told(name, schema, issue)));
    return result.data;
  });
  if (problems.length) throw new ShoalError('server/invalid', { problems: problems.slice(0, 50) });
  return values;
}

function told(part: string, schema: z.ZodType, issue: z.core.$ZodIssue): { at: string; message: string }[] {
  const at = [part, ...issue.path.slice(0, 20).map((step) => String(step).slice(0, 100))].join('.');
  if (issue.code !== 'unrecognized_keys') return [{ at, message: inWords(issue) }];
  const known = issue.path.length === 0 ? keysOf(schema) : [];
  return issue.keys.slice(0, 10).map((key) => {
    const near = closest(key.slice(0, 100), known);
    return { at: `${at}.${key.slice(0, 100)}`, message: near ? `is not known; did you mean '${near}'?` : `is not known${known.length ? `; there are: ${known.join(', ')}` : ''}` };
  });
}

/** Messages of our own schemas go on after the name of the value ("must be …"); those of the library are put into words. */
function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.input === undefined ? 'is missing' : `must be ${article(issue.expected)}`;
  if (issue.code === 'invalid_value') return `must be ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`;
  if (issue.code === 'too_small' && issue.message.startsWith('Too small')) return `must be ${sized(issue.origin, issue.minimum, 'at least')}`;
  if (issue.code === 'too_big' && issue.message.startsWith('Too big')) return `must be ${sized(issue.origin, issue.maximum, 'at most')}`;
  if (issue.code === 'invalid_format' && issue.message.startsWith('Invalid')) return 'is not written as it must be';
  if (issue.code === 'invalid_union' && issue.message.startsWith('Invalid')) return 'fits none of the forms it may have';
  return issue.message.replace(/^Invalid input: /, '');
}

function sized(origin: string, size: number | bigint, bound: string): string {
  return `${bound} ${size}${origin === 'string' ? ' characters long' : origin === 'array' ? ' items' : ''}`;
}

const article = (type: string) => (type === 'int' ? 'a whole number' : /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

const keysOf = (schema: z.ZodType): string[] => ('shape' in schema ? Object.keys((schema as z.ZodObject).shape) : []);
