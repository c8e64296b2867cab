import { isInstant } from '../../domain/instant.js';
import type { RowsOf } from '../../domain/rule.js';
import type { Test } from './row-test.js';
import type { ColumnWords } from './vocabulary.js';

/** A column that a condition looks at. */
export interface Reading {
  readonly source: string;
  readonly column: string;
  /** What its values must be for the question to make sense; absent where any will do. */
  readonly type?: ColumnWords['type'];
}

/** The columns that the tests of rows look at. */
export const readsOf = ({ source, where = [] }: RowsOf): Reading[] => where.map((test) => ({ source, column: test.column, ...wanted(test) }));

/** The type that a test asks for. Dates are texts too: only where both ends of a range are dates, times must be meant. */
export function wanted(test: Test): { type?: ColumnWords['type'] } {
  const asked = test as { op: string; value?: unknown; values?: readonly unknown[]; from?: unknown };
  const value = asked.from ?? asked.value ?? asked.values?.[0];
  switch (typeof value) {
    case 'number': return { type: 'number' };
    case 'boolean': return { type: 'flag' };
    case 'string': return { type: asked.op === 'between' || (/[<>]/.test(asked.op) && isInstant(value)) ? 'time' : 'text' };
    default: return {};
  }
}
