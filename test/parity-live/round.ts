import type { Change } from '../../src/domain/live.js';
import { identifierOfPublicId, publicIdOf } from '../../src/domain/event.js';
import type { Rule } from '../../src/domain/rule.js';
import type { Engine } from '../../src/engine/engine.js';
import type { LiveState, LiveStateOptions } from '../../src/flow/live/state/state.js';
import { joined } from '../../src/util/joined.js';
import { createRng } from '../../src/util/rng.js';
import type { JournalRecord, SavedState } from '../../src/store/journal.js';
import { isAbsolute, openBatch, type Sight } from './batch.js';
import { lengths, lengthMs, makeRound, type History, type Round } from './generate.js';
import { isMember, membersOf, pictureAt, type Picture } from './oracle.js';

/** What is judged: a live state, from its own source or from one with a fault in it. */
export interface Subject {
  openState(options: LiveStateOptions): LiveState;
  readonly options: LiveStateOptions;
}

export interface Outcome {
  /** Rules times histories. */
  readonly pairs: number;
  /** Answers compared: of a person, a segment and an instant. */
  readonly compared: number;
  readonly asked: number;
  readonly changes: number;
  readonly differences: readonly string[];
}

export interface RoundOptions { readonly rules?: number; readonly histories?: number; readonly checkpoints?: number; /** Ends at the first difference. */ readonly stop?: boolean }

/** Runs one round: live against the naive oracle at every instant, both against the rules' SQL (where there is an engine), and a replay against the first run. */
export async function runRound(seed: number, given: Subject, engine?: Engine, options: RoundOptions = {}): Promise<Outcome> {
  // Every other time as it is for people with thousands of rows.
  const subject = seed % 2 ? given : { ...given, options: { ...given.options, many: 2 } };
  const round = makeRound(seed, options);
  const differences: string[] = [];
  const say = (text: string) => void (differences.length < 20 && differences.push(`seed ${seed}: ${text}`));
  const pictures: Picture[][] = [];
  let compared = 0, changes = 0, asked = 0;
  for (const [h, history] of round.histories.entries()) {
    if (options.stop && differences.length > 0) break;
    try {
      const followed = follow(subject, history, createRng(seed, `drive ${h}`), createRng(seed, `save ${h}`), round, (text) => say(`history ${h}: ${text}`));
      pictures.push(followed.pictures);
      compared += followed.compared;
      changes += followed.changes.length;
      const again = replay(subject, history, createRng(seed, `replay ${h}`));
      if (JSON.stringify(again) !== JSON.stringify(followed.changes)) say(`history ${h}: a replay tells other changes${firstDifference(again, followed.changes)}`);
    } catch (error) {
      say(`history ${h}: ${(error as Error).stack?.split('\n').slice(0, 4).join(' ') ?? String(error)}`);
      pictures.push([]);
    }
  }
  if (engine && differences.length === 0) asked = await compareSql(round, pictures, engine, say);
  return { pairs: round.rules.length * round.histories.length, compared, asked, changes, differences };
}

const firstDifference = (a: readonly Change[], b: readonly Change[]) => {
  const i = a.findIndex((change, at) => JSON.stringify(change) !== JSON.stringify(b[at]));
  return `: ${JSON.stringify(a[i < 0 ? a.length : i])} for ${JSON.stringify(b[i < 0 ? a.length : i])}`;
};

/** A live state beside its journal and a disk, both in memory. */
class Driver {
  state: LiveState;
  readonly disk = new Map<number, SavedState>();
  changes: Change[] = [];
  /** What was saved last, whole; and the snapshot that is being taken: it counts only once it is whole. */
  private saved: { readonly rest: Uint8Array; readonly due: { readonly entity: number; readonly due: number }[]; readonly seq: number; readonly told: number; readonly disk: ReadonlyMap<number, SavedState> } | undefined;
  private shot: { readonly rest: readonly Uint8Array[]; readonly states: Iterator<SavedState>; readonly seq: number; readonly told: number; readonly base: Map<number, SavedState> } | undefined;

  constructor(private readonly subject: Subject, private readonly history: History) {
    this.state = subject.openState(subject.options);
  }

  /** What is about to be touched is brought into memory first, as the loop does. */
  private bring(entities: readonly number[]): void {
    for (const entity of entities) this.state.load(entity, this.disk.get(entity)!.bytes!);
  }

  advance(to: number): void {
    // A few at a time, as the loop does where many are due.
    do {
      this.bring(this.state.needs([], to));
      this.changes.push(...this.state.advance(to, 3));
    } while (this.state.next() <= to);
  }

  apply(records: readonly JournalRecord[]): void {
    for (const record of records) {
      if (record.entry.kind !== 'serve') continue;
      // A version serves only once it has been worked out; whatever came before it in the group comes first.
      const before = records.slice(0, records.indexOf(record));
      this.apply(before);
      // Where that is not done when it comes, it is done then.
      this.work(Infinity, record.seq % 3 === 0);
      this.plain([record]);
      return this.apply(records.slice(before.length + 1));
    }
    this.plain(records);
  }

  private plain(records: readonly JournalRecord[]): void {
    this.bring(this.state.needs(records));
    for (const record of records) this.changes.push(...this.state.apply(record));
  }

  /** Works on what is defined until everything could serve; `fed`: only until the history has been read. */
  work(steps = Infinity, fed = false): void {
    for (let work = this.state.backfill()?.work; work && work.kind !== 'serve' && !(fed && work.kind === 'evaluate') && steps > 0; work = this.state.backfill()?.work, steps--) {
      if (work.kind === 'feed') {
        const { after } = work;
        // The history is read again as it was erased meanwhile, in parts.
        const part = this.history.records.filter(({ seq }) => seq > after).slice(0, 7);
        const now = part.map((record): JournalRecord => (isErased(this.history, record, this.state.seq) ? { ...record, entry: { kind: 'erased' } } : record));
        this.bring(this.state.needs(now, -Infinity));
        this.state.feed(now);
      } else {
        this.bring(this.state.batch(2).filter(this.state.isCold));
        this.state.step(2);
      }
    }
  }

  /** Begins a snapshot, or goes on with it: `states` at most are written. */
  stage(states: number): void {
    this.shot ??= { rest: this.state.rest(), states: this.state.changed()[Symbol.iterator](), seq: this.state.seq, told: this.changes.length, base: new Map(this.disk) };
    const { rest, states: open, seq, told, base } = this.shot;
    for (let i = 0; i < states; i++) {
      const { value, done } = open.next() as IteratorResult<SavedState, undefined>;
      if (done) {
        this.saved = { rest: joined(rest), seq, told, disk: base, due: [...base.values()].filter(({ due }) => due < Infinity).map(({ entity, due }) => ({ entity, due })) };
        this.shot = undefined;
        return;
      }
      for (const disk of [this.disk, base]) {
        if (value.bytes) disk.set(value.entity, value);
        else disk.delete(value.entity);
      }
    }
  }

  save(): void {
    if (this.shot) this.stage(Infinity);
    this.stage(Infinity);
    this.release();
  }

  /** What is saved goes from memory, also while a snapshot is being taken. */
  release(): void {
    this.state.release(0);
    this.state.release(0);
  }

  /** Ends, and begins again from what was saved. */
  restart(): void {
    this.save();
    this.reopen();
  }

  private reopen(): void {
    this.state = this.subject.openState({ ...this.subject.options, ...(this.saved && { saved: { rest: this.saved.rest, due: this.saved.due } }) });
  }

  /** Is killed, and comes back by the last snapshot that is whole and what the journal holds after it. Gives whether the same follows again. */
  crash(): boolean {
    const { seq, clock } = this.state;
    const { changes } = this;
    // Of somebody erased since then the state is gone too, and what followed from it does not follow again.
    if (this.history.records.slice(this.saved?.seq ?? 0, seq).some(({ entry }) => entry.kind === 'erase')) return true;
    this.shot = undefined;
    const { told = 0, seq: from = 0, disk = new Map<number, SavedState>() } = this.saved ?? {};
    this.disk.clear();
    for (const [entity, state] of disk) this.disk.set(entity, state);
    this.reopen();
    this.changes = changes.slice(0, told);
    this.apply(this.history.records.slice(from, seq));
    this.advance(Math.max(clock, this.state.clock));
    return JSON.stringify(this.changes) === JSON.stringify(changes);
  }

  load(entity: number): void {
    if (this.state.isCold(entity)) this.bring([entity]);
  }
}

function isErased({ records }: History, { entry }: JournalRecord, until: number): boolean {
  if (entry.kind !== 'event') return false;
  return records.some((each) => each.seq <= until && each.entry.kind === 'erase' && each.seq > records.find((r) => r.entry === entry)!.seq && each.entry.identifiers.some(({ type, value }) => entry.event.identifiers[0].type === type && entry.event.identifiers[0].value === value));
}

function follow(subject: Subject, history: History, rng: ReturnType<typeof createRng>, saving: ReturnType<typeof createRng>, round: Round, say: (text: string) => void) {
  const driver = new Driver(subject, history);
  const { records } = history;
  const pictures: Picture[] = [];
  let next = 0, compared = 0, told = 0;
  /** What the changes say, by public id and segment. */
  const folded = new Map<string, Set<string>>();
  const sequences = new Map<string, number>();
  let read = 0;
  /** Of who was erased nothing is told any more, and nothing follows from what was told. */
  const forget = (until: number) => {
    for (; read < until; read++) {
      const { entry } = records[read];
      if (entry.kind !== 'erase') continue;
      for (const identifier of entry.identifiers) {
        folded.delete(publicIdOf(identifier));
        sequences.delete(publicIdOf(identifier));
      }
    }
  };
  for (const at of history.checkpoints) {
    while (next < records.length && records[next].clock <= at) {
      let end = next + 1;
      while (end < records.length && records[end].clock <= at && rng.int(3) > 0) end++;
      driver.apply(records.slice(next, end));
      if (rng.int(6) === 0) driver.apply(records.slice(next, end));
      next = end;
      if (rng.int(6) === 0) driver.work(1 + rng.int(3));
      if (rng.int(10) === 0) driver.restart();
      else if (rng.int(10) === 0) driver.save();
      if (saving.int(3) === 0) driver.stage(1 + saving.int(3));
      if (saving.int(6) === 0) driver.release();
      if (saving.int(12) === 0 && !driver.crash()) say(`${new Date(at).toISOString()}: other changes follow after a crash`);
    }
    driver.advance(at);
    if (rng.int(12) === 0) driver.restart();
    const { state } = driver;
    const picture = pictureAt(records, at);
    pictures.push(picture);
    for (; told < driver.changes.length; told++) {
      const { n, entity, segment, direction, sequence, at: when, seq } = driver.changes[told];
      forget(seq);
      const segments = folded.get(entity) ?? new Set();
      folded.set(entity, segments);
      if (n !== told + 1) say(`change ${told + 1} bears the number ${n}`);
      if (segments.has(segment) === (direction === 'entered')) say(`change ${n} says again that ${entity} ${direction} ${segment}`);
      if (sequence <= (sequences.get(entity) ?? 0) || when > state.clock) say(`change ${n} of ${entity} has sequence ${sequence} at ${when}`);
      sequences.set(entity, sequence);
      // Where time alone passed, it is so from that very millisecond on.
      if (seq > 0 && when > records[seq - 1].clock && rng.int(3) === 0 && !records.some(({ clock }) => clock === when)) {
        const then = pictureAt(records, when), person = then.people.find(({ id }) => id === entity);
        const is = (now: number) => person !== undefined && isMember(segment, person, then.rules, now);
        if (is(when) !== (direction === 'entered') || is(when - 1) === is(when)) say(`change ${n}: ${entity} has not ${direction} ${segment} at ${when}`);
      }
      if (direction === 'entered') segments.add(segment);
      else segments.delete(segment);
    }
    forget(next);
    const numbers = new Map(picture.people.map(({ id }) => [id, state.find(identifierOfPublicId(id))]));
    if (state.entities !== picture.people.length) say(`${new Date(at).toISOString()}: ${state.entities} people instead of ${picture.people.length}`);
    const expected = membersOf(picture, at);
    const served = new Set(state.segments().map(({ segment }) => segment));
    for (const { id: segment } of round.rules) {
      const should = expected.get(segment) ?? new Set<string>();
      const { total, entities } = served.has(segment) ? state.members(segment, { offset: 0, limit: 100 }) : { total: 0, entities: [] };
      compared += picture.people.length;
      for (const { id } of picture.people) {
        const number = numbers.get(id);
        if (number === undefined || entities.includes(number) !== should.has(id)) say(`${new Date(at).toISOString()} (${at}): ${id} is ${should.has(id) ? 'not ' : ''}in ${segment}: ${JSON.stringify(picture.rules.get(segment))}`);
      }
      if (total !== should.size) say(`${new Date(at).toISOString()}: ${total} in ${segment} instead of ${should.size}`);
      for (const [id, segments] of folded) if (segments.has(segment) !== should.has(id) && (should.has(id) || picture.people.some((person) => person.id === id))) say(`${at}: by the changes, ${id} is ${segments.has(segment) ? '' : 'not '}in ${segment}`);
    }
    foresee(driver, picture, at, rng, say);
  }
  const last = Math.max(history.checkpoints[history.checkpoints.length - 1], records[records.length - 1].clock) + 1;
  driver.apply(records.slice(next));
  driver.advance(last);
  return { pictures, compared, changes: driver.changes };
}

/** What is said about the future of somebody: that the answer changes then, to the millisecond, and not before. */
function foresee(driver: Driver, { people, rules }: Picture, at: number, rng: ReturnType<typeof createRng>, say: (text: string) => void): void {
  const { state } = driver;
  if (people.length === 0 || rules.size === 0) return;
  const person = people[rng.int(people.length)];
  const segment = [...rules.keys()][rng.int(rules.size)];
  const number = state.find(identifierOfPublicId(person.id))!;
  driver.load(number);
  const { member, changesAt } = state.why(number, segment);
  const traits = state.entity(number).traits;
  for (const name of Object.keys(person.traits)) if (String(traits[name]) !== String(person.said[name])) say(`${at}: ${person.id}'s ${name} is ${String(traits[name])}, not ${String(person.said[name])}`);
  const instants = person.rows.flatMap((row) => lengths.flatMap((length) => [row.at + lengthMs(length) - 1, row.at + lengthMs(length), row.at + lengthMs(length) + 1, row.at + lengthMs(length) / 2, row.at + lengthMs(length) / 2 + 1])).filter((each) => each > at);
  const same = (now: number) => isMember(segment, person, rules, now) === member;
  if (changesAt !== undefined && (same(changesAt) || !same(changesAt - 1))) say(`${at}: ${person.id} in ${segment} does not change at ${changesAt}: ${JSON.stringify(rules.get(segment))}`);
  const early = instants.find((each) => each < (changesAt ?? Infinity) && !same(each));
  if (early !== undefined) say(`${at}: ${person.id} in ${segment} changes at ${early}, not at ${changesAt}: ${JSON.stringify(rules.get(segment))}`);
}

/** The same journal in other groups, with time passing at other moments, and saved at others. */
function replay(subject: Subject, history: History, rng: ReturnType<typeof createRng>): Change[] {
  const driver = new Driver(subject, history);
  const { records, checkpoints } = history;
  for (let next = 0; next < records.length;) {
    const end = Math.min(records.length, next + 1 + rng.int(6));
    driver.apply(records.slice(next, end));
    next = end;
    if (rng.int(8) === 0) driver.restart();
    if (next < records.length && rng.int(4) === 0) driver.advance(driver.state.clock + rng.int(Math.max(1, records[next].clock - driver.state.clock)));
  }
  driver.advance(Math.max(checkpoints[checkpoints.length - 1], records[records.length - 1].clock) + 1);
  return driver.changes;
}

/** The rules' SQL over everyone at every instant, against the oracle (which live agreed with). */
async function compareSql(round: Round, pictures: readonly Picture[][], engine: Engine, say: (text: string) => void): Promise<number> {
  const segments = round.rules.map(({ id }) => id);
  const absolute = new Set<string>();
  for (const { id, rule, refs } of round.rules) if (isAbsolute(rule) || refs.some((ref) => absolute.has(ref))) absolute.add(id);
  // An edited segment may be ruled by what speaks of the calendar.
  const edited = new Set(round.histories.flatMap(({ records }) => records.flatMap(({ entry }) => (entry.kind === 'define' && entry.definition.version > 1 ? [entry.definition.segment] : []))));
  const fixed = ({ rule, refs }: Round['rules'][number]) => isAbsolute(rule) || refs.some((ref) => absolute.has(ref) || edited.has(ref));
  const sights: (Sight & { readonly picture: Picture })[] = [];
  round.histories.forEach(({ checkpoints }, h) => pictures[h].forEach((picture, i) => picture.people.forEach((person) => sights.push({ person, at: checkpoints[i], picture }))));
  let asked = await compare(sights, round.rules.filter((each) => !fixed(each)), true);
  for (const at of round.shared) asked += await compare(sights.filter((sight) => sight.at === at), round.rules, false);
  return asked;

  async function compare(seen: typeof sights, rules: Round['rules'], moved: boolean): Promise<number> {
    if (seen.length === 0) return 0;
    const batch = await openBatch(engine, seen, segments, 'p', moved);
    const answers = new Map<Rule, Set<number>>();
    // What others look at is asked first: an edited segment is ruled by the rule of any other.
    for (const { id, rule, refs } of [...rules].sort((a, b) => a.refs.length - b.refs.length)) {
      for (const ref of refs) await batch.put(ref, seen.flatMap(({ picture }, i) => (answers.get(picture.rules.get(ref)!)?.has(i) ? [i] : [])));
      const found = await batch.ask(rule);
      answers.set(rule, found);
      seen.forEach(({ person, at, picture }, i) => {
        if (refs.some((ref) => !picture.rules.has(ref))) return;
        const should = isMember(id, person, new Map([...picture.rules, [id, rule]]), at);
        if (found.has(i) !== should) say(`${at}: SQL has ${person.id} ${found.has(i) ? 'in' : 'out'}, ${JSON.stringify(rule)}`);
      });
    }
    return rules.length * seen.length;
  }
}
