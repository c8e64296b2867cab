import type { RowsOf, RowTest } from '../../domain/rule.js';
import { article } from '../../domain/reading.js';
import { cleanText, lowerFirst, singular } from '../../util/words.js';
import { quoted } from './exactly.js';
import { withWords } from './row-test.js';
import { columnNamed, type SourceWords, type Vocabulary } from './vocabulary.js';

/** What the rows of a source are, as words: "order line", "‘cart’ event", "support ticket"; and what is asked of them: " with product ‘Mug’". */
export interface RowWords {
  readonly one: string;
  readonly many: string;
  readonly tests: string;
}

/** @throws `rules/unknown-column`, `rules/wrong-type` */
export function rowWords(source: SourceWords, where: readonly RowTest[] | undefined, { currency }: Vocabulary): RowWords {
  const kinds = (where ?? []).filter((test) => test.column === 'event' && test.op === '=');
  const [kind] = kinds.length === 1 ? kinds : [];
  const phrases = (where ?? []).filter((test) => test !== kind).map((test) => withWords(test, columnNamed(source, test.column), currency));
  const tests = phrases.map((phrase, i) => ` ${i > 0 ? 'and ' : ''}${i > 0 && /^with /.test(phrase) && /^with /.test(phrases[i - 1]) ? phrase.slice(5) : phrase}`).join('');
  const noun = nounOf(source);
  const value = kind && 'value' in kind ? String(kind.value) : undefined;
  const one = value === undefined ? noun : `${quoted(value)} ${noun}`;
  return { one, many: plural(one), tests };
}

/** What somebody does by leaving a row: an order, whatever the number of its lines. */
export function deedWords(source: SourceWords, rows: RowsOf, vocabulary: Vocabulary): RowWords {
  const words = rowWords(source, rows.where, vocabulary);
  return words.one === 'order line' ? { ...words, one: 'order', many: 'orders' } : words;
}

/** "an order", "a ‘cart’ event". */
export const withArticle = (noun: string): string => (/^‘/.test(noun) ? (/^‘[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`) : `${article(noun)}${noun}`);

function nounOf({ name, kind, columns }: SourceWords): string {
  if (kind === 'transactions') return columns.some((column) => column.name === 'order_id') ? 'order line' : 'purchase';
  const plain = lowerFirst(cleanText(name.replace(/\.\w+$/, '').replace(/[_-]+/g, ' ')));
  const one = singular(plain);
  return kind !== 'events' || /\bevent$/.test(one) ? one : `${one} event`;
}

/** English plural of a plain noun: "category" → "categories". */
export function plural(noun: string): string {
  if (/[^aeiou]y$/i.test(noun)) return noun.replace(/y$/i, 'ies');
  return /(s|x|z|ch|sh)$/i.test(noun) ? `${noun}es` : `${noun}s`;
}
