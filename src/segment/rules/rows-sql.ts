import type { RowsOf, TimeWindow } from '../../domain/rule.js';
import type { Scope } from './condition.js';
import { compileTest } from './row-test.js';
import { relationIn } from './session.js';
import { boundsOf, boundsSql } from './spans.js';
import { columnNamed, sourceNamed } from './vocabulary.js';

/** What stands after FROM to give the rows that pass, within the window: a table and its WHERE. */
export function rowsSql(rows: RowsOf, window: TimeWindow | undefined, scope: Scope): string {
  const tests = rowTests(rows, scope);
  const source = sourceNamed(scope.vocabulary, rows.source);
  const from = relationIn(rows.source, window, scope);
  const conditions = [...tests, ...(source.timed ? [boundsSql(scope.dialect, boundsOf(window, scope.asOf), '"at"')] : [])];
  return `${from}${conditions.length ? `\nWHERE ${conditions.join(' AND ')}` : ''}`;
}

/** Every test of the rows as SQL; `of` before the columns where several tables stand side by side. */
export function rowTests({ source: name, where }: RowsOf, { dialect: d, vocabulary }: Scope, of = ''): string[] {
  const source = sourceNamed(vocabulary, name);
  return (where ?? []).map((test) => {
    const column = columnNamed(source, test.column);
    return compileTest(test, column).sql(d, `${of}${d.quote(column.name)}`);
  });
}
