import { eventKinds, type EventKind, type Fields, type Json, type Scalar } from '../../../domain/event.js';
import type { Rule } from '../../../domain/rule.js';
import { eventName } from '../../../ingest/track/event-name.js';
import { fieldsOf } from '../../../ingest/track/fields-of.js';
import { createLocalClock, type LocalClock } from '../../../ingest/track/local-time.js';
import { readTime } from '../../../ingest/track/read-time.js';
import { cell, type LiveFacts, type Measured } from '../../../segment/rules/live.js';
import { liveRule, type LiveRule } from '../../../segment/rules/live-rule.js';
import { cellAt, fitting } from '../../../segment/rules/live-rows.js';
import type { ColumnWords, SourceWords, Vocabulary } from '../../../segment/rules/vocabulary.js';
import { createColumns } from '../state/columns.js';
import { newEntity, putRow, traitOf, writeTrait } from '../state/entity.js';

// Runs in browsers too: nothing here, or in what it imports, may need Node.

/** A segment as a module of `edgeModule` holds it: its rule, and the types of what the rule reads. In order: those that others look at come before them. */
export interface EdgeSegment {
  readonly segment: string;
  /** Another where the rule or its types are others. */
  readonly print: string;
  readonly rule: Rule;
  readonly events: readonly (readonly [column: string, type: ColumnWords['type']])[];
  readonly traits: readonly (readonly [column: string, type: ColumnWords['type']])[];
  readonly features: readonly (readonly [name: string, kind: string])[];
}

export interface DeciderOptions {
  /** Messages of before, as they were sent, in any order. */
  readonly history?: readonly unknown[];
  /** What is known of the visitor from before: what is said later wins. */
  readonly traits?: Readonly<Record<string, unknown>>;
  /** What is measured about the visitor, by name; what is not given is missing. */
  readonly features?: Readonly<Record<string, number>>;
  /** IANA name of the zone of `local.hour` and its like where a message has no `context.timezone`; the browser's own by default. */
  readonly timezone?: string;
  /** How many events are kept at most, 2000 by default. Beyond it the oldest go, and `dropped` counts them. */
  readonly rows?: number;
  /** Ms since the epoch; `Date.now` by default. */
  readonly clock?: () => number;
}

export interface EdgeDecision {
  readonly member: boolean;
  /** The exact instant (ms) at which that changes if nothing more happens; absent where time alone does not change it. */
  readonly until?: number;
  /** Of a member: since when (ms), as far as it was seen here. */
  readonly since?: number;
}

/** Decides for one visitor which segments they are in. */
export interface Decider {
  /** Takes a message in (type, event, properties, context, timestamp …). False where it is none that counts: nothing has changed then. */
  track(message: unknown): boolean;
  identify(traits: Readonly<Record<string, unknown>>): boolean;
  /** Says features anew, those that are named. */
  measure(features: Readonly<Record<string, number>>): void;
  /** Every segment at an instant (ms; now by default), which is never before one that was told of already. */
  decide(now?: number): Record<string, EdgeDecision>;
  /** All that is kept, as text for `load`. */
  save(): string;
  /** Goes on from what `save` gave, also in another version of the rules; false, and nothing changed, where it cannot be read. */
  load(saved: string): boolean;
  /** Events that still counted and went because there were too many: answers may then differ from the server's. */
  readonly dropped: number;
}

/** What the module has beside the rules. `found`: ids of found segments by number, and where features place somebody. */
export interface EdgeSurroundings {
  readonly clock: () => number;
  readonly timezone?: string;
  readonly found?: { readonly ids: readonly string[]; readonly assign: (features: Readonly<Record<string, number>>) => { readonly segment: number; readonly strength: number } };
}

interface Slot {
  readonly segment: string;
  readonly print: string;
  readonly rule: LiveRule;
  member: boolean;
  since?: number;
}

type Cause = { readonly row: number; readonly at: number } | undefined;

/** What ISO 8601 can write. */
const EARLIEST = Date.parse('0001-01-02T00:00:00Z');
/** What the tracking API takes of one message, in characters. */
const LONGEST = 32 * 1024;
/** Events that come so late (ms) still find all rows that they go with; and no clock is so much ahead. */
const LATE = 86_400_000;
const missing: Measured = { value: Number.NaN, until: Infinity };
const kinds: ReadonlySet<unknown> = new Set(eventKinds);

/** Opens the state of one visitor: the live state of the server (flow/live/state) for one entity, with the same rules over the same rows. */
export function openDecider(segments: readonly EdgeSegment[], surroundings: EdgeSurroundings, options: DeciderOptions = {}): Decider {
  const { clock: now = surroundings.clock, timezone = surroundings.timezone, rows: most = 2000 } = options;
  const columns = createColumns();
  const localTime = createLocalClock();
  const features = new Map<string, number>();
  let entity = newEntity(0, '');
  let clock = -Infinity, seq = 0, due = Infinity, changedAt = -Infinity, dropped = 0, begun = false, tidyAt = 64;
  let supposed: Map<string, boolean> | undefined;

  const facts: LiveFacts = {
    get cells() { return entity.cells; },
    get width() { return entity.width; },
    get rows() { return entity.rows; },
    trait: (name) => traitOf(entity, name),
    member: (segment) => supposed?.get(segment) ?? byId.get(segment)?.member ?? false,
    feature: (name) => ({ ...missing, value: features.get(name) ?? Number.NaN }),
    strength(segment) {
      const { ids, assign } = surroundings.found ?? {};
      const place = features.size > 0 && assign ? assign(Object.fromEntries(features)) : undefined;
      return place && ids![place.segment] === segment ? { ...missing, value: place.strength } : missing;
    },
  };

  const placed = surroundings.found?.ids ?? [];
  const known = new Set(segments.map(({ segment }) => segment).filter((segment) => !placed.includes(segment)));
  const slots = segments.map((each): Slot => ({ segment: each.segment, print: each.print, rule: compile(each), member: false }));
  const byId = new Map(slots.map((slot) => [slot.segment, slot]));
  const leaves = slots.flatMap(({ rule }) => rule.conditions).map(({ leaf }) => leaf);
  const looking = leaves.filter(({ needs }) => needs);
  const keepsAny = looking.some(({ events }) => events === 'any');
  const kept = new Set(looking.flatMap(({ events }) => events));
  const traits = new Set(leaves.flatMap((leaf) => leaf.traits));

  measure(options.features ?? {});
  for (const [name, value] of Object.entries(options.traits ?? {})) if (traits.has(name) && isScalar(value)) writeTrait(entity, { name, node: 0, at: -Infinity, seq: 0, value });
  const past = (options.history ?? []).flatMap((message) => readMessage(message, now(), timezone, localTime) ?? []).sort((a, b) => a.at - b.at);
  for (const message of past) take(message, message.at);

  return {
    get dropped() { return dropped; },
    track,
    identify: (given) => track({ type: 'identify', traits: given }),
    measure(given) {
      advance(now());
      measure(given);
      settle(undefined);
    },
    decide(at = now()) {
      advance(at);
      if (!begun) settle(undefined);
      return Object.fromEntries(slots.map((slot) => {
        const until = changesAt(slot), { member, since } = slot;
        return [slot.segment, { member, ...(until < Infinity && { until }), ...(member && begun && since !== undefined && { since }) }];
      }));
    },
    save, load,
  };

  function compile({ rule, events, traits, features }: EdgeSegment): LiveRule {
    const words = (list: EdgeSegment['events']): ColumnWords[] => list.map(([name, type]) => ({ name, title: name, type }));
    const sources: SourceWords[] = [{ name: 'events', kind: 'events', timed: true, columns: words(events) }, { name: 'traits', kind: 'entities', timed: false, columns: words(traits) }];
    const ids = [...known, ...placed];
    const vocabulary = { run: 'live', entityWord: { one: '', many: '' }, features: features.map(([name, kind]) => ({ name, kind })), segments: ids.map((id) => ({ segment: -1, id, name: id })), sources } as unknown as Vocabulary;
    const typed = new Map(events);
    return liveRule(rule, { vocabulary, codeOf: columns.codeOf, textOf: columns.textOf, isLive: (segment) => known.has(segment), cellOf: (column) => columns.cellOf(column, typed.get(column)!) }, () => '');
  }

  function measure(given: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(given)) features.set(name, typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN);
  }

  // ---- events

  function track(given: unknown): boolean {
    const received = Math.max(clock, now());
    const message = readMessage(given, received, timezone, localTime);
    if (!message) return false;
    take(message, received);
    return true;
  }

  function take({ kind, name, at: when, fields }: Message, received: number): void {
    advance(received);
    seq++;
    const at = Math.max(EARLIEST, Math.min(when, clock));
    if (!begun) {
      begun = true;
      for (const slot of slots) slot.member = false;
    }
    if (kind === 'identify') {
      for (const path in fields) if (path.startsWith('traits.') && traits.has(path.slice(7))) writeTrait(entity, { name: path.slice(7), node: 0, at, seq, value: fields[path] });
    }
    const row = keepsAny || kept.has(name) ? putRow(entity, rowOf(at, seq, name, ({ column, type }) => fitting(column === 'kind' ? kind : fields[column], type))) : -1;
    settle({ row, at });
    if (entity.rows >= Math.min(tidyAt, most + 1)) tidy();
  }

  function rowOf(at: number, record: number, name: string, valueOf: (column: { readonly column: string; readonly type: ColumnWords['type'] }, i: number) => number | string | undefined | null): Float64Array {
    const row = new Float64Array(columns.width);
    row.set([at, record, 0, columns.codeOf(name)]);
    columns.read.forEach((column, i) => {
      const value = valueOf(column, i);
      row[cell.first + i] = typeof value === 'string' ? columns.codeOf(value) : value ?? Number.NaN;
    });
    return row;
  }

  /** Drops the rows that cannot count any more; of the others the oldest, where there are too many. */
  function tidy(): void {
    const { cells, width } = entity;
    const staying: number[] = [];
    for (let row = 0; row < entity.rows; row++) if (looking.some((leaf) => leaf.needs!(facts, row, clock - LATE))) staying.push(row);
    if (staying.length > most) dropped += staying.splice(0, staying.length - Math.ceil(most * 0.75)).length;
    staying.forEach((row, i) => cells.copyWithin(i * width, row * width, (row + 1) * width));
    entity.rows = staying.length;
    tidyAt = Math.max(64, 2 * entity.rows);
  }

  // ---- time

  function advance(to: number): void {
    // A page must never hang, whatever was loaded.
    while (begun && due > clock && due <= to) {
      clock = due;
      settle(undefined);
    }
    clock = Math.max(clock, to);
  }

  /** Asks every rule. */
  function settle(cause: Cause): void {
    due = Infinity;
    for (const slot of slots) {
      const { holds, until } = slot.rule.verdict(facts, clock);
      due = Math.min(due, until);
      if (slot.member === holds) continue;
      slot.member = holds;
      const at = instantOf(slot, cause);
      changedAt = Math.max(changedAt, at);
      slot.since = holds ? at : undefined;
    }
  }

  /** The instant of the event where it is the newest and nothing has happened since then that it would undo; else now. */
  function instantOf(slot: Slot, cause: Cause): number {
    if (!cause || cause.at >= clock || changedAt > cause.at || cause.row !== entity.rows - 1) return clock;
    const then = slot.rule.verdict(facts, cause.at);
    return then.holds === slot.member && then.until > clock ? cause.at : clock;
  }

  function changesAt(of: Slot): number {
    const needed = new Set<Slot>();
    const need = (slot: Slot) => {
      for (const segment of slot.rule.segments) need(byId.get(segment)!);
      needed.add(slot);
    };
    need(of);
    supposed = new Map();
    try {
      for (let at = clock; at < Infinity;) {
        let next = Infinity;
        for (const slot of needed) {
          const { holds, until } = slot.rule.verdict(facts, at);
          if (slot === of && holds !== of.member) return at;
          supposed.set(slot.segment, holds);
          next = Math.min(next, until);
        }
        if (!(next > at)) break;
        at = next;
      }
      return Infinity;
    } finally {
      supposed = undefined;
    }
  }

  // ---- keeping

  function save(): string {
    tidy();
    const rows = Array.from({ length: entity.rows }, (_, row) => {
      const [at, record, , name] = entity.cells.subarray(row * entity.width);
      return [at, record, columns.textOf(name), ...columns.read.map(({ type }, i) => {
        const value = cellAt(facts, row, cell.first + i);
        return Number.isNaN(value) ? null : type === 'text' ? columns.textOf(value) : value;
      })];
    });
    return JSON.stringify({
      v: 1, clock: Math.max(clock, EARLIEST), seq, begun, changedAt: Math.max(changedAt, EARLIEST), dropped, columns: columns.read.map(({ column, type }) => `${type} ${column}`), rows,
      traits: entity.traits.map(({ name, at, seq: record, value }) => [name, Math.max(at, EARLIEST), record, value]), since: slots.flatMap(({ segment, print, member, since }) => (member ? [[segment, print, since ?? null]] : [])),
    });
  }

  function load(text: string): boolean {
    const saved = readSaved(text);
    // A clock that was wrong once must not be believed for ever.
    if (!saved || saved.clock > now() + LATE) return false;
    entity = newEntity(0, '');
    const places = columns.read.map(({ column, type }) => saved.columns.indexOf(`${type} ${column}`));
    for (const [at, record, name, ...values] of saved.rows) {
      if (at > saved.clock || (!keepsAny && !kept.has(name))) continue;
      const fits = (value: Scalar | null | undefined, type: string) => (typeof value === (type === 'text' ? 'string' : 'number') ? value as number | string : undefined);
      putRow(entity, rowOf(at, record, name, ({ type }, i) => fits(values[places[i]], type)));
    }
    for (const [name, at, record, value] of saved.traits) if (traits.has(name)) writeTrait(entity, { name, node: 0, at, seq: record, value });
    ({ clock, seq, begun, changedAt, dropped } = saved);
    for (const slot of slots) {
      const stay = saved.since.find(([segment, print]) => segment === slot.segment && print === slot.print);
      slot.member = stay !== undefined;
      slot.since = stay?.[2] ?? undefined;
    }
    settle(undefined);
    return true;
  }
}

interface Message {
  readonly kind: EventKind;
  readonly name: string;
  readonly at: number;
  readonly fields: Fields;
}

/** What the server would make of the message: it sees it as JSON. */
function readMessage(given: unknown, received: number, timezone: string | undefined, localTime: LocalClock): Message | undefined {
  let message: Record<string, Json>;
  try {
    const text = JSON.stringify(given);
    if (text.length > LONGEST) return undefined;
    message = JSON.parse(text) as Record<string, Json>;
  } catch {
    return undefined; // goes round in circles, or is no object: nothing that could be sent
  }
  if (!isBag(message) || !kinds.has(message.type)) return undefined;
  const kind = message.type as EventKind, name = eventName(kind, message);
  if (name === undefined) return undefined;
  const payload: Record<string, Json> = {};
  for (const part of ['properties', 'traits', 'context']) if (isBag(message[part])) payload[part] = message[part];
  for (const part of ['groupId', 'category']) if (typeof message[part] === 'string') payload[part] = message[part];
  const context = payload.context as Record<string, Json> | undefined;
  if (timezone !== undefined && context?.timezone === undefined) payload.context = { ...context, timezone };
  const at = Math.min(readTime(message.originalTimestamp ?? message.timestamp) ?? received, received);
  return { kind, name, at, fields: fieldsOf({ at, payload }, localTime) };
}

interface Saved {
  readonly clock: number;
  readonly seq: number;
  readonly begun: boolean;
  readonly changedAt: number;
  readonly dropped: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly [at: number, seq: number, name: string, ...values: (Scalar | null)[]])[];
  readonly traits: readonly (readonly [name: string, at: number, seq: number, value: Scalar])[];
  readonly since: readonly (readonly [segment: string, print: string, since: number | null])[];
}

/** What lies in a browser may have been changed by anybody. */
function readSaved(text: string): Saved | undefined {
  let saved: Saved & { readonly v: unknown };
  try {
    saved = JSON.parse(text);
  } catch {
    return undefined;
  }
  const entry = (of: unknown, ...types: string[]) => Array.isArray(of) && types.every((type, i) => typeof of[i] === type);
  const list = (of: unknown, ...types: string[]) => Array.isArray(of) && of.every((each) => entry(each, ...types));
  const sound = isBag(saved) && saved.v === 1 && [saved.clock, saved.seq, saved.changedAt, saved.dropped].every(Number.isFinite) && Array.isArray(saved.columns)
    && list(saved.rows, 'number', 'number', 'string') && list(saved.traits, 'string', 'number', 'number') && saved.traits.every(([, , , value]) => isScalar(value)) && list(saved.since, 'string', 'string');
  return sound ? { ...saved, begun: saved.begun === true, since: saved.since.filter(([, , since]) => since === null || Number.isFinite(since)) } : undefined;
}

const isBag = (value: unknown): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: unknown): value is Scalar => typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
