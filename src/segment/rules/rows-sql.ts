import type { RowsOf } from '../../domain/rule.js';
import type { Scope } from './condition.js';
import { compileTest } from './row-test.js';
import { boundsSql, type Bounds } from './spans.js';
import { columnNamed, sourceNamed } from './vocabulary.js';

/** What stands after FROM to give the rows that pass, within the bounds: a table and its WHERE. */
export function rowsSql(rows: RowsOf, bounds: Bounds, scope: Scope): string {
  const tests = rowTests(rows, scope);
  const source = sourceNamed(scope.vocabulary, rows.source);
  const conditions = [...tests, ...(source.timed ? [boundsSql(scope.dialect, bounds, '"at"')] : [])];
  return `${scope.relations.sources[rows.source]}${conditions.length ? `\nWHERE ${conditions.join(' AND ')}` : ''}`;
}

/** Every test of the rows as SQL; `of` before the columns where several tables stand side by side. */
export function rowTests({ source: name, where }: RowsOf, { dialect: d, vocabulary }: Scope, of = ''): string[] {
  const source = sourceNamed(vocabulary, name);
  return (where ?? []).map((test) => {
    const column = columnNamed(source, test.column);
    return compileTest(test, column).sql(d, `${of}${d.quote(column.name)}`);
  });
}
