import { Dialect } from '../dialect.js';

export class DuckdbDialect extends Dialect {
  override readonly name = 'duckdb';
  override readonly inline = 'NOT MATERIALIZED ';

  override literal(value: number): string {
    return Number.isFinite(value) ? this.number(value) : super.literal(value);
  }

  override double(x: string): string {
    return `CAST(${x} AS DOUBLE)`;
  }

  override decimal(x: string): string {
    return `TRY_CAST(${x} AS DECIMAL(38, 10))`;
  }

  override epochMs(at: string): string {
    return `epoch_ms(${at})`;
  }

  override fromMs(ms: string): string {
    return `make_timestamp((${ms}) * 1000)`;
  }

  override quotient(a: string, b: string): string {
    return `(${a}) // (${b})`;
  }

  override length(x: string): string {
    return `length(${x})`;
  }

  override bitSet(index: string, where: string): string {
    return `bit_or(CASE WHEN ${where} THEN CAST(1 AS HUGEINT) << CAST(${index} AS INTEGER) END)`;
  }

  override longestRun(set: string): string {
    return `coalesce(list_max(list_transform(string_split(bin(${set}), '0'), lambda x: length(x))), 0)`;
  }
}
