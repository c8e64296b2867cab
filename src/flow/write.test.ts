import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import { replay } from './replay.js';
import { runOf, testFolder } from './view/run.test.fixture.js';

const { path, remove } = testFolder();
afterAll(remove);

const formula = '=HYPERLINK("http://evil.example";"x")';
/** Ids by row; a few rows cannot be used, and say what they hold. */
function orders(id: (customer: number) => string): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = Array.from({ length: 900 }, (_, i) => `${quoted(id(i % 90))},2025-0${1 + (i % 9)}-${10 + (i % 17)},${5 + ((i * 7) % 40) * (i % 3 ? 1 : 9)}`);
  return `customer_id,order_date,amount\n${[...rows, `${quoted(formula)},never,1`, `${quoted(formula)},2025-01-01,2`].join('\n')}\n`;
}

describe('the CSV of a run', () => {
  beforeAll(async () => {
    writeFileSync(path('=orders.csv'), orders((n) => (n === 7 ? '-7' : n === 8 ? '@SUM(A1;9)' : `C${n}`)));
    await runOf(path('run'), [path('=orders.csv')], { k: 3 }, false);
  }, 60_000);

  it.each(['membership.csv', 'rejected.csv'])('%s has no cell that a spreadsheet takes for a formula, wherever it parts cells', (file) => {
    const text = readFileSync(path(`run/${file}`), 'utf8');
    expect(text).toContain(`"'=`);
    // Numbers stand bare; what is text is in quotes, so nothing begins a cell but its first letter.
    for (const line of text.trim().split('\n').slice(1)) {
      for (const [cell] of line.matchAll(/"(?:[^"]|"")*"|[^,]+/g)) expect(cell).toMatch(/^(-?\d+(\.\d+)?|"-?\d+"|"(?![=+\-@]).*")$/);
    }
  });

  it('keeps the ids themselves in Parquet', async () => {
    const engine = await openEngine();
    try {
      const rows = await engine.rows(`SELECT DISTINCT entity FROM read_parquet('${path('run/membership.parquet')}') WHERE entity NOT LIKE 'C%' ORDER BY 1`);
      expect(rows.map(({ entity }) => entity)).toEqual(['-7', formula, '@SUM(A1;9)'].sort());
    } finally {
      await engine.close();
    }
  });
});

it('ids that are numbers stay numbers, and quotes are only where they are needed', async () => {
  writeFileSync(path('orders.csv'), orders((n) => String(1000 + n)).split('\n').slice(0, -3).join('\n'));
  await runOf(path('numbers'), [path('orders.csv')], { k: 3 }, false);
  expect(readFileSync(path('numbers/membership.csv'), 'utf8')).toMatch(/^1000,\d,[^"]/m);
  expect(existsSync(path('numbers/assign.sql'))).toBe(true);
}, 60_000);

describe('a table so large that it is not copied', () => {
  it('is kept for a workspace by entity and time, and can be replayed', async () => {
    const day = (i: number) => 10 + (i % 15);
    const file = path('large.csv');
    writeFileSync(file, `customer_id,date,amount\n${Array.from({ length: 1_000_100 }, (_, i) => `c${i % 1000},2024-01-${day(i)},${i % 7}.5`).join('\n')}\n`);
    await runOf(path('large'), [file], { k: 2 });
    const engine = await openEngine();
    try {
      const [kept] = await engine.rows(`SELECT count(*) AS n, count(DISTINCT "row") AS entities, bool_and(ordered) AS ordered
        FROM (SELECT "row", ("row", "at") >= lag(("row", "at"), 1, ("row", "at")) OVER (ORDER BY file_row_number) AS ordered FROM read_parquet('${path('large/source-1.parquet')}', file_row_number = true))`);
      expect(kept).toEqual({ n: 1_000_100, entities: 1000, ordered: true });
    } finally {
      await engine.close();
    }
    for await (const { rows, of, messages } of replay([file], {}, createContext())) {
      expect({ rows, of, first: messages[0] }).toMatchObject({ rows: 500, of: 1_000_100, first: { userId: 'c0', properties: { amount: 0.5 } } });
      break;
    }
  });
});
