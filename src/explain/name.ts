import { lowerFirst, upperFirst } from '../util/words.js';
import { adjective, bareWords, qualifier } from './adjective.js';
import type { Contrast } from './contrast.js';
import { type Head, heads } from './noun.js';
import { type Signal, signals } from './signal.js';
import type { Theme } from '../util/theme.js';

type EntityWord = { readonly one: string; readonly many: string };
/** Whether something may be said of a segment. */
type Holds = (segment: number, signal: Signal) => boolean;

const mostWords = 5;
/** Beside a parent's name there is room for a little more. */
const mostWordsInside = 7;

/**
 * One name per segment, made of what sets it apart: at most two modifiers and a head noun ("Late-night organic browsers"), or, for data
 * that is not about shopping, the entity's own word ("Older patients with many visits"). Segments that share a noun are told apart by what
 * differs among them. At most five words, never empty, all distinct.
 */
export function names(found: Contrast, entityWord: EntityWord, holds: Holds = () => true): string[] {
  const many = bareWords(entityWord.many, 2) || 'customers';
  const said = Array.from({ length: found.k }, (_, segment) => signals(found, segment).filter((one) => holds(segment, one)));
  const top = said.map((s) => s[0]?.strength ?? 0);
  const nouns = said.map((s, segment) => heads(s.filter((one) => one.strength >= faint), many, found, segment));
  const wordings = said.map((s, segment) => {
    const made = nouns[segment].flatMap((head, i) => {
      const rivals = i === 0 && !head.bare ? nouns.flatMap((other, r) => (r !== segment && other[0].noun === head.noun ? [r] : [])) : [];
      return rivals.length > 0 ? amongRivals(head, signals(found, segment, rivals)) : withHead(head, strongest(s));
    });
    return top[segment] < faint ? [`everyday ${many}`, ...made] : made;
  });
  // Who has the most to say chooses first; the others tell themselves apart from it.
  const order = wordings.map((_, segment) => segment).sort((a, b) => top[b] - top[a] || a - b);
  const made = new Array<string>(found.k);
  const owner = new Map<string, number>();
  for (const segment of order) {
    const free = (list: readonly string[]) => list.map(polished).find((name) => fits(name) && !owner.has(key(name)));
    const first = wordings[segment].map(polished).find(fits);
    const rival = first === undefined ? undefined : owner.get(key(first));
    const name = (first === undefined || rival === undefined ? first : free(apart(lowerFirst(first), many, signals(found, segment, [rival]))))
      ?? free(wordings[segment])
      ?? free([`everyday ${many}`, `other ${many}`, `remaining ${many}`])
      ?? numbered(first ?? `Other ${many}`, owner);
    owner.set(key(name), segment);
    made[segment] = name;
  }
  return made;
}

/**
 * Names for the segments inside one of a broader level, `parent`. `found` measures them against each other, `whole` (at the positions `at`) against
 * everyone: what sets one apart inside and is true against everyone makes a name by itself; else it only compares, and goes before the parent's name
 * ("Quieter loyal big spenders" are no lapsed customers).
 */
export function namesInside(found: Contrast, whole: Contrast, at: readonly number[], parent: string, entityWord: EntityWord): string[] {
  const many = bareWords(entityWord.many, 2) || 'customers';
  const holds: Holds = (segment, { j, direction }) => {
    const effect = whole.effect[at[segment] * whole.features.length + j];
    return direction === 'high' ? effect >= 0.2 : effect <= -0.2;
  };
  const plain = names(found, entityWord, holds);
  const taken = new Set([key(parent)]);
  const made = plain.map((name, segment) => {
    const said = signals(found, segment);
    const [best, real] = [said[0]?.strength ?? 0, said.find((one) => holds(segment, one))?.strength ?? 0];
    if (real < faint || real < 0.6 * best || taken.has(key(name)) || /^(everyday|other|remaining) /i.test(name)) return undefined;
    taken.add(key(name));
    return name;
  });
  return made.map((name, segment) => {
    if (name !== undefined) return name;
    const options = [...compared(lowerFirst(parent), many, signals(found, segment)), `other ${lowerFirst(parent)}`].map(polished);
    const free = options.find((option) => option.split(' ').length <= mostWordsInside && !taken.has(key(option))) ?? numbered(`Other ${many}`, taken);
    taken.add(key(free));
    return free;
  });
}

/** Comparisons before the parent's name, or with the entity's word. */
function compared(base: string, many: string, differences: readonly Signal[]): string[] {
  return differences.flatMap((s) => {
    const counted = s.feature.kind === 'count';
    const phrase = qualifier(s).replace(counted ? /^with (?:high|many) / : /^with many /, 'with more ').replace(counted ? /^with (?:low|few) / : /^with few /, 'with fewer ').replace(/^with (high|low) /, 'with $1er ');
    const text = comparative(s, base);
    return [...(text ? assembled([{ signal: s, text }], 1, base) : []), ...(phrase ? [`${many} ${phrase}`] : []), ...(text ? assembled([{ signal: s, text }], 1, many) : [])];
  });
}

const comparatives: Readonly<Partial<Record<Theme, Readonly<Record<'high' | 'low', string>>>>> = {
  frequency: { high: 'more-frequent', low: 'less-frequent' }, tenure: { high: 'longer-standing', low: 'newer' }, spend: { high: 'higher-value', low: 'lower-value' },
};

function comparative(signal: Signal, noun: string): string {
  const own = comparatives[signal.theme]?.[signal.direction];
  return own ?? relative(signal, noun).replace(/^(high|low)-/, '$1er-');
}

/** Below this nothing sets a segment far apart. */
const faint = 0.45;

const key = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
const polished = (name: string) => upperFirst(name.replace(/\s+/g, ' ').trim());
const fits = (name: string) => name.split(' ').length <= mostWords && name.split(' ').length > 1;
const strongest = (all: readonly Signal[]) => all.filter((s) => s.strength >= 0.25 * (all[0]?.strength ?? 0)).slice(0, 6);

function numbered(name: string, taken: { has(key: string): boolean }): string {
  const bare = name.split(' ').slice(0, mostWords - 1).join(' ');
  for (let n = 2; ; n++) if (!taken.has(key(`${bare} ${n}`))) return `${bare} ${n}`;
}

/** Names around one noun, best first. */
function withHead(head: Head, strong: readonly Signal[]): string[] {
  const top = strong[0]?.strength ?? 0;
  const rest = strong.filter((s) => !head.settles.includes(s.theme));
  const modifiers = rest.map((s) => ({ signal: s, text: adjective(s, head.shop) })).filter((m) => m.text);
  const qualified = head.bare ? rest.map((s) => ({ signal: s, text: qualifier(s) })).filter((q) => q.text) : [];
  const [best] = qualified;
  const made: string[] = [];
  if (best && best.signal.strength > 1.2 * (modifiers[0]?.signal.strength ?? 0)) made.push(...phrased(head.noun, best, modifiers));
  for (const count of counts(modifiers, top, head)) made.push(...assembled(modifiers, count, head.noun));
  for (const other of qualified) made.push(...phrased(head.noun, other, modifiers));
  return made;
}

/** Names for one of several segments with the same noun: the noun with what differs among them. */
function amongRivals(head: Head, differences: readonly Signal[]): string[] {
  const modifiers = differences.filter((s) => !head.own.includes(s.theme)).map((s) => ({ signal: s, text: relative(s, head.noun) })).filter((m) => m.text);
  return [...assembled(modifiers, 1, head.noun), ...modifiers.slice(1).flatMap((m) => assembled([m], 1, head.noun)), head.noun];
}

/** Names that tell a segment apart from those that have taken its own. */
function apart(base: string, many: string, differences: readonly Signal[]): string[] {
  return differences.flatMap((s) => {
    const [text, phrase] = [relative(s, base), qualifier(s)];
    return [
      ...(text ? assembled([{ signal: s, text }], 1, base) : []),
      ...(phrase ? [`${many} ${phrase}`] : []),
      ...(text ? assembled([{ signal: s, text }], 1, many) : []),
    ].filter((name) => fits(polished(name)));
  });
}

/** An adjective that compares with those of the same noun: "earlier" and "recent" rather than "lapsed" and "active". */
function relative(signal: Signal, noun: string): string {
  if (signal.theme !== 'recency' && signal.theme !== 'recent activity') return adjective(signal, true);
  const late = (signal.theme === 'recency') === (signal.direction === 'low');
  return /one-time/.test(noun) ? (late ? 'recent' : 'earlier') : late ? 'active' : 'quieter';
}

interface Part {
  readonly signal: Signal;
  readonly text: string;
}

/** How many modifiers to try, best first: those nearly as telling as what is most telling, one at least for a noun that says nothing. */
function counts(modifiers: readonly Part[], top: number, head: Head): number[] {
  const least = head.bare ? 1 : 0;
  const worthy = Math.min(2, Math.max(least, modifiers.filter((m) => m.signal.strength >= 0.6 * top).length));
  return [worthy, ...[1, 2, 0, 3].filter((n) => n !== worthy && n >= least)];
}

function phrased(noun: string, { signal, text }: Part, modifiers: readonly Part[]): string[] {
  const whole = `${noun} ${text}`;
  const others = modifiers.filter((m) => m.signal.j !== signal.j);
  return [...assembled(others.filter((m) => m.signal.strength >= 0.6 * signal.strength), 1, whole), whole, ...assembled(others, 1, whole)];
}

/** The first `count` modifiers that do not repeat the noun or each other, in the order English wants them; nothing when there are fewer. */
function assembled(modifiers: readonly Part[], count: number, noun: string): string[] {
  const chosen: Part[] = [];
  const said = new Set(stems(noun));
  for (const modifier of modifiers) {
    if (chosen.length === count) break;
    if (stems(modifier.text).some((stem) => said.has(stem)) || odd(modifier.text, [noun, ...chosen.map((c) => c.text)])) continue;
    stems(modifier.text).forEach((stem) => said.add(stem));
    chosen.push(modifier);
  }
  if (chosen.length < count) return [];
  const place = ({ signal }: Part) => order.indexOf(signal.theme) + 1 || order.length + 1;
  return [[...chosen.sort((a, b) => place(a) - place(b)).map((m) => m.text), noun].join(' ')];
}

/** Words that are true together and sound wrong together. */
const oddTogether: readonly (readonly [RegExp, RegExp])[] = [[/\blapsed\b/, /\b(new|active|growing|frequent)\b/], [/\bquiet(er)?\b/, /\b(active|growing)\b/], [/\bloyal\b/, /\b(new|lapsed)\b/], [/\bone-time\b/, /\b(frequent|occasional|irregular)\b/]];
const odd = (word: string, others: readonly string[]) => oddTogether.some(([a, b]) => others.some((other) => (a.test(word) && b.test(other)) || (b.test(word) && a.test(other))));

const order: readonly Theme[] = ['recency', 'recent activity', 'trend', 'tenure', 'frequency', 'interval', 'spend', 'hours', 'weekdays', 'season', 'email', 'price', 'order value', 'basket', 'category'];

const stems = (text: string) => text.toLowerCase().split(/[\s-]+/).map((word) => word.replace(/(ing|ers?|s|ly)$/, '')).filter((stem) => stem.length > 2);
