import { expect, it } from 'vitest';
import { dialectOf } from './dialects/catalog.js';
import { query } from './query.js';

const duckdb = dialectOf('duckdb');

it('named steps become one WITH, in order, quoted', () => {
  const q = query().step('lines', 'SELECT 1 AS x').step('to"tals', 'SELECT sum(x) AS x FROM lines', { inline: true });
  expect(q.select(duckdb, 'SELECT * FROM totals')).toBe(
    'WITH "lines" AS (\n  SELECT 1 AS x\n),\n"to""tals" AS NOT MATERIALIZED (\n  SELECT sum(x) AS x FROM lines\n)\nSELECT * FROM totals',
  );
});

it('is immutable, and a query without steps is its final SELECT', () => {
  const empty = query();
  empty.step('a', 'SELECT 1');
  expect(empty.select(duckdb, 'SELECT 2')).toBe('SELECT 2');
});

it('two steps of one name are a bug', () => {
  expect(() => query().step('a', 'SELECT 1').step('a', 'SELECT 2')).toThrow(/bug/);
});

it('an unknown dialect is said to be unsupported', () => {
  expect(() => dialectOf('oracle')).toThrow(/oracle dialect has no/);
});

it('a line break inside a text, a name or after a comment stays as it is', () => {
  const q = query().step('odd', `-- it's fine\nSELECT 'a\nb''\n', "c\nd" -- 'x\nFROM t`);
  expect(q.select(duckdb, 'SELECT 1')).toBe(`WITH "odd" AS (\n  -- it's fine\n  SELECT 'a\nb''\n', "c\nd" -- 'x\n  FROM t\n)\nSELECT 1`);
});
