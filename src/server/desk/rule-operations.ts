import type { RowBits } from '../../domain/answer.js';
import type { Rule } from '../../domain/rule.js';
import type { RunView } from '../../flow/view/view.js';
import { and, countRows, noRows } from '../../segment/rules/bits.js';
import { openRules } from '../../segment/rules/evaluate.js';
import type { RulePreview, RuleVocabulary } from '../contract/segments.js';
import { ofRules } from './operation.js';
import type { OpenRules, Reading } from './reading.js';

/** Names that found segments bear now, by their lasting ids: what they are called in words. */
export type Names = Readonly<Record<string, string>>;

/** What a rule comes to in a run. */
export interface RuleMeasure {
  readonly entities: number;
  readonly share: number;
  readonly revenue?: number;
  readonly revenueShare?: number;
  readonly words: string;
  readonly sql: string;
}

/** What a preview is told beside the rule. */
export interface PreviewOptions {
  readonly names: Names;
  /** Segments made by hand: whom it may overlap with, beside the found ones. */
  readonly others: readonly { readonly id: string; readonly name: string; readonly rule: Rule }[];
  /** Members to show at most. */
  readonly sample: number;
}

/** Questions about rules, on a run. */
export const ruleOperations = {
  vocabulary: ofRules(async (reading: Reading, run: string, names: Names): Promise<Omit<RuleVocabulary, 'run'>> => {
    const view = await reading.view(run);
    const { ground: { vocabulary: { features, segments, sources }, asOf } } = await rulesOf(reading, view, names);
    const ranges = view.ranges();
    return {
      asOf, segments: segments.map(({ id, name }) => ({ id, name })),
      features: features.map(({ name, title, kind, unit }, j) => ({ name, title, kind, ...(unit !== undefined && { unit }), ...ranges[j] })),
      sources: sources.map(({ columns, ...source }) => ({ ...source, columns: columns.map(({ values, ...column }) => ({ ...column, ...(values && { values: [...values] }) })) })),
    };
  }),
  /** The rows in a rule. */
  ruleMembers: ofRules(async (reading: Reading, run: string, rule: Rule, names: Names): Promise<RowBits> => {
    const { book } = await rulesOf(reading, await reading.view(run), names);
    // A copy: answers are handed over with their memory, and the book keeps the bits of its conditions for the next question.
    return (await book.members(rule, reading)).slice();
  }),
  ruleMeasure: ofRules(async (reading: Reading, run: string, rule: Rule, names: Names): Promise<RuleMeasure> => {
    const view = await reading.view(run);
    const { book } = await rulesOf(reading, view, names);
    const { words, sql } = book.written(rule);
    return { ...(await view.figures({ kind: 'rows', name: 'rule', bits: await book.members(rule, reading) })), words, sql };
  }),
  /** Whether somebody is in each of the rules; in none that the run cannot answer. @throws `explain/unknown-entity` */
  ruleBelongs: ofRules(async (reading: Reading, run: string, entity: string, rules: readonly Rule[], names: Names): Promise<boolean[]> => {
    const view = await reading.view(run);
    const row = view.rowOf(entity);
    const { book } = await rulesOf(reading, view, names);
    return Promise.all(rules.map((rule) => book.members(rule, reading).then((bits) => (bits[row >>> 5] >>> (row & 31) & 1) === 1, () => false)));
  }),
  rulePreview: ofRules(async (reading: Reading, run: string, rule: Rule, { names, others, sample }: PreviewOptions): Promise<Omit<RulePreview, 'run'>> => {
    const view = await reading.view(run);
    const { book } = await rulesOf(reading, view, names);
    const { bits, of, entities, share, revenueShare, conditions, overlap, sample: shown, words, outline, sql } = await book.evaluate(rule, { sample }, reading);
    const found = overlap.map(({ id, name, both, jaccard }) => ({ segment: id, name, both, jaccard }));
    const made = await Promise.all(others.map(async ({ id, name, rule: other }) => ({ segment: id, name, ...together(bits, await book.members(other, reading).catch(() => noRows(of))) })));
    return {
      entities, of, share, ...(revenueShare !== undefined && { revenueShare }), words, outline: [...outline], sql,
      conditions: conditions.map(({ path, words: text, alone, lost, brought }) => ({ path: [...path], words: text, entities: alone, lost, brought })),
      overlap: [...found, ...made].filter(({ both }) => both > 0).sort((a, b) => b.both - a.both),
      sample: await view.page({ of: { kind: 'rows', name: 'sample', bits: bitsOf(shown, of) }, limit: Math.max(1, sample) }),
    };
  }),
};

/** Bytes that are kept: with ten million events, one of their columns beside their times. */
const kept = { columns: 96e6, conditions: 16e6 };

/** The rules of a view, under the names its segments have now. */
async function rulesOf({ rules }: Reading, view: RunView, names: Names): Promise<OpenRules> {
  const said = JSON.stringify(names);
  const known = await rules.get(view);
  if (known?.names === said) return known;
  // Another name changes words, not rows: what was read stays.
  const opened = view.ground(names).then((ground) => ({ names: said, ground, book: known?.book.renamed(ground.vocabulary) ?? openRules(ground, kept) }));
  rules.set(view, opened);
  opened.catch(() => rules.delete(view));
  return opened;
}

function bitsOf(rows: Int32Array, of: number): RowBits {
  const bits = noRows(of);
  for (const row of rows) bits[row >>> 5] |= 1 << (row & 31);
  return bits;
}

function together(a: RowBits, b: RowBits): { both: number; jaccard: number } {
  const both = countRows(and(a, b));
  const either = countRows(a) + countRows(b) - both;
  return { both, jaccard: either ? both / either : 0 };
}
