import { describe, expect, it } from 'vitest';
import { adjustedRand, contingency, normalizedClusteringAccuracy, normalizedMutualInformation } from './agreement.js';

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
});
