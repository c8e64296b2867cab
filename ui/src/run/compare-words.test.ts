import { describe, expect, it } from 'vitest';
import { createFormats } from '../kit/formats.js';
import { verdictOf } from './compare-words.js';

const f = createFormats({ locale: 'en-GB' });
const agreement = { unchanged: { value: 0.66, interval: [0.6, 0.7] } } as unknown as Parameters<typeof verdictOf>[0]['agreement'];
const aspect = (question: 'steadier' | 'more separable' | 'more valuable', better?: 'a' | 'b') => ({ question, a: 0.9, b: 0.8, sentence: '', ...(better && { better }) });

describe('the verdict on two runs', () => {
  it('says who is better at what', () => {
    expect(verdictOf({ agreement, aspects: [aspect('steadier', 'a'), aspect('more separable', 'a'), aspect('more valuable', 'b')] }, f)).toBe(
      '66\u202f% of the customers stay in the matching group. The first is steadier and has groups that are further apart. The second tells more about who is worth what.',
    );
  });

  it('says so where neither is', () => expect(verdictOf({ agreement, aspects: [aspect('steadier')] }, f)).toContain('Neither is better'));
});
