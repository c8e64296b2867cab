import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CsvFile, encode, quoted } from './csv-file.js';

describe('CSV files as bytes', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'shoal-csv-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes numbers, money, clocks and text as a person would', () => {
    const path = join(folder, 'a.csv');
    const file = new CsvFile(path, 'a,b,c,d,e,f');
    file.int(-26).comma().padded(42, 7).comma().cents(1299).comma().cents(5).comma().raw(encode('2026-06-30')).clock(80_105).comma().raw(encode(quoted('a "nice", thing'))).end();
    file.int(0).comma().int(1000).comma().padded(4_294_967_295, 10).comma().cents(100_000).comma().comma().end();
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('a,b,c,d,e,f\n-26,0000042,12.99,0.05,2026-06-30 22:15:05,"a ""nice"", thing"\n0,1000,4294967295,1000.00,,\n');
    expect(file.rows).toBe(2);
  });

  it('repeats a row', () => {
    const path = join(folder, 'b.csv');
    const file = new CsvFile(path, 'x');
    const from = file.position;
    file.int(7);
    file.repeat(from);
    file.end();
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('x\n7\n7\n');
    expect(file.rows).toBe(2);
  });

  it('never holds back more than its one buffer', () => {
    const path = join(folder, 'c.csv');
    const file = new CsvFile(path, 'x', 4096, 64);
    for (let i = 0; i < 100_000; i++) {
      file.padded(i, 9).end();
      if (i % 1000 === 999) expect(2 + (i + 1) * 10 - statSync(path).size).toBeLessThanOrEqual(4096);
    }
    file.close();
    expect(statSync(path).size).toBe(1_000_002);
  });

  it('says which file could not be written', () => {
    expect(() => new CsvFile(join(folder, 'missing', 'd.csv'), 'x')).toThrow(/missing.d\.csv' could not be written/);
  });
});
