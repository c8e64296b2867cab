import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RowTest } from '../../domain/rule.js';
import { openEngine } from '../../engine/catalog.js';
import { dialectOf } from '../../engine/dialects/catalog.js';
import type { Engine } from '../../engine/engine.js';
import { compileTest, fold } from './row-test.js';
import { texts } from './shop.test.fixture.js';

const d = dialectOf('duckdb');
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
});
afterAll(() => engine.close());

const column = { name: 'c', title: 'C', type: 'text' } as const;
const parts = [...texts, 'UG', 'ug', 'üG', 'İ', 'i', 'σ', 'ς', 'L', "'", '"', '\n'].filter((text) => text.length > 0);

describe('a question about a text', () => {
  it('is answered alike by the engine and in memory, for every op and every pair of awkward texts', async () => {
    for (const op of ['=', '!=', 'contains', 'not contains'] as const) {
      for (const value of parts) {
        const { sql, text } = compileTest({ op, value } as RowTest, column);
        const rows = `(VALUES ${texts.map((each) => `(${d.text(each)})`).join(', ')}, (NULL)) AS t(c)`;
        const { columns: [found] } = await engine.columns(`SELECT CAST(coalesce(${sql(d, 'c')}, FALSE) AS DOUBLE) FROM ${rows}`);
        expect([op, value, ...found.values]).toEqual([op, value, ...texts.map((each) => +text(each)), 0]);
      }
    }
  });

  it("overlooks case with 'contains', and only there", () => {
    const holds = (test: object, value: string) => compileTest(test as RowTest, column).text(value);
    expect(holds({ op: 'contains', value: 'MÜ' }, 'a müg')).toBe(true);
    expect(holds({ op: 'not contains', value: 'MÜ' }, 'a müg')).toBe(false);
    expect(holds({ op: '=', value: 'Mug' }, 'mug')).toBe(false);
    expect(holds({ op: 'in', values: ['Mug'] }, 'mug')).toBe(false);
  });

  it('folds every letter as the engine does, but for a few that Unicode took in lately', async () => {
    const { columns } = await engine.columns('SELECT i, lower(chr(CAST(i AS INTEGER))) FROM range(1, 1114112) t(i) WHERE i NOT BETWEEN 55296 AND 57343 AND i <> 65279');
    const other = [...columns[0].values as Float64Array].filter((code, i) => fold(String.fromCodePoint(code)) !== columns[1].values[i]);
    expect(other.length).toBeLessThan(80);
    expect(other.filter((code) => code < 0x1c80)).toEqual([]);
  });
});
