import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Numbers, openColumns, writeColumnFile, writeColumns } from './column-file.js';

const folder = mkdtempSync(join(tmpdir(), 'columns-'));
afterAll(() => rmSync(folder, { recursive: true }));

function held(columns: readonly (readonly [string, Numbers, boolean?])[]) {
  const parts: Uint8Array[] = [];
  writeColumns((bytes) => parts.push(Uint8Array.from(bytes)), { rows: 3 }, columns);
  return openColumns<{ rows: number }>(Buffer.concat(parts))!;
}

describe('column files', () => {
  it('give back every number to the bit, coded or not, whole, in part and one by one', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, Number.NaN, Infinity, -Infinity, 0.1));
    fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), fc.boolean(), (list, coded) => {
      const values = Float64Array.from(list);
      const file = held([['before', Int8Array.of(1, 2, 3)], ['x', values, coded], ['after', Uint8Array.of(9)]]);
      const rows = Int32Array.from(values, (_, i) => values.length - 1 - i);
      expect([...file.numbers('x')].every((x, i) => Object.is(x, values[i]))).toBe(true);
      expect([...file.gather('x', rows)].every((x, i) => Object.is(x, values[rows[i]]))).toBe(true);
      expect(list.every((x, i) => Object.is(x, file.at('x', i)))).toBe(true);
      const [from, to] = [list.length >> 2, list.length >> 1];
      expect([...file.numbers('x', from, to)].every((x, i) => Object.is(x, values[from + i]))).toBe(true);
      expect(file.numbers('x', from, to).length).toBe(to - from);
      expect([...file.read('before'), ...file.read('after')]).toEqual([1, 2, 3, 9]);
      expect(file.meta).toEqual({ rows: 3 });
    }));
  });

  it('store values that repeat in a byte or two each, and many different ones as they are', () => {
    const path = join(folder, 'sizes');
    const bytesPerRow = (different: number) => {
      const values = Float64Array.from({ length: 200_000 }, (_, i) => (i % different) / 7);
      writeColumnFile(path, {}, [['x', values, true]]);
      const file = openColumns(path)!;
      expect(file.numbers('x').every((x, i) => x === values[i])).toBe(true);
      file.close();
      return (statSync(path).size - 8 * Math.min(different, 65_536)) / 200_000;
    };
    expect(bytesPerRow(256)).toBeCloseTo(1, 2);
    expect(bytesPerRow(257)).toBeCloseTo(2, 2);
    expect(bytesPerRow(65_536)).toBeCloseTo(2, 2);
    expect(bytesPerRow(65_537)).toBeGreaterThan(5);
  });

  it('keep the type of a column that is not float64', () => {
    const file = held([['i', Int16Array.of(-1, 300)], ['f', Float32Array.of(0.5, Number.NaN)]]);
    expect(file.read('i')).toEqual(Int16Array.of(-1, 300));
    expect(file.read('f')).toEqual(Float32Array.of(0.5, Number.NaN));
    expect(file.numbers('i')).toEqual(Float64Array.of(-1, 300));
  });

  it('say of a file that is none, or is cut short, that it is none', () => {
    expect(openColumns(join(folder, 'nothing'))).toBeUndefined();
    const path = join(folder, 'whole');
    writeColumnFile(path, {}, [['x', Float64Array.of(1, 2, 3)]]);
    truncateSync(path, 40);
    expect(openColumns(path)).toBeUndefined();
    writeFileSync(path, 'x');
    expect(openColumns(path)).toBeUndefined();
  });

  it('know no column of a name that objects have', () => {
    const file = held([['x', Float64Array.of(1)]]);
    expect(file.has('toString')).toBe(false);
    expect(() => file.at('x', 1)).toThrow(RangeError);
  });
});
