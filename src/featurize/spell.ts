import { upperFirst } from '../util/words.js';

/** What a clipped word at the beginning of a column's name says about the rest. */
const HEADS: readonly (readonly [RegExp, (rest: string) => string])[] = [
  [/^(mnt|amt|amount) (?!of\b|spent\b)(.+)$/, (rest) => `amount spent on ${rest}`],
  [/^(num|nbr|nb|cnt|count) (?!of\b)(.+) month$/, (rest) => `number of ${rest} a month`],
  [/^(num|nbr|nb|cnt|count) (?!of\b)(.+)$/, (rest) => `number of ${rest}`],
  [/^(avg|mean) (.+)$/, (rest) => `average ${rest}`],
  [/^(tot|ttl) (.+)$/, (rest) => `total ${rest}`],
  [/^(pct|perc) (?!of\b)(.+)$/, (rest) => `percentage of ${rest}`],
  [/^(max) (.+)$/, (rest) => `largest ${rest}`],
  [/^(min) (.+)$/, (rest) => `smallest ${rest}`],
  [/^(qty|quantity) (?!of\b)(.+)$/, (rest) => `quantity of ${rest}`],
  [/^(dt|date) (?!of\b)(customer|client|member|user|account)$/, (rest) => `becoming a ${rest}`],
  [/^(dt|date) (?!of\b)(.+)$/, (rest) => `${rest} date`],
];

/** Words that column names clip or run together. */
const WORDS: Readonly<Record<string, string>> = {
  prod: 'product', prods: 'products', cust: 'customer', acct: 'account', addr: 'address', trans: 'transactions', txn: 'transaction', txns: 'transactions',
  qty: 'quantity', amt: 'amount', num: 'number', avg: 'average', tot: 'total', pct: 'percentage', dt: 'date', comp: 'composition', freq: 'frequency',
  kidhome: 'kids at home', teenhome: 'teens at home', frzn: 'frozen', hh: 'household', mth: 'month', mths: 'months', yr: 'year', yrs: 'years',
  cmp: 'campaign', tv: 'TV', url: 'URL', sms: 'SMS', id: 'ID', dob: 'date of birth',
};

/** A column's title with clipped words written out: "Mnt meat prods" → "Amount spent on meat products", "Accepted cmp3" → "Accepted campaign 3". */
export function spelled(title: string): string {
  const plain = title.replace(/^(\p{Lu})(?=\p{Ll})/u, (c) => c.toLowerCase());
  const birth = /^(year|date|place|country) (birth)$/.exec(plain);
  if (birth) return upperFirst(`${birth[1]} of ${birth[2]}`);
  let said = plain;
  for (const [head, say] of HEADS) {
    const found = head.exec(plain);
    if (!found) continue;
    said = say(found[2]);
    break;
  }
  const words = said.split(' ').map((word) => {
    const [, letters, digits] = /^(\p{L}+?)(\d*)$/u.exec(word) ?? [];
    const whole = letters && Object.hasOwn(WORDS, letters.toLowerCase()) ? WORDS[letters.toLowerCase()] : undefined;
    return whole ? [whole, digits].filter(Boolean).join(' ') : word;
  });
  return upperFirst(words.join(' '));
}

/** One kind of event in the plural, where it is a plain noun ("view" → "views"); undefined for what is not ("sent"). */
export function pluralKind(kind: string): string | undefined {
  if (/^(search|purchase|visit|view|open|click|order|call|login|download|signup|install|like|share|comment|redemption|return|payment|message|booking|session|play|page view|pageview|product view|bounce)$/i.test(kind)) {
    return /(ch|sh|s|x)$/i.test(kind) ? `${kind}es` : `${kind}s`;
  }
  if (/^add (to|a) /i.test(kind)) return kind.replace(/^add/i, 'adds');
  return /[^s]s$/i.test(kind) ? kind : undefined;
}
