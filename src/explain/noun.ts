import type { Contrast } from './contrast.js';
import { type Signal, timesUsual } from './signal.js';
import type { Theme } from '../util/theme.js';

/** A noun for a segment's name, and the themes that it settles, so that no modifier repeats them. */
export interface Head {
  readonly noun: string;
  readonly settles: readonly Theme[];
  /** Those that it settles even among segments that share the noun. */
  readonly own: readonly Theme[];
  readonly strength: number;
  /** Only the entity's word: needs modifiers to say anything. */
  readonly bare: boolean;
  /** Shopping words fit. */
  readonly shop: boolean;
}

/** Nouns that fit, best first: what somebody does says more than the word for everybody, which comes last. */
export function heads(strong: readonly Signal[], many: string, found: Contrast, segment: number): Head[] {
  const shop = isShop(found, many);
  const bare: Head = { noun: many, settles: [], own: [], strength: 0, bare: true, shop };
  if (!shop) return [bare];
  const of: Find = (theme, direction) => strong.find((s) => s.theme === theme && s.direction === direction);
  const fitting = nouns.flatMap(({ theme, direction, also, when, noun, weight, settles = [] }): Head[] => {
    const signal = of(theme, direction);
    const second = also && of(also[0], also[1]);
    if (!signal || (also && (!second || timesUsual(second) < 1.5)) || (when && !when(signal))) return [];
    const own = [theme, ...(also ? [also[0]] : [])];
    return [{ noun, settles: [...own, ...settles], own, strength: weight * (signal.strength + (second ? 0.5 * second.strength : 0)), bare: false, shop }];
  });
  const once = oneTimers(found, segment, of);
  return [...(once ? [once] : []), ...fitting.sort((a, b) => b.strength - a.strength), bare];
}

type Find = (theme: Theme, direction: 'high' | 'low') => Signal | undefined;

/** Nearly all of them ordered exactly once, and most others did not. */
function oneTimers(found: Contrast, segment: number, of: Find): Head | undefined {
  const j = found.features.findIndex((f) => f.name === 'orders');
  if (j < 0) return undefined;
  const at = segment * found.features.length + j;
  if (!(found.here[at] > 0.5) || !(found.here[at] <= 1.15) || !(found.elsewhere[at] >= 1.3)) return undefined;
  const season = of('season', 'high');
  const gift = season && /christmas|gift|holiday|festive|december|q4|year-end/i.test(`${season.feature.title} ${season.feature.words.high}`);
  // One order settles how often, how regularly and how widely they buy, so those say nothing more.
  const settles: Theme[] = ['frequency', 'interval', 'variety', 'tenure', 'trend', 'spend', 'order value', 'basket', 'recent activity'];
  const own: Theme[] = ['frequency', 'interval', 'variety', 'trend', 'tenure', 'spend'];
  return { noun: gift ? 'one-time gift buyers' : 'one-time buyers', settles: gift ? [...settles, 'season', 'recency'] : settles, own, strength: 9, bare: false, shop: true };
}

interface Noun {
  readonly theme: Theme;
  readonly direction: 'high' | 'low';
  readonly also?: readonly [Theme, 'high' | 'low'];
  readonly when?: (signal: Signal) => boolean;
  readonly noun: string;
  readonly weight: number;
  readonly settles?: readonly Theme[];
}

/** Of everyone, not only of the rest: two thirds of all cannot be "big spenders". */
const atLeast = (times: number) => (s: Signal) => timesUsual(s) >= times || (s.usual <= 0 && s.here > 0);
const rich: readonly Theme[] = ['tenure', 'trend', 'interval', 'variety', 'order value', 'basket', 'recent activity'];

const nouns: readonly Noun[] = [
  { theme: 'basket', direction: 'high', when: atLeast(5), noun: 'bulk resellers', weight: 1.6, settles: ['spend', 'variety', 'frequency', 'order value', 'recency', 'recent activity'] },
  { theme: 'browsing', direction: 'high', also: ['spend', 'low'], when: atLeast(6), noun: 'bot-like visitors', weight: 3, settles: ['hours', 'frequency', 'recency', 'recent activity', 'variety', 'email', 'weekdays'] },
  { theme: 'discount', direction: 'high', when: (s) => s.here >= 0.25 || s.feature.kind !== 'share', noun: 'bargain hunters', weight: 1.5 },
  { theme: 'recency', direction: 'high', also: ['spend', 'high'], when: atLeast(1.5), noun: 'lapsed big spenders', weight: 1.2, settles: [...rich, 'frequency'] },
  { theme: 'frequency', direction: 'high', also: ['spend', 'high'], when: atLeast(1.8), noun: 'loyal big spenders', weight: 1.05, settles: [...rich, 'recency'] },
  { theme: 'spend', direction: 'high', when: atLeast(1.5), noun: 'big spenders', weight: 1.3, settles: ['order value', 'variety'] },
  { theme: 'spend', direction: 'low', when: atLeast(1.5), noun: 'light spenders', weight: 0.9, settles: ['order value', 'variety'] },
  { theme: 'browsing', direction: 'high', when: atLeast(1.5), noun: 'browsers', weight: 1.1 },
  { theme: 'returns', direction: 'high', when: (s) => s.here >= 0.15, noun: 'frequent returners', weight: 1.2 },
  { theme: 'variety', direction: 'high', when: atLeast(1.5), noun: 'variety seekers', weight: 0.8 },
  { theme: 'frequency', direction: 'high', when: atLeast(1.8), noun: 'regulars', weight: 1, settles: ['recency', 'interval', 'variety', 'recent activity'] },
  { theme: 'basket', direction: 'high', when: atLeast(1.3), noun: 'bulk buyers', weight: 0.9, settles: ['order value'] },
  { theme: 'order value', direction: 'high', when: atLeast(1.3), noun: 'big-basket buyers', weight: 0.9 },
  { theme: 'order value', direction: 'low', when: atLeast(1.3), noun: 'small-basket buyers', weight: 0.8 },
  { theme: 'frequency', direction: 'low', when: atLeast(1.3), noun: 'occasional buyers', weight: 0.7, settles: ['interval', 'variety', 'recent activity'] },
];

function isShop(found: Contrast, many: string): boolean {
  const named = new Set(found.features.map((f) => f.name));
  return (named.has('orders') || named.has('spend')) && /^(customers?|clients?|shoppers?|buyers?|households?|users?|guests?|members?|consumers?|people|persons?|visitors?|subscribers?|cards?)$/i.test(many);
}
