import type { Event, Identifier, Json } from '../../src/domain/event.js';
import type { LiveDefinition } from '../../src/domain/live.js';
import type { Condition, Rule } from '../../src/domain/rule.js';
import { rule as schema } from '../../src/domain/rule.js';
import type { JournalEntry, JournalRecord } from '../../src/store/journal.js';
import { createRng, type Rng } from '../../src/util/rng.js';

// Random rules and random histories, as awkward as they come: few values and few lengths of time, so that edges are hit exactly.

export const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
/** Days on which clocks are put forward or back somewhere (Berlin, New York, Lord Howe by half an hour), and a plain one. */
const days = ['2024-03-31T00:00:00Z', '2024-11-03T04:30:00Z', '2024-04-06T13:00:00Z', '2024-06-12T10:00:00Z'];
const zones = [undefined, 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Nowhere/None'];
export const lengths = [{ length: 1, unit: 'minutes' }, { length: 5, unit: 'minutes' }, { length: 30, unit: 'minutes' }, { length: 1, unit: 'hours' }, { length: 2, unit: 'hours' }, { length: 1, unit: 'days' }] as const;
export const lengthMs = ({ length, unit }: { readonly length: number; readonly unit: string }): number => length * (unit === 'minutes' ? MINUTE : unit === 'hours' ? HOUR : DAY);
const names = ['view', 'cart', 'order', 'scroll'] as const;

export const types: NonNullable<LiveDefinition['types']> = {
  events: { 'properties.price': 'number', 'properties.product': 'text', 'properties.cart': 'text', 'properties.sale': 'flag', 'properties.when': 'time' },
  traits: { plan: 'text', age: 'number', vip: 'flag', born: 'time' },
};
/** The columns of 'events' that rules are made of. */
export const eventColumns: Readonly<Record<string, 'number' | 'text' | 'flag' | 'time'>> = {
  event: 'text', kind: 'text', ...types.events, 'local.hour': 'number', 'local.weekday': 'number', 'local.date': 'time',
};

export interface SegmentRule {
  readonly id: string;
  readonly rule: Rule;
  /** Segments that it looks at. */
  readonly refs: readonly string[];
}

export interface History {
  readonly records: readonly JournalRecord[];
  /** Instants at which everything is compared, ascending. */
  readonly checkpoints: readonly number[];
}

/** A set of rules, as many segments, and histories in which they are followed. `shared`: instants that every history is compared at. */
export interface Round {
  readonly base: number;
  readonly rules: readonly SegmentRule[];
  readonly histories: readonly History[];
  readonly shared: readonly number[];
}

export function makeRound(seed: number, { rules = 24, histories = 24, checkpoints = 20 } = {}): Round {
  const rng = createRng(seed, 'parity');
  const base = Date.parse(pick(rng, days));
  const shared = [base + 90 * MINUTE, base + 4 * HOUR + 1, base + 30 * HOUR];
  const made: SegmentRule[] = [];
  for (let i = 0; i < rules; i++) {
    const refs = i % 5 === 4 ? [pick(rng, made.filter((each) => each.refs.length === 0)).id] : [];
    made.push(makeRule(rng, `s${i}`, base, refs));
  }
  return { base, rules: made, shared, histories: Array.from({ length: histories }, (_, i) => makeHistory(createRng(seed, `history ${i}`), base, made, shared, checkpoints, seed % 4 === 0 && i === 0)) };
}

const pick = <T>(rng: Rng, items: readonly T[]): T => items[rng.int(items.length)];
const chance = (rng: Rng, one: number) => rng.int(one) === 0;

// ---- rules

function makeRule(rng: Rng, id: string, base: number, refs: readonly string[]): SegmentRule {
  for (;;) {
    const rule = refs.length ? { [chance(rng, 2) ? 'all' : 'any']: [part(rng, base, 1), chance(rng, 2) ? { kind: 'segment', segment: refs[0] } : { not: { kind: 'segment', segment: refs[0] } }] } : part(rng, base, 0);
    if (schema.safeParse(rule).success) return { id, rule: rule as Rule, refs };
  }
}

function part(rng: Rng, base: number, depth: number): Rule {
  const kind = depth > 2 ? 0 : rng.int(8);
  if (kind < 5) return condition(rng, base);
  if (kind === 5) return { not: part(rng, base, depth + 1) };
  return { [kind === 6 ? 'all' : 'any']: Array.from({ length: 1 + rng.int(3) }, () => part(rng, base, depth + 1)) } as unknown as Rule;
}

const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const;

function condition(rng: Rng, base: number): Condition {
  const window = () => (chance(rng, 4) ? {} : { window: windowOf(rng, base) });
  const elapsed = () => {
    const { length, unit } = pick(rng, lengths);
    return { ...rows(rng), op: pick(rng, ['<', '<=', '>', '>='] as const), value: chance(rng, 4) ? length / 2 : length, unit };
  };
  switch (rng.int(10)) {
    case 0: case 1: case 2: return { kind: 'performed', ...rows(rng, 3), op: pick(rng, comparisons), value: rng.int(4), ...window() };
    case 3: return { kind: 'performed', ...rows(rng), sum: 'properties.price', op: pick(rng, comparisons), value: pick(rng, [0, 0.3, 0.6, 20, 250, 500.5, -19.99]), ...window() };
    case 4: return { kind: 'performed', ...rows(rng), distinct: pick(rng, ['properties.product', 'properties.cart', 'properties.price', 'properties.sale', 'local.hour', 'local.date', 'event']), op: pick(rng, comparisons), value: rng.int(4), ...window() };
    case 5: case 6: return {
      kind: 'sequence', first: rows(rng, 5), then: rows(rng, 5), followed: chance(rng, 2), within: pick(rng, lengths), ...(chance(rng, 2) && { per: pick(rng, ['properties.cart', 'properties.cart', 'properties.product', 'properties.price', 'kind']) }), ...window(),
    };
    case 7: return { kind: 'first', ...elapsed() };
    case 8: return { kind: 'last', ...elapsed() };
    default: {
      const column = pick(rng, Object.keys(types.traits));
      return { kind: 'attribute', source: 'traits', ...test(rng, column, types.traits[column], base) } as Condition;
    }
  }
}

function windowOf(rng: Rng, base: number) {
  const { length, unit } = pick(rng, lengths);
  const iso = (at: number) => new Date(at).toISOString();
  switch (rng.int(6)) {
    case 0: case 1: case 2: return { last: length, unit };
    case 3: case 4: return { session: length, unit };
    default: {
      const from = base + rng.int(3) * 30 * MINUTE;
      return pick(rng, [{ from: iso(from) }, { to: iso(from + HOUR) }, { from: iso(from), to: iso(from + HOUR) }]);
    }
  }
}

/** `plain`: one in so many has a test beside its name. */
function rows(rng: Rng, plain = 2) {
  const where = [
    ...(chance(rng, 4) ? [] : [chance(rng, 4) ? { column: 'event', op: 'in', values: [pick(rng, names), pick(rng, names)] } : { column: 'event', op: '=', value: pick(rng, names) }]),
    ...(chance(rng, plain) ? [test(rng, ...pick(rng, Object.entries(eventColumns)))] : []),
  ];
  return { source: 'events', ...(where.length > 0 && { where }) } as { source: string };
}

function test(rng: Rng, column: string, type: string, base = 0): { column: string } {
  if (chance(rng, 6)) return { column, op: pick(rng, ['missing', 'known']) } as { column: string };
  switch (type) {
    case 'number': {
      const value = () => pick(rng, column.startsWith('local') ? [0, 1, 2, 3, 6, 7, 11, 12, 23] : [0, 0.1, 0.3, 19.99, 30, 250]);
      const [a, b] = [value(), value()].sort((x, y) => x - y);
      return pick(rng, [{ column, op: pick(rng, comparisons), value: a }, { column, op: 'between', from: a, to: b }, { column, op: pick(rng, ['in', 'not in']), values: [a, b] }]);
    }
    case 'flag': return { column, op: pick(rng, ['=', '!=']), value: chance(rng, 2) } as { column: string };
    case 'time': {
      const value = () => pick(rng, ['2024-01-01', '2024-01-01T12:00:00Z', '2024-03-31', '2024-11-03', '2023-12-31T23:59:59.999Z', new Date(base).toISOString()]);
      const [a, b] = [value(), value()].sort((x, y) => Date.parse(x) - Date.parse(y));
      return pick(rng, [{ column, op: pick(rng, comparisons), value: a }, { column, op: 'between', from: a, to: b }]);
    }
    default: {
      const value = () => pick(rng, column === 'kind' ? ['track', 'identify', 'page'] : column === 'event' ? [...names, 'Cart'] : ['Mug', 'mug', '', '5', "o'neil", 'ÜÄ', 'c1', 'true', 'pro']);
      return pick(rng, [{ column, op: pick(rng, ['=', '!=']), value: value() }, { column, op: pick(rng, ['in', 'not in']), values: [value(), value()] }, { column, op: pick(rng, ['contains', 'not contains']), value: pick(rng, ['u', 'U', 'ü', '5', 'r']) }]);
    }
  }
}

// ---- histories

const users = ['u0', 'u1', 'u2'], browsers = ['a0', 'a1', 'a2', 'a3'];
const user = (value: string): Identifier => ({ type: 'user', value });
const anonymous = (value: string): Identifier => ({ type: 'anonymous', value });

function makeHistory(rng: Rng, base: number, rules: readonly SegmentRule[], shared: readonly number[], wanted: number, crowded: boolean): History {
  const records: JournalRecord[] = [];
  let grid = base - MINUTE, clock = grid;
  const put = (entry: JournalEntry) => void records.push({ seq: records.length + 1, clock, entry });
  const define = ({ id, rule }: SegmentRule, version: number, as = id): LiveDefinition => ({ segment: as, name: as, version, rule, types });
  const late = new Set<SegmentRule>(rules.filter(({ refs }) => refs.length === 0 && chance(rng, 6)));
  const versions = new Map<string, number>();
  /** Definitions whose versions have not been put to serve yet. */
  const open: { segment: string; version: number }[] = [];
  const serve = () => {
    const next = open.splice(0, 1)[0];
    if (next) put({ kind: 'serve', ...next });
  };
  // What looks at another segment is defined after it.
  for (const each of rules.filter((one) => !late.has(one) && !one.refs.some((ref) => [...late].some(({ id }) => id === ref)))) {
    put({ kind: 'define', definition: define(each, 1) });
    versions.set(each.id, 1);
    put({ kind: 'serve', segment: each.id, version: 1 });
  }
  const depended = new Set(rules.flatMap(({ refs }) => refs));
  const steps = 14 + rng.int(18);
  const linking: number[] = [];
  for (let i = 0; i < steps; i++) {
    // Nearly always on whole minutes, so that what is five minutes or an hour apart is so exactly; now and then a millisecond beside.
    grid += pick(rng, [0, 0, MINUTE, MINUTE, 5 * MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, ...(chance(rng, 6) ? [DAY, 2 * HOUR] : [])]);
    clock = Math.max(clock, grid + (chance(rng, 4) ? rng.int(3) - 1 : 0));
    const what = rng.int(36);
    if (what === 0 && linking.length) put({ kind: 'unmerge', merge: pick(rng, linking) });
    else if (what === 1 && i > 6) put({ kind: 'erase', identifiers: [pick(rng, [...users.map(user), ...browsers.map(anonymous)])], entities: [], nodes: [], told: 0 });
    else if (what === 2 && late.size) {
      const [each] = late;
      late.delete(each);
      versions.set(each.id, 1);
      put({ kind: 'define', definition: define(each, 1) });
      open.push({ segment: each.id, version: 1 });
    } else if (what === 3) {
      // An edited rule: it takes over what another segment asks.
      const plain = rules.filter(({ id, refs }) => refs.length === 0 && versions.has(id) && !open.some(({ segment }) => segment === id));
      const asked = rules.filter(({ refs }) => refs.length === 0);
      if (plain.length) {
        const { id } = pick(rng, plain), version = versions.get(id)! + 1;
        versions.set(id, version);
        put({ kind: 'define', definition: define(pick(rng, asked), version, id) });
        open.push({ segment: id, version });
      }
    } else if (what === 4) serve();
    else if (what === 5 && i > 10) {
      const plain = rules.filter(({ id }) => versions.has(id) && !depended.has(id) && !open.some(({ segment }) => segment === id));
      if (plain.length && chance(rng, 2)) {
        const { id } = pick(rng, plain);
        put({ kind: 'retire', segment: id });
        versions.delete(id);
      }
    } else {
      for (let n = crowded ? 12 : 1; n > 0; n--) {
        const event = makeEvent(rng, `m${i}${crowded ? `-${n}` : ''}`, clock, grid);
        if (event.identifiers.length > 1) linking.push(records.length + 1);
        put({ kind: 'event', event });
        if (crowded) clock += rng.int(MINUTE);
      }
      grid = Math.max(grid, crowded ? Math.floor(clock / MINUTE) * MINUTE : 0);
    }
  }
  while (open.length) serve();
  return { records, checkpoints: checkpointsOf(rng, records, shared, wanted) };
}

function makeEvent(rng: Rng, id: string, clock: number, grid: number): Event {
  const kind = pick(rng, ['track', 'track', 'track', 'track', 'track', 'page', 'identify', 'identify', 'alias'] as const);
  const who = rng.int(10);
  const identifiers = kind === 'alias' ? [user(pick(rng, users)), chance(rng, 2) ? user(pick(rng, browsers)) : anonymous(pick(rng, browsers))]
    : who < 4 ? [user(pick(rng, users))] : who < 7 ? [anonymous(pick(rng, browsers))] : [user(pick(rng, users)), anonymous(pick(rng, browsers)), ...(chance(rng, 4) ? [{ type: 'email', value: pick(rng, ['x@y', 'z@y']) }] : [])];
  const delay = pick(rng, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, MINUTE, 5 * MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, -10 * MINUTE]);
  const maybe = (value: Json): Json => (chance(rng, 5) ? null : value);
  const zone = pick(rng, zones);
  const properties = {
    price: maybe(pick<Json>(rng, [0, 0.1, 0.2, 0.3, 19.99, -19.99, 250, 0.12345, '250', true])), product: maybe(pick<Json>(rng, ['Mug', 'mug', '', 5, "o'neil", 'ÜÄ', true])),
    cart: maybe(pick<Json>(rng, ['c1', 'c2', 1, '1'])), sale: maybe(pick<Json>(rng, [true, false, 'true'])),
    when: maybe(pick<Json>(rng, ['2024-01-01', '2024-01-01T12:00:00Z', '2024-01-01T12:00:00.000+00:00', '2023-12-31T23:59:59.999Z', 'yesterday', 5])),
  };
  const traits = kind === 'identify' ? Object.fromEntries(Object.entries({
    plan: pick<Json>(rng, ['pro', 'Mug', 5, '']), age: pick<Json>(rng, [0, 19.99, 30, 'old']), vip: pick<Json>(rng, [true, false]), born: pick<Json>(rng, ['2024-01-01', '2024-03-31', 'x']),
  }).filter(() => chance(rng, 2))) : undefined;
  // Whoever sends it may put the weaker name first.
  if (chance(rng, 12)) identifiers.reverse();
  return {
    id, kind, name: kind === 'identify' || kind === 'alias' ? kind : pick(rng, names), at: (delay === 0 ? clock : grid) - delay, received: clock, identifiers,
    payload: { properties, ...(traits && { traits }), ...(zone !== undefined && { context: { timezone: zone } }) },
  };
}

/** Shared instants, and of every row and length of time some of their sums, one millisecond before and after; some at random. */
function checkpointsOf(rng: Rng, records: readonly JournalRecord[], shared: readonly number[], wanted: number): number[] {
  const first = records[0].clock, last = records[records.length - 1].clock;
  const found = new Set(shared);
  const times = records.flatMap(({ entry, clock }) => (entry.kind === 'event' ? [Math.min(entry.event.at, clock)] : []));
  while (found.size < wanted && times.length) {
    const edge = pick(rng, times) + (chance(rng, 3) ? 0 : lengthMs(pick(rng, lengths))) * (chance(rng, 8) ? 0.5 : 1);
    found.add(chance(rng, 6) ? first + rng.int(last - first + 1) : edge + rng.int(3) - 1);
  }
  return [...found].sort((a, b) => a - b);
}
