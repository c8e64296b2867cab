/** Scales that people write in words, low to high. A category whose values all belong to one scale has an order. */
const SCALES: readonly (readonly string[])[] = [
  ['very low', 'low', 'medium low', 'medium', 'moderate', 'medium high', 'high', 'very high'],
  ['xs', 's', 'm', 'l', 'xl', 'xxl'],
  ['tiny', 'small', 'medium', 'large', 'huge'],
  ['very poor', 'poor', 'fair', 'average', 'good', 'very good', 'excellent'],
  ['bad', 'ok', 'good'],
  ['never', 'rarely', 'seldom', 'sometimes', 'often', 'usually', 'always'],
  ['strongly disagree', 'disagree', 'neutral', 'agree', 'strongly agree'],
  ['very dissatisfied', 'dissatisfied', 'neutral', 'satisfied', 'very satisfied'],
  ['daily', 'weekly', 'monthly', 'quarterly', 'yearly'],
  ['month to month', 'monthly', '1 year', 'one year', '2 year', 'two year', '2 years', 'two years', '3 year', 'three year'],
  ['bronze', 'silver', 'gold', 'platinum', 'diamond'],
  ['free', 'basic', 'standard', 'plus', 'premium', 'pro', 'enterprise'],
  ['primary', 'basic', 'secondary', 'high school', 'some college', 'graduation', 'bachelor', 'bachelors', '2n cycle', 'master', 'masters', 'phd', 'doctorate'],
  ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'],
];

/** The rank of each value (0 = lowest), where the values carry an order: a known scale ("Low/Medium/High") ranges of numbers ("35-49K", "65+") or a number in front ("1) …"). */
export function ordinalOf(values: readonly string[]): Map<string, number> | undefined {
  if (values.length < 3) return undefined;
  const plain = values.map((value) => value.trim().toLowerCase().replace(/[_\s]+/g, ' '));
  const spoken = plain.map((value) => value.replace(/-+/g, ' '));
  const numbered = plain.map((value) => Number(/^(\d+)\s*[).:]\s/.exec(value)?.[1] ?? Number.NaN));
  const scale = SCALES.find((words) => spoken.every((value) => words.includes(value)));
  const size = scale ? spoken.map((value) => scale.indexOf(value)) : numbered.some(Number.isNaN) ? plain.map(lowerEnd) : numbered;
  // Bare numbers are codes as often as quantities: only a short run from 0 or 1 is taken for an order.
  const bare = plain.every((value) => /^\d+([.]\d+)?$/.test(value));
  if (size.some(Number.isNaN) || (bare && !isShortRun(size))) return undefined;
  const steps = [...new Set(size)].sort((a, b) => a - b);
  if (steps.length < 3) return undefined;
  return new Map(values.map((value, i) => [value, steps.indexOf(size[i])]));
}

const isShortRun = (size: readonly number[]): boolean => Math.min(...size) <= 1 && Math.max(...size) - Math.min(...size) < 2 * size.length && size.length <= 20;

/** Where a range begins: "35-49K" → 35,000; "under 15" → just below 15; "65+" → 65; "3 rooms" → 3. NaN for what is not a range. */
function lowerEnd(text: string): number {
  const number = /([$£€]?\s*)(\d[\d.,]*)\s*([km])?/g;
  const found = [...text.matchAll(number)].map(([, , digits, unit]) => Number(digits.replace(/[,.](?=\d{3}\b)/g, '').replace(',', '.')) * scaleOf(unit));
  if (!found.length || found.length > 2) return Number.NaN;
  const words = text.replace(number, ' ').replace(/[-–—+<>≤≥=$£€%()[\]\s]+/g, ' ').trim();
  if (!/^(under|below|less than|up to|over|above|more than|from|to|and|or|plus|years?|months?|days?|rooms?|people|employees|kids?|children|old| )*$/.test(words)) return Number.NaN;
  const shared = /\d\s*-\s*\d[\d.,]*\s*([km])/.exec(text)?.[1];
  const first = found.length === 2 && shared && !/\d\s*[km]\s*-/.test(text) ? found[0] * scaleOf(shared) : found[0];
  return /under|below|less|up to|[<≤]/.test(text) ? first - 0.5 : /over|above|more|[>]/.test(text) ? first + 0.5 : first;
}

const scaleOf = (unit: string | undefined): number => (unit === 'k' ? 1e3 : unit === 'm' ? 1e6 : 1);
