// Explanations hold for every kind of model: quadratic forms with any metric, outliers, segments of any shape, none at all.
import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Form, Forms } from '../domain/forms.js';
import type { Assignment } from '../domain/segment.js';
import { createRng } from '../util/rng.js';
import { contrast } from './contrast.js';
import { distributions, tellingFeatures } from './distribution.js';
import { explainEntity } from './entity.js';
import { flip } from './flip.js';
import { map } from './map.js';
import { market } from './market.test.fixture.js';
import { profiles } from './profile.js';
import type { Subject } from './subject.js';

const base = market(1200);
const { matrix, table } = base;
const { d, stride, data } = matrix;
const k = 7;
const means = base.model.params['centroids'] as number[];
const row = (i: number) => Float64Array.from(data.subarray(i * stride, i * stride + d));

/** Written out again, from the definition: offset + ‖F (z − c)‖². */
function value({ offset, centre, scale, factor }: Form, z: ArrayLike<number>): number {
  const off = centre.map((c, j) => z[j] - c);
  const images = factor ? Array.from({ length: factor.length / off.length }, (_, r) => off.reduce((sum, x, j) => sum + factor[r * off.length + j] * x, 0)) : off.map((x, j) => x * (scale ? scale[j] : 1));
  return images.reduce((sum, x) => sum + x * x, offset);
}

function assignmentBy(forms: Forms): Assignment {
  const labels = new Int32Array(table.rows), second = new Int32Array(table.rows);
  for (let i = 0; i < table.rows; i++) {
    const values = forms.forms.map((form) => value(form, row(i)));
    const order = values.map((_, s) => s).sort((a, b) => values[a] - values[b]);
    [labels[i], second[i]] = [values[order[0]] > (forms.limit ?? Infinity) ? -1 : order[0], order[1]];
  }
  return { labels, second, strength: new Float32Array(table.rows).fill(0.5) };
}

/** Ellipsoids that lean, each another way, more or less wide and common. */
function leaning(): Forms {
  const rng = createRng(3);
  const forms = Array.from({ length: k }, (_, segment): Form => ({
    segment, offset: 2 * segment, centre: means.slice(segment * d, (segment + 1) * d),
    factor: Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 0.8 + 0.1 * segment : 0.05 * rng.normal())),
  }));
  return { d, k, forms, strength: 'odds' };
}

const without = (params: Record<string, unknown>, more: Partial<Subject>): Subject => ({ ...base, model: { ...base.model, params }, ...more });
const told = (subject: Subject) => {
  const found = contrast(subject, createContext());
  return { found, made: profiles(subject, createContext(), found) };
};

describe('a model of quadratic forms (mixtures, projections)', () => {
  const forms = leaning();
  const subject = without({ k }, { forms, assignment: assignmentBy(forms) });
  const { found, made } = told(subject);

  it('splits its own distances among the features, exactly, and says how much belongs where', () => {
    for (let i = 0; i < 25; i++) {
      const values = forms.forms.map((form) => value(form, row(i)));
      const own = subject.assignment.labels[i];
      const next = Math.min(...values.filter((_, s) => s !== own));
      const { contributions, base: constant = 0, memberships } = explainEntity(subject, found, made, table.entities[i]);
      expect(contributions.reduce((sum, c) => sum + c.weight, constant)).toBeCloseTo(next - values[own], 6);
      const mass = values.map((v) => Math.exp((values[own] - v) / 2));
      expect(memberships![0].segment).toBe(own);
      expect(memberships![0].share).toBeCloseTo(1 / mass.reduce((a, b) => a + b), 2);
    }
  });

  it('proposes moves that its own forms confirm', () => {
    let moves = 0;
    for (let i = 0; i < 25; i++) {
      const levers = matrix.encoder.features.map((encoding, c) => ({ c, feature: table.features[c], encoding, from: 0, low: encoding.low, high: encoding.high, whole: false }));
      for (let target = 0; target < k; target++) {
        const made = target === subject.assignment.labels[i] ? undefined : flip(row(i), target, forms.forms, levers);
        if (!made) continue;
        moves++;
        const z = row(i);
        for (const { lever, to } of made.changes) {
          const { transform, centre, scale } = lever.encoding;
          z[lever.c] = Math.fround(((transform === 'log1p' ? Math.log1p(to) : to) - centre) * scale);
        }
        const values = forms.forms.map((form) => value(form, z));
        expect(values.indexOf(Math.min(...values))).toBe(target);
      }
    }
    expect(moves).toBeGreaterThan(20);
  });

  it('finds the border of two metrics by hand: (t − 4)² meets (t / 2)² at 8/3', () => {
    const encoding = { name: 'x', transform: 'none', low: -100, high: 100, fill: 0, centre: 0, scale: 1, weight: 1, reason: '' } as const;
    const lever = { c: 0, feature: table.features[1], encoding, from: 0.5, low: 0, high: 10, whole: true };
    const pair: Form[] = [{ segment: 0, offset: 0, centre: [0], scale: [0.5] }, { segment: 1, offset: 0, centre: [4] }];
    expect(flip(Float64Array.of(0.5), 1, pair, [lever])!.changes[0].to).toBe(3);
    // The wide one is nearer on both sides of the narrow one: below 8/3 and above 8. From 4.5 the first is nearer; where only more is possible, 9.
    const above = { ...lever, from: 4.5, high: 20 };
    expect(flip(Float64Array.of(4.5), 0, pair, [above])!.changes[0].to).toBe(2);
    expect(flip(Float64Array.of(4.5), 0, pair, [{ ...above, low: 4.5 }])!.changes[0].to).toBe(9);
    // An offset of 3 for the wide one's rival: (t − 4)² + 3 = t²/4 has its first root at (32 − √112) / 6 = 3.57.
    expect(flip(Float64Array.of(0.5), 1, [pair[0], { ...pair[1], offset: 3 }], [lever])!.changes[0].to).toBe(4);
    // An offset of 6 leaves nothing but the far side out of reach: t²/4 is less everywhere.
    expect(flip(Float64Array.of(0.5), 1, [pair[0], { ...pair[1], offset: 6 }], [lever])).toBeUndefined();
  });
});

describe('outliers', () => {
  const forms: Forms = { d, k, strength: 'margin', limit: 0.7 * d, forms: Array.from({ length: k }, (_, segment) => ({ segment, offset: 0, centre: means.slice(segment * d, (segment + 1) * d) })) };
  const subject = without({ k }, { forms, assignment: assignmentBy(forms) });
  const { labels } = subject.assignment;
  const outside = Array.from(labels.keys()).filter((i) => labels[i] < 0);
  const { found, made } = told(subject);

  it('are in no segment, of no size and no revenue, but among everyone', () => {
    expect(outside.length).toBeGreaterThan(20);
    expect(made.reduce((sum, p) => sum + p.entities, 0)).toBe(table.rows - outside.length);
    const spend = table.columns[table.features.findIndex((f) => f.name === 'spend')];
    const missing = outside.reduce((sum, i) => sum + spend[i], 0) / spend.reduce((a, b) => a + b);
    expect(made.reduce((sum, p) => sum + p.revenueShare!, 0)).toBeCloseTo(1 - missing, 6);
    const all = distributions(subject, found, tellingFeatures(found)).find(({ feature }) => feature === 'orders')!;
    expect(all.everyone.reduce((a, b) => a + b)).toBeCloseTo(1, 3);
    const points = map(subject, createContext());
    expect(points.segment.filter((s) => s < 0)).toHaveLength(outside.length);
    expect(points.x.every(Number.isFinite)).toBe(true);
  });

  it('are told how far the nearest segment is, what sets them apart, and what would bring them in', () => {
    let moved = 0;
    for (const i of outside.slice(0, 25)) {
      const said = explainEntity(subject, found, made, table.entities[i]);
      expect(said.segment).toBe(-1);
      expect(said.sentences[0]).toMatch(/^C\d+ is in no segment: (the nearest, “.+”, has its middle [\d.]+ times as far from it as from a typical member|it lies near “.+”, no farther .+)\.$/);
      expect(said.sentences.join(' ')).not.toMatch(/NaN|undefined|firmly/);
      const values = forms.forms.map((form) => value(form, row(i)));
      expect(said.contributions.reduce((sum, c) => sum + c.weight, 0)).toBeCloseTo(-Math.min(...values), 6);
      moved += said.moves.length;
    }
    expect(moved).toBeGreaterThan(0);
  });

  it('come in where the limit is, by hand: 5 to within 2 of 0', () => {
    const encoding = { name: 'x', transform: 'none', low: -100, high: 100, fill: 0, centre: 0, scale: 1, weight: 1, reason: '' } as const;
    const lever = { c: 0, feature: table.features[1], encoding, from: 5, low: 0, high: 10, whole: true };
    const circle: Form[] = [{ segment: 0, offset: 0, centre: [0] }, { segment: -1, offset: 4, centre: [0], scale: [0] }];
    expect(flip(Float64Array.of(5), 0, circle, [lever])!.changes[0].to).toBe(1); // 2 is the border itself
  });
});

describe('a model that only knows labels', () => {
  // Density: in a segment when near its mean in three features alone. No forms, no centres; the model must be asked.
  const assign: Subject['assign'] = (x) => {
    const labels = new Int32Array(x.rows);
    for (let i = 0; i < x.rows; i++) {
      let best = Infinity;
      for (let s = 0; s < k; s++) {
        const off = [1, 4, 10].reduce((sum, j) => sum + (x.data[i * x.stride + j] - means[s * d + j]) ** 2, 0);
        if (off < best) [labels[i], best] = [s, off];
      }
    }
    return { labels, strength: new Float32Array(x.rows).fill(1), second: labels.map((label) => (label + 1) % k) };
  };
  const assignment = assign(matrix);

  it('explains by what the segments have in common, and proposes no move that nobody can check', () => {
    const subject = without({ k, centroids: [1, 2, 3], d: 3 }, { assignment }); // centres in another space are not read
    const { found, made } = told(subject);
    for (let i = 0; i < 10; i++) {
      const said = explainEntity(subject, found, made, table.entities[i]);
      expect(said.moves).toEqual([]);
      expect(said.sentences.join(' ')).not.toMatch(/NaN|undefined|No change/);
      expect(said.contributions.every((c) => Number.isFinite(c.weight))).toBe(true);
    }
  });

  it('proposes the moves that the model confirms', () => {
    const subject = without({ k }, { assignment, assign });
    const { found, made } = told(subject);
    const asked = Array.from({ length: 40 }, (_, i) => explainEntity(subject, found, made, table.entities[i]).moves.length);
    expect(Math.max(...asked)).toBeGreaterThan(0);
    const said = Array.from({ length: 40 }, (_, i) => explainEntity(subject, found, made, table.entities[i]).sentences.join(' '));
    expect(said.join(' ')).not.toMatch(/No change of up to three/); // nobody has looked everywhere
    const deaf = { ...subject, assign: (x: Parameters<NonNullable<Subject['assign']>>[0]) => ({ ...assign(x), labels: new Int32Array(x.rows).fill(-1) }) };
    expect(Array.from({ length: 10 }, (_, i) => explainEntity(deaf, found, made, table.entities[i]).moves.length)).toEqual(new Array(10).fill(0));
  });

  it('says so when there are no segments', () => {
    const subject = without({ k: 0 }, { assignment: { labels: new Int32Array(table.rows).fill(-1), strength: new Float32Array(table.rows), second: new Int32Array(table.rows).fill(-1) } });
    const { found, made } = told(subject);
    expect(made).toEqual([]);
    expect(explainEntity(subject, found, made, table.entities[0]).sentences).toEqual(['C00000 is in no segment: there are none.']);
  });
});
