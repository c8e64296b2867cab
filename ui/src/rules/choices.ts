import type { Condition, RowTest, Rule } from '../../../src/domain/rule.js';
import { type ColumnWords, type FeatureWords, ninetyDays, type RuleWords, type SourceWords, spoken } from './speech.js';

/** Something a condition can be about, ready to be added. */
export interface Choice {
  readonly id: string;
  readonly group: 'What they did' | 'Measured about them' | 'Who they are' | 'Found segments' | 'Other segments';
  readonly title: string;
  /** Fewer words below the title. */
  readonly note?: string;
  readonly make: () => Condition;
}

/** Everything that a rule can ask, in the order it is offered. */
export function choicesOf(vocabulary: RuleWords): Choice[] {
  const timed = vocabulary.sources.filter((source) => source.timed);
  return [
    ...timed.flatMap(deeds),
    ...(timed.length > 0 ? [sequenceOf(timed)] : []),
    ...vocabulary.features.map((feature): Choice => ({ id: `feature ${feature.name}`, group: 'Measured about them', title: feature.title, note: feature.kind === 'flag' ? 'yes or no' : feature.kind === 'share' ? 'a share' : undefined, make: () => aboutFeature(feature) })),
    ...vocabulary.sources.filter((source) => source.kind === 'entities').flatMap((source) =>
      source.columns.map((column): Choice => ({ id: `attribute ${source.name} ${column.name}`, group: 'Who they are', title: column.title, note: spoken(source.name), make: () => ({ kind: 'attribute', source: source.name, ...testOf(column) }) }))),
    ...vocabulary.segments.map((segment): Choice => ({ id: `segment ${segment.id}`, group: vocabulary.run === undefined ? 'Other segments' : 'Found segments', title: segment.name, make: () => ({ kind: 'segment', segment: segment.id }) })),
  ];
}

/** Choices whose words hold every word of the question; all where it is empty. Those whose title begins with it come first. */
export function matching(choices: readonly Choice[], question: string): Choice[] {
  const words = question.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = choices.filter((choice) => {
    const text = `${choice.title} ${choice.note ?? ''} ${choice.group}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  const start = words.join(' ');
  return start ? [...found.filter((choice) => choice.title.toLocaleLowerCase().startsWith(start)), ...found.filter((choice) => !choice.title.toLocaleLowerCase().startsWith(start))] : found;
}

/** The test that a column begins with: something that usually holds. */
export function testOf(column: ColumnWords): RowTest {
  if (column.type === 'number') return { column: column.name, op: '>', value: 0 };
  if (column.type === 'flag') return { column: column.name, op: '=', value: true };
  if (column.type === 'text' && column.values?.length) return { column: column.name, op: '=', value: column.values[0] };
  return { column: column.name, op: 'known' };
}

/** What a feature is first compared with: its middle. */
export function aboutFeature(feature: FeatureWords): Condition {
  if (feature.kind === 'flag') return { kind: 'feature', feature: feature.name, op: '=', value: true };
  return { kind: 'feature', feature: feature.name, op: '>=', value: rounded(feature.median) };
}

/** To two significant digits: a threshold that one would say. */
export const rounded = (x: number): number => (Number.isFinite(x) ? Number(x.toPrecision(2)) : 0);

/** The column that tells one order from another, where rows are lines of orders. */
export const orderColumn = (source: SourceWords): string | undefined => source.columns.find((column) => column.name === 'order_id')?.name;
const amountColumn = (source: SourceWords): string | undefined => source.columns.find((column) => column.type === 'number' && column.name === 'amount')?.name;
const eventColumn = (source: SourceWords): ColumnWords | undefined => source.columns.find((column) => column.name === 'event' && (column.values?.length ?? 0) > 0);

/** Columns of which one asks the sum; those of live events have a path. */
const SUMMED = /^(amount|quantity|discount|properties\.(amount|total|price|revenue|value|quantity|discount|duration))$/;

function deeds(source: SourceWords): Choice[] {
  const group = 'What they did';
  const [name, note] = [spoken(source.name), 'in a time of your choice'];
  const rows = { kind: 'performed', source: source.name } as const;
  const distinct = orderColumn(source);
  const sums = source.columns.filter((column) => column.type === 'number' && SUMMED.test(column.name));
  return [
    { id: `count ${source.name}`, group, title: `${name}: how many`, note, make: () => ({ ...rows, ...(distinct && { distinct }), op: '>=', value: 1, window: ninetyDays }) },
    ...sums.map((column): Choice => ({ id: `sum ${source.name} ${column.name}`, group, title: `${name}: total ${column.title.toLocaleLowerCase()}`, note: column.name === 'amount' ? `spent, ${note}` : note, make: () => ({ ...rows, sum: column.name, op: '>=', value: 100, window: ninetyDays }) })),
    { id: `none ${source.name}`, group, title: `${name}: none`, note: 'did not, in a time of your choice', make: () => ({ ...rows, op: '=', value: 0, window: { last: 30, unit: 'days' } }) },
    { id: `last ${source.name}`, group, title: `${name}: last one, how long ago`, make: () => ({ kind: 'last', source: source.name, op: '>', value: 30, unit: 'days' }) },
    { id: `first ${source.name}`, group, title: `${name}: first one, how long ago`, make: () => ({ kind: 'first', source: source.name, op: '<', value: 30, unit: 'days' }) },
    ...(eventColumn(source)?.values ?? []).slice(0, 20).map((value): Choice => ({
      id: `event ${source.name} ${value}`, group, title: `${name}: ${value}`, note, make: () => ({ ...rows, where: [{ column: 'event', op: '=', value }], op: '>=', value: 1, window: ninetyDays }),
    })),
  ];
}

function sequenceOf([source, other = source]: readonly SourceWords[]): Choice {
  return {
    id: 'sequence', group: 'What they did', title: 'One thing, then another', note: 'or not, within a time of your choice',
    make: () => ({ kind: 'sequence', first: { source: source.name }, then: { source: other.name }, followed: true, within: { length: 7, unit: 'days' } }),
  };
}

/** A rule that somebody may want to begin with. */
export interface Template {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly rule: Rule;
}

/** Templates that the words of this run suffice for. */
export function templatesOf(vocabulary: RuleWords): Template[] {
  const { sources, features, segments } = vocabulary;
  const orders = sources.find((source) => source.kind === 'transactions' && source.timed);
  const events = sources.find((source) => source.kind === 'events' && source.timed && eventColumn(source));
  const amount = orders && amountColumn(orders);
  const distinct = orders && orderColumn(orders);
  const count = orders && { kind: 'performed' as const, source: orders.name, ...(distinct && { distinct }) };
  const spend = features.filter((feature) => feature.kind === 'money').sort((a, b) => b.high - a.high)[0];
  const hour = features.find((feature) => feature.kind === 'hour');
  const night = features.find((feature) => feature.kind === 'share' && /night|late/i.test(feature.title));
  const discounts = features.find((feature) => feature.kind === 'share' && /discount|promo/i.test(feature.title));
  const returned = orders?.columns.find((column) => column.name === 'returned' && column.type === 'flag');
  const made: (Template | false | undefined)[] = [
    orders && { id: 'lapsed', title: 'Lapsed', text: 'Ordered before, but not for 90 days.', rule: { all: [{ kind: 'last', source: orders.name, op: '>', value: 90, unit: 'days' }] } },
    orders && amount !== undefined && {
      id: 'quiet', title: 'Good customers gone quiet', text: 'Spent a lot within a year, and nothing in the last 30 days.',
      rule: { all: [{ kind: 'performed', source: orders.name, sum: amount, op: '>=', value: rounded(spend?.median ?? 500) || 500, window: { last: 365, unit: 'days' } }, { ...count!, op: '=', value: 0, window: { last: 30, unit: 'days' } }] },
    },
    abandoned(events, orders),
    orders && { id: 'new', title: 'New this month', text: 'Their first order was in the last 30 days.', rule: { all: [{ kind: 'first', source: orders.name, op: '<=', value: 30, unit: 'days' }] } },
    count && distinct !== undefined && { id: 'once', title: 'Bought only once', text: 'Exactly one order, ever.', rule: { all: [{ ...count, op: '=', value: 1 }] } },
    (night && { id: 'night', title: 'Night-time buyers', text: 'Buy mostly at night.', rule: { all: [{ kind: 'feature', feature: night.name, op: '>=', value: 0.5 }] } })
      ?? (hour && { id: 'night', title: 'Night-time buyers', text: `${hour.title}: after 21:00 or before 5:00.`, rule: { any: [{ kind: 'feature', feature: hour.name, op: '>=', value: 21 }, { kind: 'feature', feature: hour.name, op: '<', value: 5 }] } }),
    discounts && { id: 'discounts', title: 'Wait for discounts', text: `${discounts.title} of at least half.`, rule: { all: [{ kind: 'feature', feature: discounts.name, op: '>=', value: 0.5 }] } },
    orders && returned && { id: 'returns', title: 'Send things back', text: 'Returned something at least twice.', rule: { all: [{ kind: 'performed', source: orders.name, where: [{ column: returned.name, op: '=', value: true }], op: '>=', value: 2 }] } },
    segments.length > 0 && { id: 'core', title: 'The core of a segment', text: `Those most firmly in ${segments[0].name}.`, rule: { all: [{ kind: 'segment', segment: segments[0].id, strength: 0.7 }] } },
  ];
  return made.filter((template) => !!template);
}

function abandoned(events: SourceWords | undefined, orders: SourceWords | undefined): Template | undefined {
  const values = events ? eventColumn(events)?.values ?? [] : [];
  const cart = values.find((value) => /cart|basket|trolley/i.test(value) && !/remove|empty/i.test(value));
  if (!events || cart === undefined) return undefined;
  const bought = values.find((value) => /purchase|order|checkout.?complete|bought|paid/i.test(value));
  const then = bought === undefined ? orders && { source: orders.name } : { source: events.name, where: [{ column: 'event', op: '=' as const, value: bought }] };
  if (!then) return undefined;
  return {
    id: 'cart', title: 'Abandoned cart', text: 'Put something into the cart in the last 30 days and did not order within a day.',
    rule: { all: [{ kind: 'sequence', first: { source: events.name, where: [{ column: 'event', op: '=', value: cart }] }, then, followed: false, within: { length: 1, unit: 'days' }, window: { last: 30, unit: 'days' } }] },
  };
}
