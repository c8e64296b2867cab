import type { Source, SourceAttribute } from '../domain/source.js';
import type { Engine } from '../engine/engine.js';

export const DAY = 86_400_000;
/** The first instant of `log`. */
export const START = Date.UTC(2024, 0, 1);

const attribute = (column: string, type: SourceAttribute['type'], more: Partial<SourceAttribute> = {}): SourceAttribute => ({ column, title: column, type, label: false, sensitive: false, ...more });

export const sourceOf = (name: string, kind: Source['kind'], has: Source['has'], attributes: readonly SourceAttribute[] = []): Source => ({
  name, kind, path: name, format: 'csv', columns: attributes.map(({ column }) => ({ name: column, type: 'string', role: 'attribute', reason: '', distinct: 2, missing: 0, examples: [] })), table: name, has, attributes, select: '',
  audit: { rowsIn: 0, rowsKept: 0, rowsRejected: 0, rejected: [], findings: [] },
});

/**
 * Orders of 200 customers over 400 days, and what one may find beside them: `channel` that comes up with a new value ('app') and `promised`, filled in, only in the last 100 days;
 * `outcome`, a label; `shipped`, two days after each order; a table of people without times.
 */
export async function log(engine: Engine, name = 'log'): Promise<Source[]> {
  await engine.run(`CREATE OR REPLACE TABLE ${name} AS
    SELECT 'c' || lpad(CAST(customer AS VARCHAR), 3, '0') AS entity, "at", CAST(1 + hash(customer * 7 + n) % 90 AS DECIMAL(18, 4)) AS amount, FALSE AS returned,
      CASE WHEN "at" > TIMESTAMP '2024-10-27' AND hash(n) % 2 = 0 THEN 'app' WHEN hash(customer + n) % 3 = 0 THEN 'shop' ELSE 'web' END AS channel,
      CASE WHEN "at" > TIMESTAMP '2024-10-27' THEN CAST(hash(customer) % 5 AS DOUBLE) END AS promised,
      hash(customer) % 2 = 0 AS outcome, "at" + INTERVAL 2 DAY AS shipped
    FROM (SELECT customer, n, TIMESTAMP '2024-01-01' + INTERVAL (hash(customer * 1000 + n) % 34560000) SECOND AS "at"
      FROM range(200) c(customer), range(12) o(n) WHERE n < 2 + hash(customer) % 11) t
    ORDER BY "at", entity`);
  await engine.run(`CREATE OR REPLACE TABLE ${name}_people AS SELECT entity, CAST(hash(entity) % 70 AS DOUBLE) AS lifetime_orders, min("at") - INTERVAL 5 DAY AS signup_date, max("at") AS last_seen FROM ${name} GROUP BY entity ORDER BY entity`);
  return [
    sourceOf(name, 'transactions', ['entity', 'at', 'amount', 'returned'], [
      attribute('channel', 'category', { values: [{ value: 'web', rows: 900 }, { value: 'shop', rows: 500 }, { value: 'app', rows: 200 }] }), attribute('promised', 'number'),
      attribute('outcome', 'flag', { label: true, values: [{ value: 'true', rows: 2 }, { value: 'false', rows: 1 }] }), attribute('shipped', 'time'),
    ]),
    sourceOf(`${name}_people`, 'entities', ['entity'], [attribute('lifetime_orders', 'number'), attribute('signup_date', 'time'), attribute('last_seen', 'time')]),
  ];
}
