import type { Event, Identifier, Json } from '../../src/domain/event.js';
import type { Condition, Rule, RowTest } from '../../src/domain/rule.js';
import type { JournalRecord } from '../../src/store/journal.js';
import { eventColumns, lengthMs, types } from './generate.js';

// Everything again, naively, from its definition in words: at every instant the whole journal is read from the beginning. It shares no code with what it judges.

type Value = number | string | boolean | undefined;
export interface Row { readonly at: number; readonly seq: number; readonly values: Readonly<Record<string, Value>> }
/** Somebody as known at an instant. */
export interface Person {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly traits: Readonly<Record<string, Value>>;
  /** The same as they were written. */
  readonly said: Readonly<Record<string, Json>>;
}

export interface Picture {
  readonly people: readonly Person[];
  /** The rule that each segment is ruled by. */
  readonly rules: ReadonlyMap<string, Rule>;
}

const key = ({ type, value }: Identifier) => `${type}:${value}`;

/** The world as the records taken in until then tell it. */
export function pictureAt(records: readonly JournalRecord[], at: number): Picture {
  const rules = new Map<string, Rule>(), staged = new Map<string, Rule>();
  let nodes: string[] = [];
  let links: { one: string; other: string; seq: number; undone: boolean }[] = [];
  let events: { event: Event; at: number; seq: number; node: string }[] = [];
  const component = (start: string): string[] => {
    const found = new Set([start]);
    for (let before = 0; before < found.size;) {
      before = found.size;
      for (const { one, other, undone } of links) if (!undone && (found.has(one) || found.has(other))) found.add(one).add(other);
    }
    return nodes.filter((node) => found.has(node));
  };
  const hasUser = (all: readonly string[]) => all.some((node) => node.startsWith('user:'));
  for (const { seq, clock, entry } of records) {
    if (clock > at) break;
    if (entry.kind === 'define') staged.set(`${entry.definition.segment} ${entry.definition.version}`, entry.definition.rule);
    else if (entry.kind === 'serve') {
      const rule = staged.get(`${entry.segment} ${entry.version}`);
      if (rule) rules.set(entry.segment, rule);
    } else if (entry.kind === 'retire') rules.delete(entry.segment);
    else if (entry.kind === 'unmerge') links.forEach((link) => {
      if (link.seq === entry.merge) link.undone = true;
    });
    else if (entry.kind === 'erase') {
      const dead = new Set(entry.identifiers.map(key));
      nodes = nodes.filter((node) => !dead.has(node));
      links = links.filter(({ one, other }) => !dead.has(one) && !dead.has(other));
      events = events.filter(({ node }) => !dead.has(node));
    } else if (entry.kind === 'event') {
      const { event } = entry;
      const [first, ...rest] = event.identifiers;
      const node = key(first);
      if (!nodes.includes(node)) nodes.push(node);
      rest.forEach((identifier, i) => {
        let other = key(identifier);
        if (event.kind === 'alias' && i === 0) other = !nodes.includes(`anonymous:${identifier.value}`) && nodes.includes(`user:${identifier.value}`) ? `user:${identifier.value}` : `anonymous:${identifier.value}`;
        if (other === node || links.some((link) => [link.one, link.other].includes(node) && [link.one, link.other].includes(other))) return;
        const mine = component(node), theirs = nodes.includes(other) ? component(other) : [other];
        if (!mine.includes(other) && hasUser(mine) && hasUser(theirs)) return;
        if (!nodes.includes(other)) nodes.push(other);
        links.push({ one: node, other, seq, undone: false });
      });
      events.push({ event, at: Math.min(event.at, clock), seq, node });
    }
  }
  const seen = new Set<string>();
  const people: Person[] = [];
  for (const node of nodes) {
    if (seen.has(node)) continue;
    const all = component(node);
    all.forEach((each) => seen.add(each));
    const own = events.filter((each) => all.includes(each.node)).sort((a, b) => a.at - b.at || a.seq - b.seq);
    const name = all.find((each) => each.startsWith('user:'))?.slice(5) ?? all.find((each) => each.startsWith('anonymous:')) ?? all[0];
    const traits: Record<string, Value> = {}, said: Record<string, Json> = {};
    for (const { event } of own) if (event.kind === 'identify') for (const [trait, value] of Object.entries((event.payload.traits ?? {}) as Record<string, Json>)) if (value !== null) traits[trait] = as((said[trait] = value), types.traits[trait]);
    people.push({ id: name, traits, said, rows: own.map(({ event, at: when, seq }) => ({ at: when, seq, values: valuesOf(event) })) });
  }
  return { people, rules };
}

const remembered = new WeakMap<Event, Record<string, Value>>();
function valuesOf(event: Event): Record<string, Value> {
  let values = remembered.get(event);
  if (!values) {
    values = {};
    const clock = wall(event.at, (event.payload.context as { timezone?: string } | undefined)?.timezone);
    for (const [column, type] of Object.entries(eventColumns)) {
      const [head, name] = column.split('.');
      const value = column === 'event' ? event.name : column === 'kind' ? event.kind : head === 'local' ? clock[name as keyof typeof clock] : ((event.payload.properties as Record<string, Json>)[name] ?? undefined);
      values[column] = value === undefined ? undefined : as(value as Json, type);
    }
    remembered.set(event, values);
  }
  return values;
}

const printers = new Map<string, Intl.DateTimeFormat>();
function printer(zone: string): Intl.DateTimeFormat {
  const make = (timeZone: string) => new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' });
  if (!printers.has(zone)) {
    try {
      printers.set(zone, make(zone));
    } catch {
      printers.set(zone, make('UTC'));
    }
  }
  return printers.get(zone)!;
}

const walls = new Map<string, Record<'hour' | 'weekday' | 'date', Json>>();
/** What the clock on their wall shows, as the platform prints it. */
function wall(at: number, zone?: string) {
  const known = walls.get(`${zone} ${at}`);
  if (known) return known;
  const parts = printer(zone ?? 'UTC').formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)!.value;
  const made = { hour: Number(of('hour')), weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(of('weekday')) + 1, date: `${of('year')}-${of('month')}-${of('day')}` };
  if (walls.size > 50_000) walls.clear();
  walls.set(`${zone} ${at}`, made);
  return made;
}

/** A value as its column's type has it; times as ms. */
function as(value: Json, type: string): Value {
  if (type === 'text') return `${value as string}`;
  if (type === 'number') return typeof value === 'number' ? value : undefined;
  if (type === 'flag') return typeof value === 'boolean' ? value : undefined;
  return typeof value === 'string' && /^\d{4}-/.test(value) ? Date.parse(value) : undefined;
}

/** Who is in each segment. */
export function membersOf({ people, rules }: Picture, now: number): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const segment of rules.keys()) found.set(segment, new Set(people.filter((person) => isMember(segment, person, rules, now)).map(({ id }) => id)));
  return found;
}

export function isMember(segment: string, person: Person, rules: ReadonlyMap<string, Rule>, now: number): boolean {
  const rule = rules.get(segment);
  return rule !== undefined && holds(rule, person, rules, now);
}

export function holds(rule: Rule, person: Person, rules: ReadonlyMap<string, Rule>, now: number): boolean {
  if ('all' in rule) return rule.all.every((part) => holds(part, person, rules, now));
  if ('any' in rule) return rule.any.some((part) => holds(part, person, rules, now));
  if ('not' in rule) return !holds(rule.not, person, rules, now);
  return condition(rule, person, rules, now);
}

const compare = (a: number, op: string, b: number) => (op === '=' ? a === b : op === '!=' ? a !== b : op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b);

function condition(c: Condition, person: Person, rules: ReadonlyMap<string, Rule>, now: number): boolean {
  const passing = (where: readonly RowTest[] = []) => person.rows.filter((row) => where.every((test) => passes(row.values[test.column], test)));
  switch (c.kind) {
    case 'performed': {
      const counted = passing(c.where).filter((row) => inside(row.at, c.window, person, now));
      if (c.sum !== undefined) {
        const total = counted.reduce((sum, row) => sum + (typeof row.values[c.sum!] === 'number' ? Math.round((row.values[c.sum!] as number) * 10_000) : 0), 0);
        return compare(total / 10_000, c.op, c.value);
      }
      if (c.distinct !== undefined) return compare(new Set(counted.map((row) => row.values[c.distinct!]).filter((value) => value !== undefined)).size, c.op, c.value);
      return compare(counted.length, c.op, c.value);
    }
    case 'sequence': {
      const span = lengthMs(c.within);
      return passing(c.first.where).some((a) => {
        if (!inside(a.at, c.window, person, now) || (c.per !== undefined && a.values[c.per] === undefined)) return false;
        const came = passing(c.then.where).some((b) => b.at > a.at && b.at <= a.at + span && (c.per === undefined || b.values[c.per] === a.values[c.per]));
        return c.followed ? came : !came && a.at + span <= now;
      });
    }
    case 'first': case 'last': {
      const times = passing(c.where).map(({ at }) => at);
      if (times.length === 0) return false;
      return compare(now - (c.kind === 'first' ? Math.min(...times) : Math.max(...times)), c.op, lengthMs({ length: c.value, unit: c.unit }));
    }
    case 'attribute': return passes(person.traits[c.column], c as unknown as RowTest);
    case 'segment': return isMember(c.segment, person, rules, now);
    default: throw new Error(`no ${c.kind} here`);
  }
}

function inside(at: number, window: Extract<Condition, { kind: 'performed' }>['window'], { rows }: Person, now: number): boolean {
  if (!window) return true;
  if ('last' in window) return at > now - lengthMs({ length: window.last, unit: window.unit });
  if ('session' in window) {
    const steps = [...rows.map((row) => row.at).filter((each) => each >= at), now];
    return steps.every((each, i) => i === 0 || each - steps[i - 1] < lengthMs({ length: window.session, unit: window.unit }));
  }
  return (window.from === undefined || at >= Date.parse(window.from)) && (window.to === undefined || at < Date.parse(window.to));
}

function passes(value: Value, test: RowTest): boolean {
  if (value === undefined) return test.op === 'missing';
  const of = (written: string | number | boolean) => (typeof value === 'number' && typeof written === 'string' ? Date.parse(written) : Number(written));
  switch (test.op) {
    case 'missing': return false;
    case 'known': return true;
    case 'in': return (test.values as Value[]).includes(value);
    case 'not in': return !(test.values as Value[]).includes(value);
    case 'contains': return small(value).includes(small(test.value));
    case 'not contains': return !small(value).includes(small(test.value));
    case 'between': return Number(value) >= of(test.from) && Number(value) <= of(test.to);
    default: return typeof value === 'string' ? (value === test.value) === (test.op === '=') : compare(Number(value), test.op, of(test.value));
  }
}

const small = (text: Value) => String(text).toLowerCase();
