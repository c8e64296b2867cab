/** A mistake that could be made in the live side: a change of one place in its source. */
export interface Fault {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The round that shows it first, where it is not the first one: looked at before the others. */
  readonly seed?: number;
}

const state = 'src/flow/live/state/open-state.ts', rows = 'src/segment/rules/live-rows.ts', entity = 'src/flow/live/state/entity.ts', passing = 'src/segment/rules/passing.ts', kinds = 'src/segment/rules/kinds';

/** Every one of them must be found by comparing. */
export const faults: readonly Fault[] = [
  { name: 'nobody is due when time passes', file: state, from: 'timers.set(entity.number, first);', to: 'timers.set(entity.number, Infinity);' },
  { name: 'the first instant of a rule is not waited for', file: 'src/flow/live/state/dues.ts', from: 'entity.changed = true;\n        if (until < first) first = until;', to: 'entity.changed = true;' },
  { name: 'a row leaves its window a millisecond early', seed: 3, file: rows, from: 'firstAfter(facts, asOf - length)', to: 'firstAfter(facts, asOf - length + 1)' },
  { name: 'a row leaves its window a millisecond late', file: rows, from: 'firstAfter(facts, asOf - length)', to: 'firstAfter(facts, asOf - length - 1)' },
  { name: 'the end of a window is noticed a millisecond late', file: rows, from: 'leaves: (facts, row) => atOf(facts, row) + length', to: 'leaves: (facts, row) => atOf(facts, row) + length + 1' },
  { name: 'the first instant of a span is left out', seed: 5, file: rows, from: 'from: (facts) => firstAfter(facts, from - 1)', to: 'from: (facts) => firstAfter(facts, from)' },
  { name: 'the last instant of a span is taken in', seed: 2, file: rows, from: 'to: (facts) => firstAfter(facts, to - 1)', to: 'to: (facts) => firstAfter(facts, to)' },
  { name: 'a session goes on after a pause as long as its limit', seed: 2, file: rows, from: 'atOf(facts, row - 1) < gap', to: 'atOf(facts, row - 1) <= gap' },
  { name: 'a session is over a millisecond late', file: rows, from: 'over(facts) <= asOf', to: 'over(facts) < asOf' },
  { name: 'a session looks at the rows that pass alone', seed: 4, file: `${kinds}/performed.ts`, from: "events: window.any ? 'any' : rows.events", to: 'events: rows.events' },
  { name: 'a sequence leaves out the last instant of its time', file: `${kinds}/sequence.ts`, from: 'atOf(facts, came) - atOf(facts, row) <= span', to: 'atOf(facts, came) - atOf(facts, row) < span' },
  { name: 'what happened at the same instant counts as after', seed: 2, file: `${kinds}/sequence.ts`, from: 'while (start > 0 && atOf(facts, start - 1) === atOf(facts, start)) start--;', to: '' },
  { name: 'whoever does not follow up is in before the time is over', seed: 3, file: `${kinds}/sequence.ts`, from: 'if (begins > asOf) {', to: 'if (begins > asOf + 1) {' },
  { name: 'a gap between two waits is not seen', seed: 4, file: `${kinds}/sequence.ts`, from: 'later[i] <= end; i--', to: 'later[i] <= end + 3_600_000; i--' },
  { name: 'at most so long ago ends a millisecond early', file: 'src/segment/rules/since.ts', from: "(op === '<=' || op === '>' ? 1 : 0)", to: "(op === '<=' ? 1 : 0)" },
  { name: 'a group that holds waits for its last part', file: 'src/segment/rules/live-rule.ts', from: 'first = Math.min(first, until)', to: 'first = first === Infinity ? until : Math.max(first, until)' },
  { name: 'a merge does not move the history', file: state, from: 'moveHistory(hot(from), hot(into));', to: '' },
  { name: 'a merge leaves the memberships of who is gone', file: state, from: 'for (const slot of slots.all()) slot.members.put(number, false);', to: '' },
  { name: 'parting leaves the history where it is', file: state, from: 'if (entity !== number) moveHistory(whole, hot(entity), new Set(nodes));', to: 'if (entity !== number) hot(entity);' },
  { name: 'somebody with a new name is not told of', seed: 2, file: state, from: 'here?.id !== identity.publicId(number)', to: 'here?.id === undefined' },
  { name: 'what is erased stays in the history', file: state, from: 'forgetNodes(whole, new Set(', to: 'void (new Set(' },
  { name: 'late events are forgotten', file: state, from: 'reading.read(given, seq, node, at, keepsAny || kept.has(given.name), true);', to: 'reading.read(given, seq, node, at, (keepsAny || kept.has(given.name)) && given.at >= clock - 60_000, true);' },
  { name: 'an event from the future counts from then on', file: state, from: 'const at = Math.max(EARLIEST, Math.min(given.at, clock));', to: 'const at = Math.max(EARLIEST, given.at);' },
  { name: 'a record that comes twice counts twice', seed: 2, file: state, from: 'if (record.seq <= seq) return [];', to: '' },
  { name: 'a trait is that which came in last', seed: 4, file: entity, from: 'a.at > b.at || (a.at === b.at && a.seq > b.seq)', to: 'a.seq > b.seq' },
  { name: 'of two traits at the same instant the first wins', file: entity, from: '(a.at === b.at && a.seq > b.seq)', to: '(a.at === b.at && a.seq < b.seq)' },
  { name: 'a new column is not filled from the history', file: state, from: "if (slot.state !== 'failed' && grown > complete) slot.state = 'feeding';", to: '' },
  { name: 'a new version is worked out with the old rule', file: state, from: 'const compiled = compile(definition, false);', to: 'const compiled = compile(slots.serving(definition.segment)?.definition ?? definition, false);' },
  { name: 'a new version serves before it is asked for everyone', file: state, from: 'evaluate([slot], Infinity);', to: 'void evaluate;' },
  { name: 'a new version tells of everyone again', file: state, from: 'slot.members.has(number) !== (old?.members.has(number) ?? false));\n    if (old)', to: 'slot.members.has(number));\n    if (old)' },
  { name: 'who is new is only asked about what they did', file: state, from: 'if (fresh) slots.markAll();', to: 'if (fresh) slots.markEvent(given.name, () => true);' },
  { name: 'segments that look at others are not asked again', file: state, from: 'if (slot.state !== \'live\') return;\n      slots.markSegment(slot.definition.segment);', to: 'if (slot.state !== \'live\') return;' },
  { name: 'segments are asked before those they look at', seed: 10, file: 'src/flow/live/state/slots.ts', from: 'if (live.has(segment)) place(live.get(segment)!);', to: 'void segment;' },
  { name: 'timers are lost at a restart', file: state, from: 'for (const { entity, due } of options.saved?.due ?? []) timers.set(entity, due);', to: '' },
  { name: 'the numbers of changes begin again at a restart', file: state, from: 'seq, clock, n, made, columns', to: 'seq, clock, n: 0, made, columns' },
  { name: 'a snapshot saves what happened while it was taken', file: state, from: 'if (taking && entity.snapshot !== snapshot) takeDown(entity);', to: '' },
  { name: 'time that goes on in pieces leaves somebody out', file: state, from: 'if (fired++ === most) return;', to: 'if (fired++ === most) break;' },
  { name: 'who is not yet written goes from memory', file: state, from: ' && !taken.has(entity.number)) released', to: ') released' },
  { name: 'of many rows, those after a late one are taken for others', seed: 2, file: passing, from: 'if (!last) list.shift(place);', to: '' },
  { name: 'of many rows, the totals after a late one stay as they were', seed: 4, file: passing, from: 'for (const sum of sums.values()) sum.valid = Math.min(sum.valid, i);', to: '' },
  { name: 'of many rows, a late one does not join sessions', seed: 2, file: passing, from: 'atOf(facts, place + 1) - atOf(facts, place) < gap ? beginning(facts, place, gap) : start + 1', to: 'start + 1' },
  { name: 'of many rows, a pause does not end a session', seed: 2, file: passing, from: 'atOf(facts, place) - atOf(facts, place - 1) >= gap', to: 'atOf(facts, place) - atOf(facts, place - 1) > gap' },
  { name: 'of many rows, what is kept of them outlives a merge', seed: 2, file: entity, from: 'from.kept = into.kept = undefined;', to: '' },
  { name: 'texts of who was saved are mixed up', file: 'src/flow/live/state/entity-bytes.ts', from: 'cells[o] = codes[cells[o]];', to: 'cells[o] = codes[0];' },
  { name: 'an event is taken in before the time until then has passed', file: state, from: 'advanceTo(record.clock);\n      seq = record.seq;\n', to: 'clock = record.clock;\n      seq = record.seq;\n' },
  { name: 'what is due at the instant of a record waits for the record', file: state, from: 'advanceTo(record.clock);\n      seq = record.seq;\n', to: 'advanceTo(record.clock - 1);\n      clock = record.clock;\n      seq = record.seq;\n' },
  { name: 'the hour is that of the day\'s first offset', file: 'src/ingest/track/local-time.ts', from: 'const slot = Math.floor(at / quarter);', to: 'const slot = Math.floor(at / day) * 96;' },
];
