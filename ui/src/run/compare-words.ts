import type { Comparison } from '../../../src/domain/comparison.js';
import type { Formats } from '../kit/formats.js';

type Aspect = Comparison['aspects'][number];

/** One question of a comparison as people ask it, and its answer in words of everyday. */
interface Words {
  readonly question: string;
  /** What the winner is: "is steadier". */
  readonly wins: string;
  answer(aspect: Aspect, f: Formats): string;
}

export const WORDS: Readonly<Record<Aspect['question'], Words>> = {
  steadier: {
    question: 'Which is steadier?',
    wins: 'is steadier',
    answer: ({ a, b }, f) => `When the sample changes, ${f.percent(a)} of a group stays together in the first and ${f.percent(b)} in the second.`,
  },
  'more separable': {
    question: 'Whose groups are further apart?',
    wins: 'has groups that are further apart',
    answer: ({ better }) => (better ? `The gaps between groups are wider in the ${better === 'a' ? 'first' : 'second'}.` : 'The gaps between groups are about as wide in both.'),
  },
  'easier to tell by rules': {
    question: 'Whose groups are easier to tell?',
    wins: 'has groups that are easier to tell',
    answer: ({ a, b }, f) => `A few plain questions put ${f.percent(a)} of the ${f.many} into the right group of the first, and ${f.percent(b)} into that of the second.`,
  },
  'more valuable': {
    question: 'Which tells more about who is worth what?',
    wins: 'tells more about who is worth what',
    answer: ({ a, b }, f) => `To know the group is to know ${f.percent(a)} of how ${f.many} differ in worth with the first, ${f.percent(b)} with the second.`,
  },
};

/** What it comes to, in two sentences. */
export function verdictOf({ aspects, agreement }: Pick<Comparison, 'aspects' | 'agreement'>, f: Formats): string {
  const won = (side: 'a' | 'b') => aspects.filter((aspect) => aspect.better === side).map((aspect) => WORDS[aspect.question].wins);
  const said = ([['The first', won('a')], ['The second', won('b')]] as const).filter(([, wins]) => wins.length > 0).map(([who, wins]) => `${who} ${list(wins)}.`);
  return [`${f.percent(agreement.unchanged.value)} of the ${f.many} stay in the matching group.`, ...(said.length > 0 ? said : ['Neither is better at anything that was measured.'])].join(' ');
}

const list = (parts: readonly string[]): string => (parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`);
