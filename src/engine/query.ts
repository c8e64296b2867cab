import { assert } from '../errors.js';
import type { Dialect } from './dialect.js';

export interface Step {
  readonly name: string;
  readonly sql: string;
  /** A plain selection that each reader should run over the table again rather than have it stored once. */
  readonly inline?: boolean;
}

/** Named steps that become one `WITH`. Immutable: `step` gives a new query. */
export interface Query {
  readonly steps: readonly Step[];
  /** Adds a step; a later step may read it by `dialect.quote(name)`. Throws (a bug) when the name is taken. */
  step(name: string, sql: string, options?: { inline?: boolean }): Query;
  /** The whole statement: every step, then `final`. */
  select(dialect: Dialect, final: string): string;
}

/** An empty query: `query().step('orders', 'SELECT …').select(dialect, 'SELECT * FROM "orders"')`. */
export function query(steps: readonly Step[] = []): Query {
  return {
    steps,
    step(name, sql, options) {
      assert(!steps.some((s) => s.name === name), `two steps are named '${name}'`);
      return query([...steps, { name, sql, ...options }]);
    },
    select(dialect, final) {
      if (!steps.length) return final;
      const parts = steps.map((s) => `${dialect.quote(s.name)} AS ${s.inline ? dialect.inline : ''}(\n${indent(s.sql)}\n)`);
      return `WITH ${parts.join(',\n')}\n${final}`;
    },
  };
}

/** Two spaces before each line, but not inside a literal, a quoted name or a comment: a line break in a text is part of the text. */
const indent = (sql: string) => `  ${sql.replaceAll(/--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|\n/g, (token) => (token === '\n' ? '\n  ' : token))}`;
