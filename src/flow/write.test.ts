import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../engine/catalog.js';
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
