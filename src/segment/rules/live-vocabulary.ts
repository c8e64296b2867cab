import type { LiveDefinition } from '../../domain/live.js';
import type { Rule } from '../../domain/rule.js';
import { kindOf } from './catalog.js';
import type { ColumnWords, SourceWords, Vocabulary } from './vocabulary.js';
import { leavesOf } from './words.js';

type Type = ColumnWords['type'];
export type ColumnTypes = NonNullable<LiveDefinition['types']>;

/** A column as it was observed. */
export interface ObservedColumn {
  readonly column: string;
  readonly type: Type;
  /** Most frequent first. */
  readonly values: readonly string[];
}

export interface Observed {
  /** Names of events, most frequent first. */
  readonly events: readonly string[];
  readonly columns: readonly ObservedColumn[];
  readonly traits: readonly ObservedColumn[];
}

export type LiveWords = Pick<Vocabulary, 'entityWord' | 'currency' | 'features' | 'segments'>;

/** Columns that every event has. */
const always: readonly ColumnWords[] = [
  { name: 'event', title: 'Event', type: 'text' },
  { name: 'kind', title: 'Kind of message', type: 'text', values: ['track', 'page', 'screen', 'identify', 'group', 'alias'] },
  { name: 'local.hour', title: 'Local hour', type: 'number' },
  { name: 'local.weekday', title: 'Local weekday', type: 'number' },
  { name: 'local.date', title: 'Local date', type: 'time' },
];

/** What live rules can speak of: 'events', and 'traits' with what was observed in them. */
export function liveVocabulary({ events, columns, traits }: Observed, words: LiveWords): Vocabulary {
  const own = new Set(always.map(({ name }) => name));
  return vocabularyOf([
    { ...always[0], values: events }, ...always.slice(1), ...columns.filter(({ column }) => !own.has(column)).map(columnWords),
  ], traits.map(columnWords), words);
}

/** The words for a rule alone: the columns that it reads, of the types it was written with; without them, of those that its questions ask for. */
export function vocabularyFor(rule: Rule, types: ColumnTypes | undefined, words: LiveWords): Vocabulary {
  const found = { events: new Map<string, Type>(always.map(({ name, type }) => [name, type])), traits: new Map<string, Type>() };
  for (const { source, column, type } of readings(rule)) {
    if (source !== 'events' && source !== 'traits') continue;
    const known = found[source].get(column);
    if (known === undefined || known === 'text') found[source].set(column, typed(types, source, column) ?? type ?? known ?? 'text');
  }
  const columns = ({ events, traits }: typeof found) => [events, traits].map((of) => [...of].map(([name, type]) => ({ name, title: titleOf(name), type })));
  const [events, traits] = columns(found);
  return vocabularyOf(events, traits, words);
}

/** The types that the columns of a rule have in a vocabulary, to be kept with it. What was never seen has none yet: it is what the rule takes it for. */
export function typesOf(rule: Rule, vocabulary: Vocabulary): ColumnTypes {
  const types: Record<string, Record<string, Type>> = {};
  for (const { source, column } of readings(rule)) {
    const known = vocabulary.sources.find(({ name }) => name === source)?.columns.find(({ name }) => name === column);
    // A column is any text, and so may be the name of something that every object has.
    if (known) (types[source] ??= Object.create(null) as Record<string, Type>)[column] = known.type;
  }
  return types;
}

const readings = (rule: Rule) => leavesOf(rule).flatMap(({ condition }) => kindOf(condition).reads(condition));

const typed = (types: ColumnTypes | undefined, source: string, column: string): Type | undefined =>
  types && Object.hasOwn(types, source) && Object.hasOwn(types[source], column) ? types[source][column] : undefined;

function vocabularyOf(events: readonly ColumnWords[], traits: readonly ColumnWords[], words: LiveWords): Vocabulary {
  const sources: SourceWords[] = [{ name: 'events', kind: 'events', timed: true, columns: events }, { name: 'traits', kind: 'entities', timed: false, columns: traits }];
  return { run: 'live', ...words, sources };
}

const columnWords = ({ column, type, values }: ObservedColumn): ColumnWords => ({ name: column, title: titleOf(column), type, values });

/** 'properties.order_id' → "Order id", 'context.page.path' → "Page path", 'properties.products.0.price' → "Products 1 price". */
export function titleOf(column: string): string {
  const path = column.replace(/^(properties|traits|context)\./, '').split('.');
  const words = path.map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[_\s-]+/g, ' ').trim())).join(' ').toLowerCase();
  return words ? words[0].toUpperCase() + words.slice(1) : column;
}
