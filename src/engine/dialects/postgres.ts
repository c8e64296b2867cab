import { Dialect } from '../dialect.js';

/** PostgreSQL 14 or newer. */
export class PostgresDialect extends Dialect {
  override readonly name = 'postgres';
  override readonly inline = 'NOT MATERIALIZED ';
  override readonly once = ' OFFSET 0';

  override only(aggregate: 'sum' | 'count' | 'min' | 'max', x: string, where?: string): string {
    return where ? `${aggregate}(${x}) FILTER (WHERE ${where})` : `${aggregate}(${x})`;
  }

  override ln(x: string): string {
    return `ln(${this.double(x)})`;
  }
}
