import { cleanText, lowerFirst } from '../util/words.js';
import type { Signal } from './signal.js';
import type { Theme } from '../util/theme.js';

/** Adjectives for the themes whose features' own words would repeat the nouns of names; the others use the feature's words. */
const known: Readonly<Partial<Record<Theme, Readonly<Record<'high' | 'low', string>>>>> = {
  recency: { high: 'lapsed', low: 'active' },
  'recent activity': { high: 'active', low: 'quiet' },
  frequency: { high: 'frequent', low: 'occasional' },
  tenure: { high: 'long-standing', low: 'new' },
  trend: { high: 'growing', low: 'fading' },
  spend: { high: 'high-value', low: 'low-value' },
};

/** Words that make a phrase of what follows, not an adjective ("many absences", "no browsing lately"). */
const quantity = /^(high|low|many|few|more|less|fewer|long|short|no|not|big|small|large|much|mostly|little|above|below|strong|weak|recent|steady|occasional|growing|declining|deep|brief)$/i;

/** One word, possibly hyphenated, that goes before the noun of a name; '' where the feature has none to offer. */
export function adjective({ feature, theme, direction }: Signal, shop: boolean): string {
  const own = known[theme]?.[direction];
  if (own && (shop || theme !== 'spend')) return own;
  const ofRows = /attribute/.test(feature.family) && feature.kind === 'share';
  if (ofRows && direction === 'low') return '';
  if (ofRows && /manager|agent|person|owner|seller|\brep\b|name|country|city|region$|state|location/.test(feature.family)) return '';
  const said = (ofRows ? kindOf(feature) : feature.words[direction]).replace(/-(buying|browsing|viewing|writing|opening)$/i, '');
  const plain = bareWords(said, 4).split(' ').filter(Boolean);
  if (plain.length === 2 && /^(high|low)$/i.test(plain[0])) return graded(plain[0], plain[1]);
  if (plain.length === 0 || plain.length > 2 || quantity.test(plain[0]) || feature.kind === 'flag') return plain.length === 1 && participle.test(plain[0]) ? plain[0] : '';
  return plain.join(plain.some((word) => word.includes('-')) ? ' ' : '-').toLowerCase();
}

const participle = /^\p{Ll}+(ed|less|ive|time|ing)$/u;

/** "Share of regional office Central": the attribute, then the kind; the family tells how many words are the attribute's. */
function kindOf({ family, title }: Signal['feature']): string {
  const attribute = /attribute (.+)$/.exec(family)?.[1].split(/[_ ]/).filter((word) => !/^\d+$/.test(word)) ?? [];
  return lowerFirst(title.replace(/^.*\bshare of /i, '').split(' ').slice(attribute.length).join(' '));
}

function graded(grade: string, thing: string): string {
  if (/^age$/i.test(thing)) return grade === 'high' ? 'older' : 'younger';
  return `${grade}-${lowerFirst(thing)}`;
}

/** What can only be said after the noun: "with many absences", "with month-to-month contract", "from Germany"; '' where there is nothing. */
export function qualifier({ feature, direction }: Signal): string {
  if (feature.kind === 'flag') return flagQualifier(feature.title, direction === 'high');
  const words = bareWords(feature.words[direction], 5).split(' ').filter(Boolean);
  if (/attribute/.test(feature.family) && feature.kind === 'share') return shareQualifier(/attribute (.+)$/.exec(feature.family)?.[1].replaceAll('_', ' ') ?? '', bareWords(kindOf(feature), 3), direction === 'high');
  if (words.length >= 2 && words.length <= 3 && quantity.test(words[0]) && !/^not$/i.test(words[0])) return `with ${words.map(lowerFirst).join(' ')}`;
  if (words.length > 0 && !quantity.test(words[0])) return '';
  const title = bareWords(feature.title, 4).split(' ').filter(Boolean);
  return title.length >= 1 && title.length <= 2 ? `with ${direction} ${lowerFirst(title.join(' '))}` : '';
}

const place = /^(country|city|region|state|place|town|nation|market)$/i;

function shareQualifier(attribute: string, name: string, high: boolean): string {
  if (!attribute || !name || name.split(' ').length > 2) return '';
  if (place.test(attribute)) return `${high ? 'from' : 'outside'} ${/^united|kingdom$|states$|netherlands$|islands$/i.test(name) ? 'the ' : ''}${upper(name)}`;
  return high && !attribute.includes(' ') ? `with ${attribute} ${name}` : '';
}

function flagQualifier(fullTitle: string, yes: boolean): string {
  const pair = /^(.+?)(?::| is| =) (.+)$/.exec(cleanText(fullTitle, 80));
  const title = lowerFirst(bareWords(pair ? pair[1] : fullTitle, 3));
  const kind = pair ? lowerFirst(bareWords(pair[2], 3)) : '';
  const enough = (text: string) => text.split(' ').length <= 3;
  if (!title || !enough(title)) return '';
  if (!kind || /^(yes|true|y|1)$/i.test(kind)) return `${yes ? 'with' : 'without'} ${title}`;
  if (/^(no|false|n|0)$/i.test(kind)) return `${yes ? 'without' : 'with'} ${title}`;
  if (place.test(title)) return `${yes ? 'from' : 'outside'} ${upper(kind)}`;
  const none = /^no[- ](.+)$/i.exec(kind)?.[1].replaceAll('-', ' ');
  if (none) return `${yes ? 'without' : 'with'} ${none}`;
  const both = /^\d+([.,]\d+)?$/.test(kind) ? `${title} ${kind}` : `${kind} ${title}`;
  return enough(both) ? `${yes ? 'with' : 'without'} ${both}` : '';
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Letters, digits, hyphens and apostrophes only, at most `limit` words of at most 20 letters; possibly empty. */
export function bareWords(text: string, limit: number): string {
  return cleanText(text ?? '', 80)
    .replace(/\([^)]*\)?/g, ' ') // units and notes in brackets
    .replace(/^unnamed$/, '')
    .replace(/[^\p{L}\p{M}\p{N}'’\- ]+/gu, ' ')
    .split(' ')
    .map((word) => word.replace(/^[-'’]+|[-'’]+$/g, ''))
    .filter((word) => /[\p{L}\p{N}]/u.test(word) && [...word].length <= 20)
    .slice(0, limit)
    .join(' ');
}
