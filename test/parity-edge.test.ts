import { expect, it } from 'vitest';
import { buildEdge, edgeRuntime } from '../scripts/build-edge.mjs';
import type { Event } from '../src/domain/event.js';
import type { LiveDefinition } from '../src/domain/live.js';
import { edgeModule } from '../src/flow/edge.js';
import type { JournalRecord } from '../src/store/journal.js';
import { createRng } from '../src/util/rng.js';
import { makeRound, types } from './parity-live/generate.js';
import { membersOf, pictureAt } from './parity-live/oracle.js';
import { subject } from './parity-live/subject.js';
import { importText, type EdgeExports } from './support/edge.js';

const me = { type: 'user', value: 'me' };

/** The message as the page said it. */
const messageOf = ({ kind, name, at, payload }: Event) => ({ type: kind, timestamp: new Date(at).toISOString(), ...(kind === 'track' && { event: name }), ...(kind === 'page' && { name }), ...payload });

/** One round of random rules and random histories, all events of each by one person: the module, the live state and the naive look at every event. */
async function runRound(seed: number, load: (text: string) => Promise<EdgeExports>, runtime?: string): Promise<{ pairs: number; compared: number; members: number; instants: number; differences: string[] }> {
  const round = makeRound(seed, runtime === undefined ? {} : { rules: 12, histories: 8 });
  const definitions = round.rules.map(({ id, rule }): LiveDefinition => ({ segment: id, name: id, version: 1, rule, types }));
  const moduleOf = async (own: readonly LiveDefinition[]) => {
    const text = await edgeModule(own);
    return load(runtime === undefined ? text : text.slice(0, text.lastIndexOf('const openDecider=')) + runtime);
  };
  // All rules in one module; and every rule in a module of its own (with those that it looks at), which keeps fewer rows.
  const modules = [await moduleOf(definitions), ...await Promise.all(round.rules.map(({ id, refs }) => moduleOf(definitions.filter(({ segment }) => segment === id || refs.includes(segment)))))];
  const differences: string[] = [];
  const say = (what: string) => void (differences.length < 10 && differences.push(`seed ${seed}: ${what}`));
  let compared = 0, members = 0, instants = 0;
  for (const [h, history] of round.histories.entries()) {
    const rng = createRng(seed, `edge ${h}`);
    const records: JournalRecord[] = [];
    const first = history.records[0].clock;
    for (const definition of definitions) {
      records.push({ seq: records.length + 1, clock: first, entry: { kind: 'define', definition } });
      records.push({ seq: records.length + 1, clock: first, entry: { kind: 'serve', segment: definition.segment, version: 1 } });
    }
    const begun = records.length;
    for (const { clock, entry } of history.records) if (entry.kind === 'event') records.push({ seq: records.length + 1, clock, entry: { kind: 'event', event: { ...entry.event, at: Math.min(entry.event.at, clock), identifiers: [me] } } });
    const state = subject.openState(subject.options);
    for (const record of records.slice(0, begun)) state.apply(record);
    let now = first;
    const options = { clock: () => now, timezone: 'UTC' };
    const deciders = modules.map(({ createDecider }) => createDecider(options));
    let next = begun;
    for (const at of history.checkpoints) {
      for (; next < records.length && records[next].clock <= at; next++) {
        state.apply(records[next]);
        now = records[next].clock;
        const message = messageOf((records[next].entry as { event: Event }).event);
        deciders.forEach((decider, i) => {
          if (!decider.track(message)) say(`history ${h}: message ${next} was not taken`);
          if (rng.int(6) > 0) return;
          const saved = decider.save();
          deciders[i] = modules[i].createDecider(options);
          if (!deciders[i].load(saved)) say(`history ${h}: what was kept could not be read`);
        });
      }
      state.advance(at);
      now = at;
      const entity = state.find(me);
      if (entity === undefined) continue;
      const [decided, ...alone] = deciders.map((decider) => decider.decide());
      const expected = membersOf(pictureAt(records, at), at);
      const memberships = new Map(state.entity(entity).memberships.map((each) => [each.segment, each]));
      for (const [i, { segment }] of definitions.entries()) {
        const { member, until, since } = decided[segment];
        const should = expected.get(segment)!.has('me'), live = memberships.get(segment), why = state.why(entity, segment);
        compared++;
        if (member) members++;
        if (until !== undefined) instants++;
        const told = `history ${h}, ${segment} at ${at}, ${JSON.stringify(definitions.find((each) => each.segment === segment)!.rule)}:`;
        if (member !== should || member !== (live !== undefined)) say(`${told} the module says ${member}, the events ${should}, the server ${live !== undefined}`);
        else if (until !== why.changesAt) say(`${told} the module says until ${until}, the server ${why.changesAt}`);
        else if (alone[i][segment].member !== member || alone[i][segment].until !== until) say(`${told} a module of its own says ${JSON.stringify(alone[i][segment])} instead of ${JSON.stringify(decided[segment])}`);
        else if (since !== live?.since) say(`${told} the module says since ${since}, the server ${live?.since}`);
      }
    }
  }
  return { pairs: round.rules.length * round.histories.length, compared, members, instants, differences };
}

it('the module for browsers decides as the live state and a naive look at every event do, with the same since and until to the millisecond: 2,300 pairs of a rule and a history', async () => {
  await buildEdge();
  let pairs = 0, compared = 0, members = 0, instants = 0;
  for (let seed = 1; pairs < Number(process.env.PAIRS ?? 2_300); seed++) {
    const outcome = await runRound(seed, importText);
    expect(outcome.differences).toEqual([]);
    pairs += outcome.pairs;
    compared += outcome.compared;
    members += outcome.members;
    instants += outcome.instants;
  }
  if (process.env.PAIRS) console.log(JSON.stringify({ pairs, compared, members, instants }));
  expect(members / compared).toBeGreaterThan(0.2);
  expect(instants / compared).toBeGreaterThan(0.05);
});

/** Faults in the sources that a module is made of, which this must find. */
const faults: readonly (readonly [what: string, path: string, from: string, to: string])[] = [
  ['a window that ends a millisecond late', 'src/segment/rules/live-rows.ts', 'firstAfter(facts, asOf - length)', 'firstAfter(facts, asOf - length - 1)'],
  ['rows dropped while they count', 'src/flow/live/edge/decider.ts', 'clock - LATE', 'clock + LATE'],
  ['a membership that is said to begin when it was seen', 'src/flow/live/edge/decider.ts', '? cause.at : clock;', '? clock : clock;'],
  ['time that passes unseen between events', 'src/flow/live/edge/decider.ts', 'due > clock && due <= to', 'due > clock && due < to'],
];

it.each(faults)('and finds %s', async (_, file, from, to) => {
  let put = 0;
  const runtime = await edgeRuntime((path, text) => {
    if (path !== file || !text.includes(from)) return text;
    put++;
    return text.replace(from, to);
  });
  expect(put).toBe(1);
  let found = 0;
  for (let seed = 1; seed <= 12 && found === 0; seed++) found = (await runRound(seed, importText, runtime)).differences.length;
  expect(found).toBeGreaterThan(0);
});
