import type { Event, Identifier } from '../../../domain/event.js';
import type { Change, LiveDefinition, LiveSegment } from '../../../domain/live.js';
import type { Rule } from '../../../domain/rule.js';
import { assert, ShoalError } from '../../../errors.js';
import { kindOf } from '../../../segment/rules/catalog.js';
import type { LiveGround } from '../../../segment/rules/live.js';
import { MANY } from '../../../segment/rules/passing.js';
import { liveRule, type LiveRule } from '../../../segment/rules/live-rule.js';
import { liveVocabulary, typesOf, vocabularyFor, type LiveWords } from '../../../segment/rules/live-vocabulary.js';
import { leavesOf, ruleWords } from '../../../segment/rules/words.js';
import type { Parted } from '../../../unify/identity.js';
import type { FoundModel } from '../found/model.js';
import type { JournalEntry, SavedState } from '../../../store/journal.js';
import { createAnswers } from './answers.js';
import { createAsking, leafReason } from './asking.js';
import { createColumns } from './columns.js';
import { createEntityBytes } from './entity-bytes.js';
import { forgetNodes, moveHistory, newEntity, putRow, tally, writeTrait, type Block, type Entity } from './entity.js';
import { createDues } from './dues.js';
import { createMembers } from './members.js';
import { createModels } from './models.js';
import { createObserving, observedLimits } from './observed.js';
import { createReading } from './reading.js';
import { packRest, unpackRest } from './saved.js';
import { createSlots, refuseCycles, type Slot } from './slots.js';
import type { Backfill, LiveState, LiveStateOptions } from './state.js';
import { addStay, allOf, dropStay, stayOf, type Stay } from './stays.js';
import { createTimers } from './timers.js';
import { trackedTexts } from './tracked.js';

/** Why rules are asked again: an event (its row, and when it happened), the passing of time, or something else. */
type Cause = { readonly kind: 'event'; readonly row: number; readonly at: number } | { readonly kind: 'time' } | { readonly kind: 'other' };
const other: Cause = { kind: 'other' };
const none: readonly string[] = [];

/** Entities that one call of `release` looks at. */
const sweep = 5000;
/** What ISO 8601 and the engines can write. */
const EARLIEST = Date.parse('0001-01-02T00:00:00Z');

/** Opens the live state, empty or as it was saved. */
export function openState(options: LiveStateOptions): LiveState {
  const { many = MANY, entityWord = { one: 'customer', many: 'customers' }, currency } = options;
  const saved = options.saved && unpackRest(options.saved.rest);
  let { seq, clock, n } = saved ?? { seq: 0, clock: -Infinity, n: 0 };
  const columns = createColumns(saved?.columns);
  const identity = options.identity(saved?.identity);
  /** Identifiers that the snapshot knew. */
  const savedNodes = saved ? identity.nodes : 0;
  const models = createModels(columns, saved);
  const entityBytes = createEntityBytes(columns, models);
  const observing = createObserving(saved?.observed);
  /** Every segment there ever was, by its number, with its last name. */
  const segmentIds: string[] = (saved?.segments ?? []).map(([id]) => id);
  const names = new Map(saved?.segments);
  let made = saved?.made ?? 0;
  const slots = createSlots();
  const timers = createTimers(), dues = createDues();
  const entities = new Map<number, Entity>();
  /** Everyone there is, in memory or not. */
  const known = createMembers(saved?.known);
  const gone = new Set<number>();
  /** The snapshot that is being taken, or was last; states that are taken down and not yet given. */
  let snapshot = 1, taking = false;
  const taken = new Map<number, SavedState>();
  let listed: number[] = [];
  let sweeping = entities.values();
  /** Events of these names have rows; `any`: all of them. */
  const kept = new Set<string>(saved?.kept);
  let keepsAny = saved?.keepsAny ?? false;

  /** The record at which rules last asked for more of the events than was kept, and that up to which the whole history was read since. */
  let grown = 0, complete = 0;

  let out: Change[] = [];
  let muted = false;
  const reading = createReading(columns, observing);

  // ---- rules

  /** What rules can speak of; `now`: only of segments that are there now, not of retired ones. */
  function wordsFor(now: boolean, model = models.newest): LiveWords {
    const there = new Set(slots.all().map(({ definition }) => definition.segment));
    const own = [...names].filter(([id]) => !now || there.has(id)), others = (model?.segments ?? []).filter(({ id }) => !own.some(([known]) => known === id));
    return { entityWord, currency, features: model?.features ?? [], segments: [...own.map(([id, name]) => ({ segment: -1, id, name })), ...others.map(({ id, name }) => ({ segment: -1, id, name }))] };
  }

  /** `now`: only looked at, against what there is now; nothing is kept of it. */
  function compile({ rule, types, model: id }: LiveDefinition, now: boolean): { rule: LiveRule; words: string } {
    const model = now ? models.newest : models.get(id ?? '');
    const vocabulary = vocabularyFor(rule, types, wordsFor(now, model));
    const typed = new Map(vocabulary.sources[0].columns.map(({ name, type }) => [name, type]));
    const ground: LiveGround = {
      vocabulary, codeOf: columns.constantOf, textOf: columns.textOf, isLive: (segment) => names.has(segment) && !model?.segments.some(({ id }) => id === segment), cellOf: (column) => (now ? 0 : columns.cellOf(column, typed.get(column)!)),
    };
    return { rule: liveRule(rule, ground, (condition) => kindOf(condition).words(condition, vocabulary)), words: ruleWords(rule, vocabulary) };
  }

  function slotFor(definition: LiveDefinition, index: number, defined: number): Slot {
    let segment = segmentIds.indexOf(definition.segment);
    if (segment < 0) segment = segmentIds.push(definition.segment) - 1;
    names.set(definition.segment, definition.name);
    const plain = { index, definition, segment, members: createMembers(), defined, fed: 0, cursor: 0 };
    const { width } = columns;
    try {
      const compiled = compile(definition, false);
      refuseCycles(definition.segment, compiled.rule.segments, slots.all());
      const { events } = compiled.rule;
      if (columns.width > width || (!keepsAny && (events === 'any' || events.some((event) => !kept.has(event))))) grown = defined;
      if (events === 'any') keepsAny = true;
      else for (const event of events) kept.add(event);
      return { ...plain, ...compiled, state: 'backfilling' };
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error;
      if (columns.width > width) grown = defined;
      return { ...plain, words: '', state: 'failed', problem: error.message };
    }
  }

  for (const { definition, index, state, defined, fed, cursor, members } of saved?.slots ?? []) {
    const slot = slotFor(definition, index, defined);
    slots.add({ ...slot, state: slot.state === 'failed' ? 'failed' : state, fed, cursor, members: createMembers(members) });
  }
  slots.arrange();
  ({ grown, complete } = saved ?? { grown, complete });
  for (const { entity, due } of options.saved?.due ?? []) timers.set(entity, due);

  const asking = createAsking(slots, models, many);
  const { facts, look } = asking;
  const answers = createAnswers({ columns, identity, models, slots, asking });

  function hot(number: number): Entity {
    let entity = entities.get(number);
    if (!entity) {
      assert(!known.has(number), `entity ${number} is touched but not loaded`);
      entity = newEntity(number, identity.publicId(number) ?? '');
      entity.snapshot = snapshot;
      entities.set(number, entity);
      known.put(number, true);
      gone.delete(number);
    }
    if (taking && entity.snapshot !== snapshot) takeDown(entity);
    if (!entity.listed) {
      entity.listed = true;
      listed.push(number);
    }
    entity.used = true;
    return entity;
  }

  // ---- snapshots

  /** Before it becomes another, or when its turn comes. */
  function takeDown(entity: Entity): void {
    entity.snapshot = snapshot;
    entity.listed = false;
    if (!entity.changed) return;
    entity.changed = false;
    taken.set(entity.number, { entity: entity.number, bytes: entityBytes.pack(entity), due: timers.dueOf(entity.number) });
  }

  function* statesOf(left: readonly number[], touched: readonly number[]): Generator<SavedState> {
    for (const number of left) yield { entity: number, bytes: undefined, due: Infinity };
    for (const number of touched) {
      const entity = entities.get(number);
      if (entity && entity.snapshot !== snapshot) takeDown(entity);
      if (taken.size > 0) yield* takenOnes();
    }
    // Of those who are gone from memory by now.
    yield* takenOnes();
    taking = false;
  }

  function* takenOnes(): Generator<SavedState> {
    for (const [number, saved] of taken) {
      taken.delete(number);
      yield saved;
    }
  }

  // ---- asking the rules

  /** Models that some rule asks which is there now, and whether one of them serves. */
  let used: { readonly order: readonly Slot[]; readonly models: ReadonlyMap<string, boolean> } | undefined;
  function inUse(): ReadonlyMap<string, boolean> {
    const { order } = slots;
    if (used?.order === order) return used.models;
    const found = new Map<string, boolean>();
    for (const { definition: { model }, state: is } of order) if (model !== undefined && models.get(model)) found.set(model, is === 'live' || found.get(model) === true);
    used = { order, models: found };
    return found;
  }

  /** Asks every marked rule about the entity, and says what changed. */
  function settle(entity: Entity, cause: Cause): void {
    look(entity);
    models.forget();
    models.settle(entity, inUse(), clock);
    slots.take((slot) => {
      const { holds, until } = asking.verdict(slot, clock);
      // The sentence is made only where it is said.
      if (until <= clock) assert(false, `'${slot.definition.segment}' would change at ${until}, which is not after ${clock}`);
      dues.tell(slot.index, until);
      if (!slot.members.put(entity.number, holds)) return;
      entity.changed = true;
      if (slot.state !== 'live') return;
      slots.markSegment(slot.definition.segment);
      transition(entity, slot, holds, cause);
    });
    const first = dues.write(entity);
    if (timers.dueOf(entity.number) !== first) {
      timers.set(entity.number, first);
      entity.changed = true;
    }
  }

  function transition(entity: Entity, slot: Slot, holds: boolean, cause: Cause): void {
    const at = instantOf(entity, slot, holds, cause);
    const { leaf, reason } = reasonOf(slot, holds, cause);
    setStay(entity, slot, holds ? { segment: slot.segment, since: at, version: slot.definition.version, leaf } : undefined);
    if (!muted) emit(entity.id, entity, slot, holds, at, reason);
  }

  function setStay(entity: Entity, { segment }: Slot, stay: Stay | undefined): void {
    dropStay(entity.stays, segment);
    if (stay) addStay(entity.stays, stay);
    entity.changed = true;
  }

  function emit(id: string, entity: Entity, { definition: { segment, version } }: Slot, holds: boolean, at: number, reason: string): void {
    entity.changedAt = Math.max(entity.changedAt, at);
    entity.changed = true;
    out.push({ n: ++n, entity: id, segment, version, direction: holds ? 'entered' : 'left', at, seq, reason, sequence: ++entity.sequence });
  }

  /** The instant of the event where it is the newest and nothing has happened since then that it would undo; else now. */
  function instantOf(entity: Entity, slot: Slot, holds: boolean, cause: Cause): number {
    if (cause.kind !== 'event' || cause.at >= clock || entity.changedAt > cause.at || cause.row !== entity.rows - 1) return clock;
    const then = asking.verdict(slot, cause.at);
    return then.holds === holds && then.until > clock ? cause.at : clock;
  }

  /** The condition that decided, in words. */
  function reasonOf(slot: Slot, holds: boolean, cause: Cause): { leaf: number; reason: string } {
    const { conditions } = slot.rule!;
    asking.about(slot);
    // In a `not` the other way round: whoever enters does so because that condition fails.
    const right = conditions.map((condition) => condition.leaf.verdict(facts, clock).holds !== condition.negated);
    let leaf = -1;
    if (cause.kind === 'time') leaf = conditions.findIndex((c, i) => right[i] === holds && c.leaf.verdict(facts, clock - 1).holds !== c.leaf.verdict(facts, clock).holds);
    if (cause.kind === 'event' && cause.row >= 0) leaf = conditions.findIndex((c, i) => right[i] === holds && c.leaf.touches(facts, cause.row));
    if (leaf < 0) leaf = right.indexOf(holds);
    return { leaf, reason: leaf < 0 ? (holds ? 'the rule holds' : 'the rule does not hold any more') : leafReason(conditions[leaf], holds, cause.kind === 'time') };
  }

  // ---- time

  function advanceTo(to: number, most = Infinity): void {
    let fired = 0;
    for (let at = timers.next(); at <= to; at = timers.next()) {
      if (fired++ === most) return;
      const entity = hot(timers.first());
      clock = Math.max(clock, at);
      for (let i = 0; i < entity.dues.length; i += 2) {
        if (entity.dues[i + 1] > clock) continue;
        const slot = slots.at(entity.dues[i]);
        if (slot && (slot.state === 'live' || slot.state === 'backfilling')) slots.mark(slot);
        // Of a slot that is gone: with that it is out of them.
        else dues.tell(entity.dues[i], Infinity);
      }
      settle(entity, { kind: 'time' });
    }
    clock = Math.max(clock, to);
  }

  // ---- events

  function event(given: Event): void {
    const at = Math.max(EARLIEST, Math.min(given.at, clock));
    const before = identity.nodes;
    const { entity: number, node, merged } = identity.resolve(given.identifiers, { seq, at: clock, kind: given.kind });
    if (number === undefined || node === undefined) return;
    reading.read(given, seq, node, at, keepsAny || kept.has(given.name), true);
    const here = entities.get(number);
    // With no new identifier nobody has another name.
    if (merged.length > 0 || (identity.nodes > before && known.has(number) && here?.id !== identity.publicId(number))) {
      const involved = [...new Set([...merged.flatMap(({ into, from }) => [into, from]), number])].filter((each) => known.has(each));
      reorganise(involved, () => {
        for (const { into, from } of merged) join(from, into);
        take(hot(number), given, node, at);
        return involved.filter((each) => known.has(each)).concat(involved.includes(number) ? [] : [number]);
      });
      return;
    }
    const fresh = !known.has(number);
    const entity = hot(number);
    const { row, traits } = take(entity, given, node, at);
    if (fresh) slots.markAll();
    else {
      look(entity);
      if (row >= 0) slots.markEvent(given.name, (slot) => slot.rule!.touches(facts, row));
      for (const trait of traits) slots.markTrait(trait);
    }
    settle(entity, { kind: 'event', row, at });
  }

  /** Writes the event that was read last into the history. Gives its row (−1: none is kept) and the traits that are others now. */
  function take(entity: Entity, given: Event, node: number, at: number): { row: number; traits: readonly string[] } {
    entity.changed = true;
    tally(entity, node, at);
    models.put(entity, given, node, seq, at);
    const { row, traits } = reading;
    return {
      row: row ? put(entity, row) : -1,
      traits: traits.length === 0 ? none : traits.filter(({ name, value }) => writeTrait(entity, { name, node, at, seq, value })).map(({ name }) => name),
    };
  }

  function put(entity: Entity, row: Float64Array): number {
    const { rows, kept: keeps } = entity;
    const place = putRow(entity, row);
    if (!keeps) return place;
    if (entity.rows === rows || entity.keptFor !== slots.order) entity.kept = undefined;
    else {
      look(entity);
      keeps.put(facts, place);
    }
    return place;
  }

  // ---- who is who

  function join(from: number, into: number): void {
    if (!known.has(from)) return;
    moveHistory(hot(from), hot(into));
    remove(from);
  }

  function remove(number: number): void {
    for (const slot of slots.all()) slot.members.put(number, false);
    timers.set(number, Infinity);
    entities.delete(number);
    known.put(number, false);
    gone.add(number);
  }

  /**
   * Entities become others: everything is asked anew, and what is told is what changed for those outside, who know entities by their public ids. Ids that nobody
   * bears any more leave everything, unless they are to be forgotten.
   */
  function reorganise(involved: readonly number[], act: () => readonly number[], forget = false): void {
    const before = new Map<string, Map<number, Stay>>();
    let sequence = 0, changedAt = -Infinity;
    for (const number of involved) {
      const entity = hot(number);
      before.set(entity.id, new Map(allOf(entity.stays).map((stay) => [stay.segment, stay])));
      sequence = Math.max(sequence, entity.sequence);
      changedAt = Math.max(changedAt, entity.changedAt);
    }
    const now = [...act()].sort((a, b) => a - b).map(hot);
    muted = true;
    for (const entity of now) {
      entity.id = identity.publicId(entity.number)!;
      entity.changedAt = Math.max(entity.changedAt, changedAt);
      slots.markAll();
      settle(entity, other);
    }
    muted = false;
    const [speaker] = now;
    if (!speaker) return;
    speaker.sequence = sequence;
    const serving = slots.order.filter(({ state }) => state === 'live');
    const after = new Map(now.map((entity) => [entity.id, entity]));
    for (const [id, stays] of before) {
      const same = after.get(id);
      if (!same && forget) continue;
      for (const slot of serving) {
        const stay = stays.get(slot.segment);
        if (!stay || (same && stayOf(same.stays, slot.segment))) continue;
        if (same) look(same);
        emit(id, speaker, slot, false, clock, same ? reasonOf(slot, false, other).reason : 'known under another name now');
      }
    }
    for (const entity of now) {
      look(entity);
      // Under a name that was not in it before, it is in it since now.
      const stays = allOf(entity.stays);
      entity.stays.length = 0;
      for (const stay of stays) addStay(entity.stays, before.get(entity.id)?.get(stay.segment) ?? { ...stay, since: clock });
      for (const slot of serving) {
        const stay = stayOf(entity.stays, slot.segment);
        if (stay && !before.get(entity.id)?.has(slot.segment)) emit(entity.id, speaker, slot, true, clock, reasonOf(slot, true, other).reason);
      }
    }
    for (const entity of now) {
      entity.sequence = speaker.sequence;
      entity.changedAt = speaker.changedAt;
      entity.changed = true;
    }
  }

  /** Read back from the journal an erasure names nobody: what the snapshot knew is told by its numbers. What came after it is not there any more. */
  function knownAt(nodes: readonly number[]): Identifier[] {
    return nodes.filter((node) => node < savedNodes).flatMap((node) => {
      const entity = identity.entityOf(node);
      return entity === undefined ? [] : [identity.identifiersOf(entity)[identity.nodesOf(entity).indexOf(node)]];
    });
  }

  function part({ entity: number, now }: Parted): readonly number[] {
    const whole = hot(number);
    for (const { entity, nodes } of now) if (entity !== number) moveHistory(whole, hot(entity), new Set(nodes));
    const rest = now.find(({ entity }) => entity === number);
    if (!rest) remove(number);
    else {
      const stay = new Set(rest.nodes);
      forgetNodes(whole, new Set([...whole.tallies.map(({ node }) => node)].filter((node) => !stay.has(node))));
    }
    return now.map(({ entity }) => entity);
  }

  function unmerge(merge: number): void {
    for (const { link, undone } of [...identity.merges({ seq: merge })]) {
      if (undone) continue;
      const held = [...identity.merges({ seq: merge })].find((each) => each.link === link)!.entity;
      if (known.has(held)) hot(held);
      const parted = identity.undo(link);
      if (parted) reorganise([parted.entity], () => part(parted));
    }
  }

  function erase(identifiers: readonly Identifier[]): void {
    observing.forget();
    for (const parted of identity.forget(identifiers)) {
      if (known.has(parted.entity)) reorganise([parted.entity], () => part(parted), true);
      // As they were before they must not be written any more.
      if (taken.has(parted.entity)) taken.set(parted.entity, { entity: parted.entity, bytes: undefined, due: Infinity });
    }
  }

  // ---- definitions

  function define(definition: LiveDefinition): void {
    const staged = slots.staged(definition.segment);
    if (staged) slots.drop(staged);
    for (const slot of slots.all()) if (slot.state === 'failed' && slot.definition.segment === definition.segment) slots.drop(slot);
    const slot = slotFor(definition, made++, seq);
    // Where nothing has come yet there is no history to read.
    if (known.count === 0) complete = seq;
    if (slot.state !== 'failed' && grown > complete) slot.state = 'feeding';
    slots.add(slot);
    slots.arrange();
  }

  function serve(segment: string, version: number): void {
    const slot = slots.staged(segment);
    if (slot?.definition.version !== version) return;
    assert(slot.state === 'backfilling', `'${segment}' is to serve before the history was read again for it`);
    evaluate([slot], Infinity);
    const old = slots.serving(segment);
    const differing = [...both(old, slot)].filter((number) => slot.members.has(number) !== (old?.members.has(number) ?? false));
    if (old) slots.drop(old);
    slot.state = 'live';
    slots.arrange();
    for (const number of differing) {
      const entity = hot(number);
      look(entity);
      slots.markSegment(segment);
      transition(entity, slot, slot.members.has(number), other);
      settle(entity, other);
    }
  }

  function retire(segment: string): void {
    const old = slots.serving(segment);
    for (const slot of slots.all()) if (slot.definition.segment === segment) slots.drop(slot);
    const dependents = slots.order.filter(({ rule }) => rule!.segments.includes(segment));
    slots.arrange();
    for (const number of old?.members.all() ?? []) {
      const entity = hot(number);
      setStay(entity, old!, undefined);
      emit(entity.id, entity, old!, false, clock, 'the segment was retired');
      dependents.forEach(slots.mark);
      settle(entity, other);
    }
  }

  function* both(a: Slot | undefined, b: Slot): Generator<number> {
    const numbers = new Set([...(a?.members.all() ?? []), ...b.members.all()]);
    yield* [...numbers].sort((x, y) => x - y);
  }

  /** The next entities that a backfill looks at. */
  const nextOf = (slot: Slot | undefined, limit: number): number[] => {
    const numbers: number[] = [];
    if (slot) for (const number of known.from(slot.cursor)) {
      if (numbers.length >= limit) break;
      numbers.push(number);
    }
    return numbers;
  };

  /** Evaluates the next entities for all of them at once, from where the first one is. */
  function evaluate(staged: readonly Slot[], limit: number): void {
    const numbers = nextOf(staged[0], limit);
    for (const number of numbers) {
      for (const slot of staged) if (slot.cursor <= number) slots.mark(slot);
      settle(hot(number), other);
    }
    const next = numbers.length < limit ? Infinity : numbers[numbers.length - 1] + 1;
    for (const slot of staged) slot.cursor = Math.max(slot.cursor, next);
  }

  /** Definitions whose history is read again, and those that are evaluated: first whichever is least far, so that it catches up with the others and all go on together. */
  const feeding = () => slots.all().filter(({ state }) => state === 'feeding').sort((a, b) => a.fed - b.fed);
  const evaluating = () => slots.all().filter(({ state, cursor }) => state === 'backfilling' && cursor < Infinity).sort((a, b) => a.cursor - b.cursor);

  const handlers: { readonly [K in JournalEntry['kind']]: (entry: Extract<JournalEntry, { kind: K }>) => void } = {
    event: (entry) => event(entry.event),
    define: ({ definition }) => define(definition),
    model: ({ model }) => {
      if (models.add(model as FoundModel)) grown = seq;
    },
    serve: ({ segment, version }) => serve(segment, version),
    retire: ({ segment }) => retire(segment),
    unmerge: ({ merge }) => unmerge(merge),
    erase({ identifiers, nodes, told }) {
      erase(identifiers.length > 0 ? identifiers : knownAt(nodes));
      n = Math.max(n, told);
    },
  };

  function told(): Change[] {
    const changes = out;
    out = [];
    return changes;
  }

  function want(identifier: Identifier, wanted: Set<number>): void {
    const number = identity.find(identifier);
    if (number !== undefined) wanted.add(number);
  }
  function wantOf({ kind, identifiers }: Event, wanted: Set<number>): void {
    for (const identifier of identifiers) {
      want(identifier, wanted);
      // An alias does not say whether what it names is a user's or a browser's.
      if (kind === 'alias') for (const type of ['user', 'anonymous']) want({ type, value: identifier.value }, wanted);
    }
  }
  const allWarm = () => entities.size === known.count;
  const coldAmong = (wanted: Iterable<number>): number[] => [...wanted].filter(state.isCold).sort((a, b) => a - b);

  const state: LiveState = {
    get seq() { return seq; },
    get clock() { return clock; },
    get n() { return n; },
    get entities() { return known.count; },

    needs(records, to, most = Infinity) {
      if (allWarm()) return [];
      const end = Math.max(to ?? -Infinity, records.length ? records[records.length - 1].clock : -Infinity);
      const wanted = new Set(most < Infinity ? timers.firstOf(end, most) : timers.upTo(end));
      for (const { entry } of records) {
        if (entry.kind === 'event') wantOf(entry.event, wanted);
        else if (entry.kind === 'erase') (entry.identifiers.length > 0 ? entry.identifiers : knownAt(entry.nodes)).forEach((identifier) => want(identifier, wanted));
        else if (entry.kind === 'unmerge') for (const { entity } of identity.merges({ seq: entry.merge })) wanted.add(entity);
        else if (entry.kind === 'retire') for (const number of slots.serving(entry.segment)?.members.all() ?? []) wanted.add(number);
        else if (entry.kind === 'serve') {
          const slot = slots.staged(entry.segment);
          if (!slot) continue;
          const old = slots.serving(entry.segment);
          for (const number of both(old, slot)) if (slot.members.has(number) !== (old?.members.has(number) ?? false)) wanted.add(number);
          for (const number of nextOf(slot, Infinity)) wanted.add(number);
        }
      }
      return coldAmong(wanted);
    },
    named(entries) {
      if (allWarm()) return [];
      const wanted = new Set<number>();
      for (const entry of entries) if (entry.kind === 'event') wantOf(entry.event, wanted);
      return coldAmong(wanted);
    },
    apply(record) {
      if (record.seq <= seq) return [];
      advanceTo(record.clock);
      seq = record.seq;
      const { entry } = record;
      if (entry.kind !== 'erased') (handlers[entry.kind] as (entry: JournalEntry) => void)(entry);
      return told();
    },
    advance(to, most) {
      advanceTo(to, most);
      return told();
    },
    next: timers.next,

    check(definition) {
      // A column that never came is a slip of the pen, unless nothing came yet or more than is remembered.
      const { columns: seen, traits } = observing.observed();
      if (seen.length > 0 && seen.length < observedLimits.columns && traits.length < observedLimits.traits && !definition.types) ruleWords(definition.rule, state.vocabulary());
      const { rule } = compile(definition, true);
      refuseCycles(definition.segment, rule.segments, slots.all());
    },
    get model() { return models.newest?.id; },
    ownerOf(identifiers) {
      const place = ownerOf(identifiers);
      return place && identity.publicId(place.entity);
    },
    frozen: (definition) => ({ ...definition, ...(models.newest && asksModel(definition.rule, models.newest) && { model: models.newest.id }), types: typesOf(definition.rule, state.vocabulary()) }),
    backfill(): Backfill | undefined {
      const named = ({ definition: { segment, version } }: Slot) => ({ segment, version });
      const [slot] = feeding();
      if (slot) return { ...named(slot), progress: progressOf(slot), work: { kind: 'feed', after: slot.fed } };
      const [next] = evaluating();
      if (next) return { ...named(next), progress: progressOf(next), work: { kind: 'evaluate' } };
      const ready = slots.all().find(({ state }) => state === 'backfilling');
      return ready && { ...named(ready), progress: 1, work: { kind: 'serve' } };
    },
    feed(records) {
      const waiting = feeding();
      const end = Math.max(...waiting.map(({ defined }) => defined));
      for (const { seq: record, clock: taken, entry } of records) {
        if (entry.kind !== 'event' || record <= waiting[0].fed || record > end) continue;
        const { event: given } = entry;
        if (!keepsAny && !kept.has(given.name) && !models.newest) continue;
        const place = ownerOf(given.identifiers);
        if (!place) continue;
        const at = Math.max(EARLIEST, Math.min(given.at, taken));
        const entity = hot(place.entity);
        reading.read(given, record, place.node, at, keepsAny || kept.has(given.name), false);
        if (reading.row) putRow(entity, reading.row);
        entity.kept = undefined;
        models.put(entity, given, place.node, record, at, true);
        entity.changed = true;
      }
      const last = records.at(-1)?.seq ?? Infinity;
      for (const slot of waiting) {
        slot.fed = Math.max(slot.fed, Math.min(last, slot.defined));
        if (slot.fed < slot.defined) continue;
        slot.state = 'backfilling';
        complete = Math.max(complete, slot.defined);
      }
      slots.arrange();
    },
    batch: (limit) => nextOf(evaluating()[0], limit),
    step(limit) {
      evaluate(evaluating(), limit);
    },

    find: (identifier) => identity.find(identifier),
    nodesOf: (number) => identity.nodesOf(number),
    sharedOf: (number) => identity.sharedOf(number),
    isCold: (number) => known.has(number) && !entities.has(number),
    entity: (number) => answers.entity(hot(number), { clock, seq }),
    why: (number, segment) => answers.why(hot(number), segment, clock),
    segments: () => [...new Set(slots.all().map(({ definition }) => definition.segment))].map((segment): LiveSegment => {
      const serving = slots.serving(segment), staged = slots.staged(segment);
      const failed = slots.all().find((slot) => slot.state === 'failed' && slot.definition.segment === segment);
      const shown = serving ?? staged ?? failed!;
      const progress = staged && progressOf(staged);
      return {
        ...shown.definition, words: shown.words, members: serving?.members.count ?? 0,
        state: staged ? 'backfilling' : failed ? 'failed' : 'live', ...(progress !== undefined && { progress }), ...(failed && { problem: failed.problem }),
      };
    }),
    members(segment, { offset, limit }) {
      const slot = answers.serving(segment);
      return { total: slot?.members.count ?? 0, entities: slot?.members.page(offset, limit) ?? [] };
    },
    membership: (number, segment) => answers.membership(hot(number), segment, clock),
    merges: (number) => [...identity.merges(number === undefined ? undefined : { entity: number })].map(({ seq: record, at, one, other: second, entity, undone }) => ({
      seq: record, at, one, other: second, entity: identity.publicId(entity) ?? '', undone,
    })),
    vocabulary: () => liveVocabulary(observing.observed(), wordsFor(true)),

    changed() {
      assert(!taking, 'a snapshot is begun before the one before has been taken');
      const left = [...gone], touched = listed;
      gone.clear();
      listed = [];
      snapshot++;
      taking = true;
      return statesOf(left, touched);
    },
    rest: () => packRest({
      seq, clock, n, made, columns: columns.read, kept: [...kept], keepsAny, grown, complete, segments: segmentIds.map((id): [string, string] => [id, names.get(id)!]), observed: observing.save(), identity: identity.save(), known: known.save(), carried: models.carried, models: models.list, newest: models.newest?.id ?? '',
      slots: slots.all().map(({ definition, index, state: is, defined, fed, cursor, members }) => ({ definition, index, state: is, defined, fed, cursor, members: members.save() })),
    }),
    load(number, bytes) {
      if (entities.has(number)) return;
      const id = identity.publicId(number) ?? '';
      const entity = bytes ? entityBytes.unpack(bytes, number, id) : newEntity(number, id);
      entity.snapshot = snapshot;
      entities.set(number, entity);
    },
    forgetTexts() {
      const used = new Set<number>();
      const note = ({ cells, width, rows }: Block, at: readonly number[]) => {
        for (const first of at) for (let o = first; o < rows * width; o += width) if (cells[o] === cells[o]) used.add(cells[o]);
      };
      for (const entity of entities.values()) {
        note(entity, entityBytes.textCells(entity.width));
        note(entity.tracked, trackedTexts(models.carried, entity.tracked.width));
      }
      columns.keepOnly(used);
      models.forget();
    },
    release(keep) {
      let released = 0;
      // Twice round at most: whoever was looked at gets another chance.
      for (let looked = Math.min(2 * entities.size, sweep); looked > 0 && entities.size > keep; looked--) {
        let next = sweeping.next();
        if (next.done) {
          sweeping = entities.values();
          next = sweeping.next();
          if (next.done) break;
        }
        const entity = next.value;
        if (entity.used) entity.used = false;
        else if (!entity.changed && !taken.has(entity.number)) released += Number(entities.delete(entity.number));
      }
      return released;
    },
  };
  return state;

  function progressOf({ state: is, fed, defined, cursor }: Slot): number {
    if (is === 'feeding') return defined ? (fed / defined) * 0.5 : 0;
    return cursor === Infinity ? 1 : 0.5 + 0.5 * Math.min(1, cursor / Math.max(1, known.span()));
  }

  /** Whose row an event of the history is: that of its first identifier that somebody has. */
  function ownerOf(identifiers: readonly Identifier[]): { entity: number; node: number } | undefined {
    for (const { type, value } of identifiers) {
      const entity = identity.find({ type, value });
      if (entity === undefined) continue;
      const i = identity.identifiersOf(entity).findIndex((each) => each.type === type && each.value === value);
      return { entity, node: identity.nodesOf(entity)[i] };
    }
    return undefined;
  }
}

/** Whether a rule asks for features, or for segments that were found. */
const asksModel = (rule: Rule, { segments }: FoundModel): boolean =>
  leavesOf(rule).some(({ condition }) => condition.kind === 'feature' || (condition.kind === 'segment' && segments.some(({ id }) => id === condition.segment)));
