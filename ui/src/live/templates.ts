import type { RowsOf } from '../../../src/domain/rule.js';
import type { Template } from '../rules/choices.js';
import type { RuleWords } from '../rules/speech.js';

/** Live segments that somebody may want to begin with, of events that were seen. */
export function liveTemplatesOf({ sources }: RuleWords): Template[] {
  const columns = sources.find(({ name }) => name === 'events')?.columns ?? [];
  const events = columns.find(({ name }) => name === 'event')?.values ?? [];
  const named = (pattern: RegExp, not?: RegExp) => events.find((event) => pattern.test(event) && !not?.test(event));
  const rows = (event: string): RowsOf => ({ source: 'events', where: [{ column: 'event', op: '=', value: event }] });
  const cart = named(/cart|basket|trolley|product added/i, /remove|empt|cleared/i);
  const bought = named(/order|purchase|checkout.?complete|bought|paid|subscri/i, /cancel|refund|remove|started/i);
  const seen = named(/view|page|play|open|search/i) ?? events[0];
  const same = columns.find(({ name, type }) => type === 'text' && /^properties\.(cart|cart_?id|checkout_?id)$/i.test(name))?.name;
  const made: (Template | false | undefined)[] = [
    cart !== undefined && bought !== undefined && {
      id: 'cart', title: 'Left a cart', text: `“${cart}”, and no “${bought}” within 30 minutes.`,
      rule: { all: [{ kind: 'sequence', first: rows(cart), then: rows(bought), followed: false, within: { length: 30, unit: 'minutes' }, window: { last: 1, unit: 'days' }, ...(same && { per: same }) }] },
    },
    seen !== undefined && {
      id: 'session', title: 'Much interest in this session', text: `“${seen}” at least 3 times in the session that is going on.`,
      rule: { all: [{ kind: 'performed', ...rows(seen), op: '>=', value: 3, window: { session: 30, unit: 'minutes' } }] },
    },
    bought !== undefined && { id: 'lapsed', title: 'Lapsed', text: `“${bought}” before, but not for 90 days.`, rule: { all: [{ kind: 'last', ...rows(bought), op: '>=', value: 90, unit: 'days' }] } },
    seen !== undefined && {
      id: 'weekend', title: 'Every weekend', text: `“${seen}” on Saturday or Sunday, by the clock where they are, at least 5 times in 28 days.`,
      rule: { all: [{ kind: 'performed', source: 'events', where: [...rows(seen).where!, { column: 'local.weekday', op: '>=', value: 6 }], op: '>=', value: 5, window: { last: 28, unit: 'days' } }] },
    },
    events.length > 0 && {
      id: 'lunch', title: 'Here at lunch', text: 'Something between 11 and 14 o’clock where they are, on 3 different days of the last 14.',
      rule: { all: [{ kind: 'performed', source: 'events', where: [{ column: 'local.hour', op: 'between', from: 11, to: 13 }], distinct: 'local.date', op: '>=', value: 3, window: { last: 14, unit: 'days' } }] },
    },
  ];
  return made.filter((template) => !!template);
}
