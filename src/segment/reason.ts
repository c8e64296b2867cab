import type { PairDip } from '../domain/choice.js';
import { formatCount } from '../util/format-value.js';
import { dipThreshold, strengthThreshold } from './gates.js';

export interface EntityWord {
  readonly one: string;
  readonly many: string;
}

/** What happened while choosing, for telling. */
export interface Story {
  readonly rows: number;
  /** Rows the gates looked at. */
  readonly sampled: number;
  readonly tried: readonly { readonly k: number; readonly strength: number }[];
  readonly stable: readonly number[];
  /** The number of centres at which the second gate is reported. */
  readonly shown?: { readonly k: number; readonly groups: number; readonly pairs: readonly PairDip[] };
  /** Segments that passed both gates, those inside others included. */
  readonly found?: number;
  readonly asked?: number;
  readonly delivered: number;
  readonly centres: number;
  readonly proven: boolean;
  readonly word: EntityWord;
}

/** One paragraph for a person: what was tested, what came out, what is delivered. */
export function reasonText(story: Story): string {
  return [tested(story), firstGate(story), secondGate(story), verdict(story)].filter(Boolean).join(' ');
}

/** What could have been missed. */
export function powerText({ sampled, word, tried }: Story): string {
  if (tried.length === 0) return `With so few ${word.many}, no test can tell segments from chance.`;
  const half = Math.floor(sampled / 2);
  const share = Math.min(0.5, Math.max(0.02, 100 / half));
  return (
    `Groups can exist that these tests cannot prove: one that holds less than about ${percent(share)} of the ${word.many}, or groups that overlap so much that ` +
    `there is no trough between them (centres less than about 3 standard deviations apart). ${sampled < 1000 ? `With only ${count(sampled)} ${word.many}, only clear-cut groups can be proven. ` : ''}` +
    `On made-up data without any groups, the two tests together found none in 100 of 100 cases; either alone did not.`
  );
}

function tested({ rows, sampled, tried, word }: Story): string {
  if (tried.length === 0) return `${count(rows)} ${word.many} are too few to test for segments.`;
  const last = tried[tried.length - 1].k;
  const whom = sampled < rows ? `a random ${count(sampled)} of the ${count(rows)} ${word.many}` : `the ${count(rows)} ${word.many}`;
  return `We tried ${last === 2 ? '2 segments' : `2 to ${last} segments`} on one half of ${whom} and checked each answer on the other half.`;
}

function firstGate({ tried, stable }: Story): string {
  if (tried.length === 0) return '';
  const best = tried.reduce((a, b) => (b.strength > a.strength ? b : a));
  if (stable.length === 0) {
    return `No number of segments was found again there: at best (${best.k} segments) ${percent(best.strength)} of the pairs that belong together stayed together, and ${percent(strengthThreshold)} are needed.`;
  }
  return `${list(stable)} segments were found again there (at least ${percent(strengthThreshold)} of the pairs in every segment stayed together).`;
}

function secondGate({ shown }: Story): string {
  if (!shown) return '';
  const { k, groups, pairs } = shown;
  const apart = pairs.filter(({ separated }) => separated).length;
  const narrow = pairs.filter(({ p, separated }) => !separated && p < dipThreshold).length;
  const of = apart === pairs.length && apart > 1 ? `all ${apart} pairs of neighbours have` : `${apart} of ${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'} of neighbours ${apart === 1 ? 'has' : 'have'}`;
  const aside = narrow > 0 ? ` (${narrow} more ${narrow === 1 ? 'differs' : 'differ'} in one or two features only: a rule, not a segment)` : '';
  const start = `With ${k} segments, ${of} a real gap between them (dip test, p < ${dipThreshold})${aside}`;
  if (groups === 1) return `${start}; joining the others leaves a single group: one continuum, which can be sliced but has no seams.`;
  if (groups === k) return `${start}, so all ${k} stand.`;
  return `${start}; joining those without leaves ${groups}.`;
}

function verdict({ found, asked, delivered, centres, proven, word, shown }: Story): string {
  if (proven) {
    return [
      'Other random halves showed structure as well.',
      shown && delivered > shown.groups && `Looking inside each of them in the same way found ${delivered - shown.groups} more, ${delivered} in all.`,
      centres > delivered && `Some are too long or too wide for one centre and are drawn with several (${centres} centres in all).`,
      `So there are ${delivered} proven segments.`,
    ].filter(Boolean).join(' ');
  }
  if (shown && shown.groups > 1 && !found) return `Other random halves did not show the same, so no segments are proven. ${slices(delivered, word)}`;
  if (asked !== undefined) {
    const instead = found ? `the tests support ${found}` : 'the tests support none';
    return `You asked for ${asked}; ${instead}. The ${delivered} segments shown are a convenience partition: useful slices, not natural groups.`;
  }
  return `So no segments are proven. ${slices(delivered, word)}`;
}

function slices(delivered: number, word: EntityWord): string {
  return `The ${delivered} shown are a convenience partition: a practical way to slice a continuum, in which ${word.many} near a border are much alike. The quantile tiers are an alternative.`;
}

function list(numbers: readonly number[]): string {
  return numbers.length === 1 ? `${numbers[0]}` : `${numbers.slice(0, -1).join(', ')} and ${numbers[numbers.length - 1]}`;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const count = formatCount;
