/**
 * Leaf syntax of an SQL engine: how a literal, a cast or a function is written, never a whole query.
 * The defaults are standard SQL; an engine overrides only what differs.
 */
export class Dialect {
  readonly name: string = 'ansi';

  /** Between AS and the parenthesis of a step that should not be stored ('NOT MATERIALIZED '), where the engine stores steps at all. */
  readonly inline: string = '';

  /** At the end of a step whose expressions must not be copied to wherever its columns are used (' OFFSET 0'), where the engine would. */
  readonly once: string = '';

  /** A table, step or column name. */
  quote(id: string): string {
    return `"${id.replaceAll('"', '""')}"`;
  }

  text(value: string): string {
    return `'${value.replaceAll("'", "''")}'`;
  }

  /** A double, always with an exponent: `0.1` would be read as an exact decimal by several engines. */
  number(value: number): string {
    return value.toExponential();
  }

  /** The same as an expression that is a double wherever it stands, infinities too. */
  literal(value: number): string {
    return this.double(Number.isFinite(value) ? this.number(value) : `'${value}'`);
  }

  /** Wall-clock instant from milliseconds since the epoch, exact to the millisecond. */
  timestamp(ms: number): string {
    return `TIMESTAMP '${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'`;
  }

  double(x: string): string {
    return `CAST(${x} AS DOUBLE PRECISION)`;
  }

  bigint(x: string): string {
    return `CAST(${x} AS BIGINT)`;
  }

  varchar(x: string): string {
    return `CAST(${x} AS VARCHAR)`;
  }

  /** Exact decimal with ten digits after the point; NULL when the value does not fit. */
  decimal(x: string): string {
    return `CAST(${x} AS DECIMAL(38, 10))`;
  }

  /** a / b in doubles; NULL where b is 0. */
  ratio(a: string, b: string): string {
    return `${this.double(a)} / NULLIF(${this.double(b)}, 0)`;
  }

  /** `aggregate(x)` over the rows where `where` holds (all rows without it). */
  only(aggregate: 'sum' | 'count' | 'min' | 'max', x: string, where?: string): string {
    if (!where) return `${aggregate}(${x})`;
    return `${aggregate}(CASE WHEN ${where} THEN ${x === '*' ? '1' : x} END)`;
  }

  /** Nearest integer, halves away from zero. */
  round(x: string): string {
    return `round(${x})`;
  }

  ln(x: string): string {
    return `ln(${x})`;
  }

  /** Milliseconds since the epoch as BIGINT, rounded down. */
  epochMs(at: string): string {
    return this.bigint(`floor(EXTRACT(EPOCH FROM ${at}) * 1000)`);
  }

  /** The instant of milliseconds since the epoch. */
  fromMs(ms: string): string {
    return `(TIMESTAMP '1970-01-01 00:00:00' + (${ms}) * INTERVAL '1' SECOND / 1000)`;
  }

  hour(at: string): string {
    return `EXTRACT(HOUR FROM ${at})`;
  }

  /** 1 (Monday) … 7 (Sunday). */
  weekday(at: string): string {
    return `EXTRACT(ISODOW FROM ${at})`;
  }

  quarter(at: string): string {
    return `EXTRACT(QUARTER FROM ${at})`;
  }

  /** Calendar months since year 0: year × 12 + month − 1. */
  monthIndex(at: string): string {
    return `(EXTRACT(YEAR FROM ${at}) * 12 + EXTRACT(MONTH FROM ${at}) - 1)`;
  }

  /** Integer division, rounded down, of non-negative integers. */
  quotient(a: string, b: string): string {
    return `floor(${a} / ${b})`;
  }

  length(x: string): string {
    return `char_length(${x})`;
  }

  /** Aggregate: a set of small integers (0 … 125) as one value, where `where` holds. */
  bitSet(index: string, where: string): string {
    return `bit_or(CASE WHEN ${where} THEN set_bit(CAST(0 AS BIT(126)), ${index}, 1) END)`;
  }

  /** How many integers a bit set holds. */
  bitCount(set: string): string {
    return `bit_count(${set})`;
  }

  /** Length of the longest run of consecutive integers in a bit set; 0 for NULL. */
  longestRun(set: string): string {
    return `(SELECT coalesce(max(char_length(run)), 0) FROM regexp_split_to_table(CAST(${set} AS VARCHAR), '0+') AS run)`;
  }
}
