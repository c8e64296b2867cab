import { describe, expect, it } from 'vitest';
import { adjustedMutualInformation, adjustedRand, contingency, informationOf, normalizedClusteringAccuracy, normalizedMutualInformation } from './agreement.js';

describe('agreement of two partitions', () => {
  it('is 1 for the same partition under other names', () => {
    expect(adjustedRand([0, 0, 1, 1, 2], [2, 2, 0, 0, 1])).toBe(1);
    expect(normalizedMutualInformation([0, 0, 1, 1, 2], [2, 2, 0, 0, 1])).toBeCloseTo(1, 12);
  });

  // Recalls of the best pairing are 3/4 and 1: their mean, 7/8, is 3/4 of the way from chance (1/2) to 1.
  it('counts small groups as much as large ones in normalized clustering accuracy', () => {
    expect(normalizedClusteringAccuracy([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1])).toBeCloseTo(0.75, 12);
    expect(normalizedClusteringAccuracy([0, 0, 1, 1, 2], [2, 2, 0, 0, 1])).toBe(1);
    expect(normalizedClusteringAccuracy([1, 1, 2, 2], [0, 0, 0, 0])).toBe(0);
    expect(normalizedClusteringAccuracy([0, 0, 1, 1], [0, 1, 2, 3])).toBeCloseTo(0, 12);
  });

  // scikit-learn 1.9.1: adjusted_rand_score and normalized_mutual_info_score of the same two lists.
  it('matches scikit-learn on a small case', () => {
    expect(adjustedRand([0, 0, 1, 1], [0, 0, 1, 2])).toBeCloseTo(0.5714285714285714, 12);
    expect(normalizedMutualInformation([0, 0, 1, 1], [0, 0, 1, 2])).toBeCloseTo(0.8, 12);
    expect(adjustedRand([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(-0.5, 12);
  });

  it('is 1 when both put everything together', () => {
    expect(adjustedRand([0, 0, 0], [0, 0, 0])).toBe(1);
    expect(normalizedMutualInformation([0, 0, 0], [0, 0, 0])).toBe(1);
  });

  it('counts pairs of labels', () => {
    expect([...contingency([0, 1, 1], [1, 0, 1]).table]).toEqual([0, 1, 1, 1]);
  });

  // scikit-learn 1.9.1, on a = [(i*i + 3*i) % 11 % 4], b = [(i*7 + (i*i) % 13) % 17 % 5], c = [(x + (i % 6 == 0)) % 4 for i, x in enumerate(a)], i < 200:
  // adjusted_rand_score, adjusted_mutual_info_score, homogeneity_score, completeness_score, v_measure_score.
  const a = Array.from({ length: 200 }, (_, i) => ((i * i + 3 * i) % 11) % 4);
  const b = Array.from({ length: 200 }, (_, i) => ((i * 7 + ((i * i) % 13)) % 17) % 5);
  const c = a.map((label, i) => (label + (i % 6 === 0 ? 1 : 0)) % 4);
  it.each([
    ['unrelated', a, b, [0.0023637757009814, -0.0047060859239658566, 0.018064309361588166, 0.015136839599865528, 0.016471511489326306]],
    ['related', a, c, [0.6313615967403036, 0.6663877410765576, 0.6784520467683613, 0.6658404742264526, 0.6720871023307521]],
    ['of different sizes', c, b, [3.769591205614842e-5, -0.0034483626717536527, 0.018975425080748853, 0.016201466469914702, 0.017479072177560374]],
  ])('matches scikit-learn on partitions that are %s', (_, p, q, expected) => {
    const { homogeneity, completeness, normalized } = informationOf(contingency(p, q));
    const found = [adjustedRand(p, q), adjustedMutualInformation(p, q), homogeneity, completeness, normalized];
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
  });

  it('matches scikit-learn where a partition is one group, or all groups of one', () => {
    expect(adjustedMutualInformation([0, 0, 0], [0, 0, 0])).toBe(1);
    expect(adjustedMutualInformation([0, 0, 0, 0], [0, 1, 2, 3])).toBeCloseTo(0, 12);
    expect(adjustedMutualInformation([0, 0, 1, 1], [0, 0, 1, 2])).toBeCloseTo(0.5714285714285715, 12);
  });
});
