import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Feature, FeatureTable } from '../domain/feature.js';
import { createRng } from '../util/rng.js';
import { encodeValue } from '../util/encode-value.js';
import { encode, type Allocate } from './encode.js';
import { votes } from './votes.js';

const context = createContext();
const allocate: Allocate = (rows, d) => {
  const stride = Math.ceil(d / 4) * 4;
  return { data: new Float32Array(rows * stride), stride };
};

describe('encode', () => {
  it('puts skewed money on a log scale, draws in its tail, fills gaps with the median and says so', () => {
    const rng = createRng(1);
    const spend = Float64Array.from({ length: 5000 }, () => Math.exp(2 + rng.normal()));
    spend[7] = Number.NaN;
    spend[9] = 1e9;
    const { encoder, notes } = encode(table({ spend: [spend, { kind: 'money' }], other: normal(5000, 2) }), {}, allocate, context);
    const [e] = encoder.features;
    expect(e).toMatchObject({ name: 'spend', transform: 'log1p' });
    expect(e.high).toBeLessThan(200);
    expect(e.fill).toBeCloseTo(Math.exp(2), 0);
    expect(e.reason).toMatch(/log scale.*drawn in.*missing for/);
    expect(notes[0]).toMatch(/^2 of 2 features decide; 1 on a log scale/);
  });

  it('gives columns of mean 0 whose variance is their vote', () => {
    const { matrix, encoder } = encode(table({ a: normal(2000, 1), b: normal(2000, 2), flag: [Float64Array.from({ length: 2000 }, (_, i) => +(i % 5 === 0)), { kind: 'flag' }] }), {}, allocate, context);
    for (let j = 0; j < matrix.d; j++) {
      const column = Array.from({ length: matrix.rows }, (_, i) => matrix.data[i * matrix.stride + j]);
      const mean = column.reduce((s, x) => s + x, 0) / matrix.rows;
      expect(Math.abs(mean)).toBeLessThan(1e-5);
      expect(column.reduce((s, x) => s + (x - mean) ** 2, 0) / matrix.rows).toBeCloseTo(encoder.features[j].weight, 4);
    }
    expect(Math.max(...encoder.features.map((f) => f.weight))).toBe(1);
  });

  it('every value of the matrix is the formula of the encoder, and padding is zero', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(Number.NaN), fc.constant(0)), { minLength: 8, maxLength: 60 }), (values) => {
        const column = Float64Array.from(values);
        const source = table({ x: column, y: Float64Array.from(values, (_, i) => i), z: Float64Array.from(values, (x) => Math.abs(x) ** 3) });
        const { matrix, encoder } = encode(source, {}, allocate, context);
        encoder.features.forEach((e, j) => {
          const raw = source.columns[source.features.findIndex((f) => f.name === e.name)];
          for (let i = 0; i < matrix.rows; i++) expect(matrix.data[i * matrix.stride + j]).toBe(Math.fround(encodeValue(raw[i], e)));
        });
        for (let i = 0; i < matrix.rows; i++) for (let j = matrix.d; j < matrix.stride; j++) expect(matrix.data[i * matrix.stride + j]).toBe(0);
      }),
    );
  });

  it('keeps the simpler of two features that say the same, and drops constants and what is mostly missing', () => {
    const a = normal(1000, 1);
    const mostlyMissing = Float64Array.from(a, (x, i) => (i % 10 < 6 ? Number.NaN : x));
    const nearlyConstant = Float64Array.from(a, (_, i) => +(i === 3));
    const { encoder, notes } = encode(table({ a, twin: Float64Array.from(a, (x) => 3 - 2 * x), b: normal(1000, 2), mostlyMissing, nearlyConstant }), {}, allocate, context);
    expect(encoder.features.map((f) => f.name)).toEqual(['a', 'b']);
    expect(notes.join(' ')).toMatch(/'twin' says the same as 'a'.*'nearlyConstant' is 0 for nearly everyone.*'mostlyMissing' is missing for 60 %/);
  });

  it('labels, protected attributes and profile features never take part unless named', () => {
    const source = table({ a: normal(500, 1), churn: [normal(500, 2), { role: 'label' }], sex: [normal(500, 3), { role: 'sensitive' }], hour: [normal(500, 4), { role: 'profile' }] });
    expect(encode(source, {}, allocate, context).encoder.features.map((f) => f.name)).toEqual(['a']);
    expect(encode(source, { include: ['sex'] }, allocate, context).encoder.features.map((f) => f.name)).toEqual(['sex']);
  });

  it('attributes decide only where there is little behaviour', () => {
    const behaviour = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`b${i}`, normal(500, i)]));
    const age: [Float64Array, Partial<Feature>] = [normal(500, 99), { role: 'attribute' }];
    expect(encode(table({ ...behaviour, age }), {}, allocate, context).matrix.d).toBe(8);
    expect(encode(table({ b: normal(500, 1), age }), {}, allocate, context).matrix.d).toBe(2);
  });

  it('throws when nothing varies', () => {
    expect(() => encode(table({ a: new Float64Array(100) }), {}, allocate, context)).toThrow(/Nothing varies between the customers/);
  });

  it('the same table gives the same fingerprint, another value another', () => {
    const a = normal(300, 1);
    const again = encode(table({ a }), {}, allocate, context).matrix.fingerprint;
    expect(encode(table({ a }), {}, allocate, context).matrix.fingerprint).toBe(again);
    const changed = a.slice();
    changed[0] += 0.5;
    expect(encode(table({ a: changed }), {}, allocate, context).matrix.fingerprint).not.toBe(again);
  });
});

describe('votes', () => {
  it('four copies of one thing together have one vote when sharing is full', () => {
    const r = [[1, 1, 1, 1, 0], [1, 1, 1, 1, 0], [1, 1, 1, 1, 0], [1, 1, 1, 1, 0], [0, 0, 0, 0, 1]];
    expect(votes(r, ['a', 'b', 'c', 'd', 'e'], 1e9, { sharing: 1, family: 1 }).map((v) => +v.toFixed(6))).toEqual([0.25, 0.25, 0.25, 0.25, 1]);
  });

  it('a family of many has the square root of its votes', () => {
    const r = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, k) => +(i === k)));
    const [one, , , , alone] = votes(r, ['spend', 'spend', 'spend', 'spend', 'hours'], 1e9, { sharing: 1, family: 0.5 });
    expect((4 * one) / alone).toBeCloseTo(2, 6);
  });
});

function normal(n: number, seed: number): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: n }, () => rng.normal());
}

function table(columns: Record<string, Float64Array | [Float64Array, Partial<Feature>]>): FeatureTable {
  const entries = Object.entries(columns).map(([name, given]) => [name, ...(Array.isArray(given) ? given : [given, {}] as const)] as const);
  return {
    rows: entries[0][1].length, asOf: 0, entities: [], table: 'features', sql: '', columns: entries.map(([, values]) => values),
    features: entries.map(([name, , more]) => ({
      name, title: name, kind: 'number', family: name, source: 's', words: { high: 'high', low: 'low' }, role: 'behaviour', movable: true, empty: Number.NaN, ...more,
    })),
  };
}
