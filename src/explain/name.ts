import { upperFirst } from '../util/words.js';
import { adjective, bareWords, qualifier } from './adjective.js';
import type { Contrast } from './contrast.js';
import { type Head, heads } from './noun.js';
import { type Signal, signals } from './signal.js';
import type { Theme } from '../util/theme.js';

const mostWords = 5;

/**
 * One name per segment, made of what sets it apart: at most two modifiers and a head noun ("Late-night organic browsers"), or, for data
 * that is not about shopping, the entity's own word ("Older patients with many visits"). At most five words, never empty, all distinct.
 */
export function names(found: Contrast, entityWord: { readonly one: string; readonly many: string }): string[] {
  const many = bareWords(entityWord.many, 2) || 'customers';
  const wordings = Array.from({ length: found.k }, (_, segment) => {
    const said = signals(found, segment);
    return { names: candidates(said, many, found, segment), strength: said[0]?.strength ?? 0 };
  });
  // Who has the most to say chooses first; the others tell themselves apart from it.
  const order = wordings.map((_, segment) => segment).sort((a, b) => wordings[b].strength - wordings[a].strength || a - b);
  const made = new Array<string>(found.k);
  const taken = new Set<string>();
  for (const segment of order) {
    const name = wordings[segment].names.find((candidate) => !taken.has(key(candidate))) ?? numbered(wordings[segment].names[0], taken);
    taken.add(key(name));
    made[segment] = name;
  }
  return made;
}

const key = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');

function numbered(name: string, taken: ReadonlySet<string>): string {
  const bare = name.split(' ').slice(0, mostWords - 1).join(' ');
  for (let n = 2; ; n++) if (!taken.has(key(`${bare} ${n}`))) return `${bare} ${n}`;
}

/** Names for one segment, best first. */
function candidates(all: readonly Signal[], many: string, found: Contrast, segment: number): string[] {
  const top = all[0]?.strength ?? 0;
  const strong = all.filter((s) => s.strength >= 0.25 * top).slice(0, 6);
  const made: string[] = [];
  for (const head of heads(strong, many, found, segment)) {
    const rest = strong.filter((s) => !head.settles.includes(s.theme));
    const modifiers = rest.map((s) => ({ signal: s, text: adjective(s, head.shop) })).filter((m) => m.text);
    const qualified = head.bare ? rest.map((s) => ({ signal: s, text: qualifier(s) })).filter((q) => q.text) : [];
    const [best] = qualified;
    if (best && best.signal.strength > 1.2 * (modifiers[0]?.signal.strength ?? 0)) made.push(...phrased(head.noun, best, modifiers));
    for (const count of counts(modifiers, top, head)) made.push(...assembled(modifiers, count, head.noun));
    for (const other of qualified) made.push(...phrased(head.noun, other, modifiers));
  }
  made.push(`Everyday ${many}`, `Other ${many}`, `Remaining ${many}`);
  const names = made.map((name) => upperFirst(name.replace(/\s+/g, ' ').trim()));
  return [...new Set(names)].filter((name) => name.split(' ').length <= mostWords && name.split(' ').length > 1);
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
    if (stems(modifier.text).some((stem) => said.has(stem))) continue;
    stems(modifier.text).forEach((stem) => said.add(stem));
    chosen.push(modifier);
  }
  if (chosen.length < count) return [];
  const place = ({ signal }: Part) => order.indexOf(signal.theme) + 1 || order.length + 1;
  return [[...chosen.sort((a, b) => place(a) - place(b)).map((m) => m.text), noun].join(' ')];
}

const order: readonly Theme[] = ['recency', 'recent activity', 'trend', 'tenure', 'frequency', 'interval', 'spend', 'hours', 'weekdays', 'season', 'email', 'price', 'order value', 'basket', 'category'];

const stems = (text: string) => text.toLowerCase().split(/[\s-]+/).map((word) => word.replace(/(ing|ers?|s|ly)$/, '')).filter((stem) => stem.length > 2);
