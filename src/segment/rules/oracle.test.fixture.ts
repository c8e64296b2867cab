import type { Condition, Rule, RowTest, TimeWindow } from '../../domain/rule.js';
import { asOf, DAY, HOUR, MINUTE, vocabulary, type Row, type Shop } from './shop.test.fixture.js';

// Every kind of condition again, naively, from its definition in words: one customer after another, looking at every raw row.

/** Whether the rule holds for the customer in that row. */
export function holdsFor(rule: Rule, shop: Shop, row: number): boolean {
  if ('all' in rule) return rule.all.every((part) => holdsFor(part, shop, row));
  if ('any' in rule) return rule.any.some((part) => holdsFor(part, shop, row));
  if ('not' in rule) return !holdsFor(rule.not, shop, row);
  return condition(rule, shop, row);
}

const ms = { minutes: MINUTE, hours: HOUR, days: DAY };
const instant = (text: string) => Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text) * 1000;
const compare = (a: number, op: string, b: number) => (op === '=' ? a === b : op === '!=' ? a !== b : op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b);

function condition(c: Condition, shop: Shop, row: number): boolean {
  const entity = shop.entities[row];
  const own = (source: string) => shop.sources[source].filter((r) => r.entity === entity);
  const now = asOf * 1000;
  switch (c.kind) {
    case 'feature': {
      const value = shop.features[c.feature][row];
      if (c.op === 'between') return value !== null && value >= c.from && value <= c.to;
      return 'value' in c ? value !== null && compare(value, c.op, Number(c.value)) : (value === null) === (c.op === 'missing');
    }
    case 'segment':
      return shop.segment[row] === vocabulary.segments.find(({ id }) => id === c.segment)!.segment && Number(shop.strength[row].toFixed(4)) >= Number((c.strength ?? 0).toFixed(4));
    case 'performed': {
      const rows = own(c.source).filter((r) => passes(r, c.where) && (c.source === 'people' || inWindow(r.at, c.window, own(c.source))));
      if (c.sum !== undefined) return compare(rows.reduce((sum, r) => sum + Math.round(Number(r[c.sum!] ?? 0) * 10_000), 0) / 10_000, c.op, c.value);
      if (c.distinct !== undefined) return compare(new Set(rows.map((r) => r[c.distinct!]).filter((v) => v !== null)).size, c.op, c.value);
      return compare(rows.length, c.op, c.value);
    }
    case 'sequence': {
      const length = c.within.length * ms[c.within.unit] * 1000;
      const firsts = own(c.first.source).filter((r) => passes(r, c.first.where) && inWindow(r.at, c.window, own(c.first.source)) && (c.per === undefined || r[c.per] !== null));
      const thens = own(c.then.source).filter((r) => passes(r, c.then.where) && inWindow(r.at, undefined));
      const came = (a: Row) => thens.some((b) => Number(b.at) > Number(a.at) && Number(b.at) <= Number(a.at) + length && (c.per === undefined || b[c.per] === a[c.per]));
      return firsts.some((a) => (c.followed ? came(a) : !came(a) && Number(a.at) + length <= now));
    }
    case 'first': case 'last': {
      const times = own(c.source).filter((r) => passes(r, c.where) && inWindow(r.at, undefined)).map((r) => Number(r.at));
      const elapsed = now - (c.kind === 'first' ? Math.min(...times) : Math.max(...times));
      return times.length > 0 && compare(elapsed, c.op, Math.round(c.value * ms[c.unit]) * 1000);
    }
    case 'attribute':
      return c.op === 'missing' ? own(c.source).every((r) => r[c.column] === null) : own(c.source).some((r) => passes(r, [c as RowTest]));
    case 'drawn': {
      // Winding angles would disagree on self-crossing areas; crossings are counted edge by edge, as the definition says.
      let crossings = 0;
      const x = shop.x[row], y = shop.y[row];
      for (let i = 0; i < c.points.length; i++) {
        const [x1, y1] = c.points[(i + c.points.length - 1) % c.points.length], [x2, y2] = c.points[i];
        if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) crossings++;
      }
      return crossings % 2 === 1;
    }
  }
}

function inWindow(at: Row[string], window: TimeWindow | undefined, all: readonly Row[] = []): boolean {
  if (at === null || Number(at) > asOf * 1000) return false;
  if (!window) return true;
  if ('session' in window) {
    // Of the session is whoever is joined with the newest row, and that with now, by steps that are all shorter than the length.
    const steps = [...all.filter((r) => r.at !== null && r.at >= at && Number(r.at) <= asOf * 1000).map((r) => Number(r.at)), asOf * 1000].sort((x, y) => x - y);
    return steps.every((step, i) => i === 0 || step - steps[i - 1] < window.session * ms[window.unit] * 1000);
  }
  if ('last' in window) return Number(at) > (asOf - window.last * ms[window.unit]) * 1000;
  return (window.from === undefined || Number(at) >= instant(window.from)) && (window.to === undefined || Number(at) < instant(window.to));
}

const passes = (row: Row, where: readonly RowTest[] | undefined) => (where ?? []).every((test) => passesOne(row[test.column], test));

function passesOne(value: Row[string], test: RowTest): boolean {
  if (value === null) return test.op === 'missing';
  const of = (written: string | number | boolean) => (typeof value === 'number' && typeof written === 'string' ? instant(written) : Number(written));
  switch (test.op) {
    case 'missing': return false;
    case 'known': return true;
    case 'in': return test.values.includes(value as string);
    case 'not in': return !test.values.includes(value as string);
    case 'contains': return small(String(value)).includes(small(test.value));
    case 'not contains': return !small(String(value)).includes(small(test.value));
    case 'between': return Number(value) >= of(test.from) && Number(value) <= of(test.to);
    default: return typeof value === 'string' ? (value === test.value) === (test.op === '=') : compare(Number(value), test.op, of(test.value));
  }
}

const small = (text: string) => Array.from(text, (letter) => String.fromCodePoint(letter.toLowerCase().codePointAt(0)!)).join('');
