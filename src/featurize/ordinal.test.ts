import { describe, expect, it } from 'vitest';
import { ordinalOf } from './ordinal.js';

const ranked = (...values: string[]) => {
  const ranks = ordinalOf(values);
  return ranks && [...ranks].sort(([, a], [, b]) => a - b).map(([value]) => value);
};

describe('ordinalOf', () => {
  it('ranks ranges of numbers by where they begin', () => {
    expect(ranked('35-49K', '50-74K', 'Under 15K', '15-24K', '250K+')).toEqual(['Under 15K', '15-24K', '35-49K', '50-74K', '250K+']);
    expect(ranked('[70-80)', '[0-10)', '[60-70)')).toEqual(['[0-10)', '[60-70)', '[70-80)']);
    expect(ranked('65+', '19-24', '45-54')).toEqual(['19-24', '45-54', '65+']);
    expect(ranked('over 75k', 'under 20k', '20k-35k', '50k-75k')).toEqual(['under 20k', '20k-35k', '50k-75k', 'over 75k']);
    expect(ranked('$40,000 - $59,999', '$9,000 - $19,999', '$100,000+')).toEqual(['$9,000 - $19,999', '$40,000 - $59,999', '$100,000+']);
  });

  it('knows scales that people write in words', () => {
    expect(ranked('High', 'Low', 'Medium')).toEqual(['Low', 'Medium', 'High']);
    expect(ranked('Two year', 'Month-to-month', 'One year')).toEqual(['Month-to-month', 'One year', 'Two year']);
    expect(ranked('2-year', 'month-to-month', '1-year')).toEqual(['month-to-month', '1-year', '2-year']);
    expect(ranked('Graduation', 'PhD', 'Master', 'Basic', '2n Cycle')).toEqual(['Basic', 'Graduation', '2n Cycle', 'Master', 'PhD']);
  });

  it('takes a number in front of a value for its rank', () => {
    expect(ranked('2) $100 - $200', '7) $1,000 +', '1) $0 - $100')).toEqual(['1) $0 - $100', '2) $100 - $200', '7) $1,000 +']);
  });

  it('leaves names alone, even names with numbers in them', () => {
    expect(ordinalOf(['red', 'green', 'blue'])).toBeUndefined();
    expect(ordinalOf(['Route 66', 'Room 101', 'Catch 22'])).toBeUndefined();
    expect(ordinalOf(['402', '17', '331', '28'])).toBeUndefined();
    expect(ordinalOf(['Low', 'High'])).toBeUndefined();
    expect(ordinalOf(['Low', 'Medium', 'Blue'])).toBeUndefined();
  });
});
