import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { contrast } from './contrast.js';
import { market, marketKinds, subjectOf } from './market.test.fixture.js';
import { profiles } from './profile.js';

const subject = market();
const made = profiles(subject, createContext());
const of = (kind: string) => made[marketKinds.indexOf(kind)];

describe('profiles', () => {
  it('count every entity and all revenue once', () => {
    const { columns, features } = subject.table;
    const spend = columns[features.findIndex((f) => f.name === 'spend')];
    expect(made.reduce((sum, p) => sum + p.entities, 0)).toBe(subject.table.rows);
    expect(made.reduce((sum, p) => sum + p.revenue!, 0)).toBeCloseTo(spend.reduce((a, b) => a + b, 0), 1);
    expect(made.reduce((sum, p) => sum + p.revenueShare!, 0)).toBeCloseTo(1, 9);
    for (const p of made) {
      expect(p.shareInterval[0]).toBeLessThan(p.share);
      expect(p.shareInterval[1]).toBeGreaterThan(p.share);
    }
  });

  it('tell of each in two to four plain sentences with its numbers', () => {
    const { narrative } = of('night owls');
    expect(narrative).toMatch(/^\d{3} customers \(\d+(\.\d)? %\) bring [\d.]+ % of revenue/);
    expect(narrative).toMatch(/(69|70|71) % of orders at night \(others: 6(\.\d)? %\)/);
    expect(narrative).toMatch(/steady/);
    for (const p of made) expect(p.narrative.match(/[.](?= [A-Z]|$)/g)!.length, p.narrative).toBeLessThanOrEqual(4);
  });

  it('hedge where the group is shaky or only a slice', () => {
    const shaky = { ...subject, stability: subject.stability.map((s) => ({ ...s, jaccard: 0.5 })) };
    expect(profiles(shaky, createContext())[0].narrative).toMatch(/Treat it with care.*50 % overlap/);
    const slices = { ...subject, model: { ...subject.model, kind: 'convenience' as const } };
    expect(profiles(slices, createContext())[0].narrative).toMatch(/slice of a continuum/);
  });

  it('show the members nearest to the centre, with values in words', () => {
    const { typical } = of('gift');
    expect(typical).toHaveLength(5);
    expect(typical[0].values['Orders']).toBe('1 order');
    const strengths = typical.map((t) => t.strength);
    expect(Math.min(...strengths)).toBeGreaterThan(0.4);
  });

  it('say what tells a segment from its nearest', () => {
    const owls = of('night owls');
    expect(made[owls.nearest!.segment].name).toBe('Everyday customers');
    expect(owls.nearest!.difference).toMatch(/orders at night against 6/);
  });

  it('are the same for the same seed, to the byte', () => {
    expect(JSON.stringify(profiles(market(), createContext()))).toBe(JSON.stringify(made));
  });

  it('manage with one segment, with no features of use, and with missing values everywhere', () => {
    const one = subjectOf(subject.table.features, subject.table.columns, new Int32Array(subject.table.rows), 1);
    const [only] = profiles(one, createContext());
    expect(only.nearest).toBeUndefined();
    expect(only.name.length).toBeGreaterThan(3);
    const [feature] = subject.table.features;
    const labels = Int32Array.from({ length: 20 }, (_, i) => i % 2);
    for (const fill of [Number.NaN, 7]) {
      const bare = profiles(subjectOf([feature], [new Float64Array(20).fill(fill)], labels, 2), createContext());
      expect(new Set(bare.map((p) => p.name)).size).toBe(2);
      expect(JSON.stringify(bare)).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('never print NaN or undefined', () => {
    const found = contrast(subject, createContext());
    expect(JSON.stringify(profiles(subject, createContext(), found))).not.toMatch(/NaN|undefined|Infinity|null/);
  });
});
