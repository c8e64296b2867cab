import { describe, expect, it } from 'vitest';
import type { Brief } from '../domain/brief.js';
import type { Feature } from '../domain/feature.js';
import type { EncodedFeature } from '../domain/matrix.js';
import type { Profile } from '../domain/profile.js';
import type { Source } from '../domain/source.js';
import { createRng } from '../util/rng.js';
import { type LintInput, lints } from './lints.js';

const rows = 2000;
const labels = Int32Array.from({ length: rows }, (_, i) => i % 2);
const rng = createRng(3);
const normal = (middle: (i: number) => number) => Float64Array.from({ length: rows }, (_, i) => middle(i) + rng.normal());
const feature = (name: string, role: Feature['role'], kind: Feature['kind'] = 'number'): Feature => ({
  name, title: name.charAt(0).toUpperCase() + name.slice(1), kind, family: name, source: 's', words: { high: 'h', low: 'l' }, role, movable: true, empty: 0,
});
const encoded = (name: string, scale = 1): EncodedFeature => ({ name, transform: 'none', low: -1e9, high: 1e9, fill: 0, centre: 0, scale, weight: 1, reason: '' });

const byNothing = Float64Array.from({ length: rows }, (_, i) => ((i >> 1) % 2));
const bySegment = Float64Array.from({ length: rows }, (_, i) => ((i >> 1) % 10 < (labels[i] ? 8 : 2) ? 1 : 0));

function input(more: Partial<LintInput> & { sex?: Float64Array; label?: Float64Array; matrixColumns?: Float64Array[] } = {}): LintInput {
  const columns = more.matrixColumns ?? [normal((i) => 2 * labels[i]), normal((i) => -2 * labels[i]), normal((i) => 2 * labels[i]), normal((i) => -2 * labels[i])];
  const names = ['a', 'b', 'c', 'd'];
  const data = new Float32Array(rows * 4);
  for (let i = 0; i < rows; i++) columns.forEach((column, j) => (data[i * 4 + j] = column[i]));
  const features = [...names.map((name) => feature(name, 'behaviour')), feature('sex', 'sensitive', 'flag'), feature('churned', 'label', 'flag')];
  return {
    table: { rows, asOf: Date.UTC(2026, 0, 1), entities: [], features, columns: [...columns, more.sex ?? byNothing, more.label ?? byNothing], table: 't', sql: '' },
    matrix: { rows, d: 4, stride: 4, data, encoder: { features: names.map((name) => encoded(name)) }, asOf: 0, fingerprint: '' },
    model: { id: '', algorithm: 'kmeans', options: {}, params: { k: 2 }, encoder: { features: [] }, seed: 1, trainedOn: { rows, asOf: 0, fingerprint: '' }, kind: 'found' },
    assignment: { labels, strength: new Float32Array(rows).fill(0.4), second: labels.map((s) => 1 - s) },
    profiles: [0, 1].map((segment) => ({ segment, name: `S${segment}`, entities: rows / 2, share: 0.5 }) as Profile),
    stability: [0, 1].map((segment) => ({ segment, jaccard: 0.9, interval: [0.8, 0.95] as const, separation: 1, silhouette: 0.3 })),
    briefs: [0, 1].map((segment) => ({ segment, channels: ['e-mail'] }) as unknown as Brief),
    sources: [], entityWord: { one: 'customer', many: 'customers' },
    ...more,
  };
}
const kinds = (more: Parameters<typeof input>[0] = {}) => lints(input(more)).map((l) => l.kind);

describe('lints', () => {
  it('say nothing when nothing is wrong', () => {
    expect(lints(input({ now: Date.UTC(2026, 0, 20) }))).toEqual([]);
  });

  it('speak up about a protected attribute that the segments follow, with its strength and its stand-in', () => {
    const [lint] = lints(input({ sex: bySegment }));
    expect(lint).toMatchObject({ kind: 'protected-attribute', severity: 'warning' });
    expect(lint.sentence).toMatch(/follow “Sex” although it took no part \(Cramér's V 0\.60\).*stand-in is “[ABCD]” \(correlation −?0\.\d\d\)/);
  });

  it('speak up about an outcome among the inputs, or all but among them', () => {
    const columns = input().table.columns.slice(0, 4);
    expect(kinds({ matrixColumns: columns, label: Float64Array.from(columns[1]) })).toEqual(['circular-label']);
  });

  it('speak up about shaky, overlapping, tiny and unreachable segments', () => {
    expect(kinds({ stability: [{ segment: 0, jaccard: 0.5, interval: [0.4, 0.6], separation: 1, silhouette: 0 }] })).toEqual(['unstable']);
    expect(kinds({ assignment: { labels, strength: new Float32Array(rows).fill(0.01), second: labels.map((s) => 1 - s) } })).toEqual(['overlap', 'overlap']);
    expect(kinds({ profiles: [{ segment: 0, name: 'A', entities: 1990, share: 0.995 }, { segment: 1, name: 'B', entities: 10, share: 0.005 }] as Profile[] })).toEqual(['too-small', 'too-large']);
    expect(kinds({ briefs: [{ segment: 0, channels: ['e-mail'] }, { segment: 1, channels: [] }] as unknown as Brief[] })).toEqual(['not-reachable']);
    expect(kinds({ briefs: [{ segment: 0, channels: [] }, { segment: 1, channels: [] }] as unknown as Brief[] })).toEqual([]);
    expect(kinds({ profiles: Array.from({ length: 12 }, (_, segment) => ({ segment, name: `S${segment}`, entities: 100, share: 1 / 12 }) as Profile), stability: [] })).toContain('too-many');
  });

  it('speak up about a group that was cut, and about groups that were left together', () => {
    const seams = { round: 1, joins: [{ a: 0, b: 1, p: 0.6 }], splits: [{ segment: 1, parts: 3, strength: 0.91 }] };
    expect(lints(input({ seams })).map(({ kind, segment, sentence }) => ({ kind, segment, sentence }))).toEqual([
      { kind: 'over-segmented', segment: undefined, sentence: 'There is no gap between “S0” and “S1” (dip test on held-out rows): the two may be one group cut through. Fewer segments would do.' },
      { kind: 'under-segmented', segment: 1, sentence: '“S1” holds 3 groups with a gap between them that are found again on other rows (prediction strength 0.91): more segments would tell them apart.' },
    ]);
    const { model } = input();
    expect(kinds({ seams, model: { ...model, kind: 'convenience' } })).toEqual(['under-segmented']);
  });

  it('speak up about segments too small to see an effect in', () => {
    const actionable = { members: 1_500, baseRate: 0.1, uplift: 0.1, control: 0.5, power: 0.8, error: 0.05 };
    expect(lints(input({ actionable })).map(({ sentence }) => sentence)).toEqual([
      'To see a rate of 10 % rise by 10 % of itself in a segment takes 1,500 customers in it, 50 % of them left alone (found in 80 % of tries). All segments have fewer: test several together, or aim at larger effects.']);
    expect(kinds({ actionable: { ...actionable, members: 1_000 } })).toEqual([]);
  });

  it('speak up about one feature that decides alone', () => {
    const flat = () => normal(() => 0);
    expect(lints(input({ matrixColumns: [normal((i) => 4 * labels[i]), flat(), flat(), flat()] }))[0]).toMatchObject({ kind: 'dominant-feature', sentence: expect.stringMatching(/“A” alone makes 9\d(\.\d)? %/) });
  });

  it('speak up about stale and poor data', () => {
    expect(lints(input({ now: Date.UTC(2026, 6, 1) }))[0]).toMatchObject({ kind: 'stale', severity: 'note', sentence: expect.stringMatching(/ends 6 months ago \(2026-01-01\)/) });
    const source = { name: 'orders', audit: { rowsIn: 541_909, rowsKept: 406_829, rowsRejected: 135_080, rejected: [{ reason: 'no customer id', rows: 135_080 }], findings: [] } } as unknown as Source;
    expect(lints(input({ sources: [source] }))[0]).toMatchObject({ kind: 'poor-data', severity: 'warning', sentence: "25 % of the rows of 'orders' could not be used (mostly: no customer id, 135,080 rows)." });
    const patchy = input();
    patchy.table.columns[2].fill(Number.NaN, 0, 1500);
    expect(lints(patchy).map((l) => l.sentence)).toEqual(['One feature is unknown for more than 40 % of the rows and counts as typical there: C (75 %).']);
  });
});
