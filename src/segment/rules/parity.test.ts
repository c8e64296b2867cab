import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rule as schema, type Condition, type ConditionKind, type Rule, type RowTest } from '../../domain/rule.js';
import { dialectOf } from '../../engine/dialects/catalog.js';
import { rowsIn } from './bits.js';
import { ruleKinds } from './catalog.js';
import { openRules, type RuleBook } from './evaluate.js';
import type { Ground } from './ground.js';
import { holdsFor } from './oracle.test.fixture.js';
import { events, makeShop, openShop, texts, vocabulary, type Shop } from './shop.test.fixture.js';
import { ruleSql } from './sql.js';

const comparison = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const text = fc.oneof(fc.constantFrom(...texts, ...events, 'UK', 'Österreich'), fc.string({ unit: 'grapheme', maxLength: 6 }).filter((s) => !/[\0\p{Cs}]/u.test(s)));
const number = fc.oneof(fc.constantFrom(-19.99, 0, 0.1, 0.2, 0.3, 0.6, 18, 29.5, 30, 90, 250, 499.99, 500, 500.01), fc.integer({ min: -2, max: 5 }));
const instant = fc.constantFrom('2024-01-01', '2024-01-01T00:00:00.001Z', '2024-01-01T00:00:00', '2024-06-30T18:00:00.123Z', '2024-05-31T18:00:00.123Z', '2023-12-31T23:59:59.999Z');
const span = fc.constantFrom({ length: 1, unit: 'days' }, { length: 7, unit: 'days' }, { length: 30, unit: 'days' }, { length: 90, unit: 'days' }, { length: 36, unit: 'hours' }, { length: 24, unit: 'hours' }, { length: 30, unit: 'minutes' }, { length: 1, unit: 'minutes' }, { length: 1_000_000, unit: 'days' });
const window = fc.oneof(span.map(({ length, unit }) => ({ last: length, unit })), span.map(({ length, unit }) => ({ session: length, unit })), fc.record({ from: instant, to: instant }, { requiredKeys: ['from'] }), fc.record({ to: instant }));
const column = (source: string, type: string) => vocabulary.sources.find(({ name }) => name === source)!.columns.filter((c) => c.type === type).map(({ name }) => name);

/** A question about a row of the source, of every op that its columns allow. */
function test(source: string): fc.Arbitrary<RowTest> {
  const of = (type: string, more: (c: string) => fc.Arbitrary<object>) => column(source, type).map((c) => more(c).map((rest) => ({ column: c, ...rest })));
  const any = vocabulary.sources.find(({ name }) => name === source)!.columns.map(({ name }) => fc.record({ column: fc.constant(name), op: fc.constantFrom('missing', 'known') }));
  return fc.oneof(
    ...any,
    ...of('text', () => fc.oneof(fc.record({ op: fc.constantFrom('=', '!='), value: text }), fc.record({ op: fc.constantFrom('in', 'not in'), values: fc.array(text, { minLength: 1, maxLength: 4 }) }), fc.record({ op: fc.constantFrom('contains', 'not contains'), value: text.filter((t) => t.length > 0) }))),
    ...of('number', () => fc.oneof(fc.record({ op: comparison, value: number }), fc.record({ op: fc.constant('between'), from: number, to: number }), fc.record({ op: fc.constantFrom('in', 'not in'), values: fc.array(number, { minLength: 1, maxLength: 4 }) }))),
    ...of('flag', () => fc.record({ op: fc.constantFrom('=', '!='), value: fc.boolean() })),
    ...of('time', () => fc.oneof(fc.record({ op: comparison, value: instant }), fc.record({ op: fc.constant('between'), from: instant, to: instant }))),
  ) as fc.Arbitrary<RowTest>;
}
const rows = (sources: readonly string[]) => fc.constantFrom(...sources).chain((source) => fc.record({ source: fc.constant(source), where: fc.array(test(source), { maxLength: 2 }) }, { requiredKeys: ['source'] }));
const timed = ['orders', 'web', 'support_tickets'];

const kinds: Readonly<Record<ConditionKind, fc.Arbitrary<object>>> = {
  feature: fc.constantFrom(...vocabulary.features).chain(({ name, kind }) => fc.oneof(
    fc.record({ kind: fc.constant('feature'), feature: fc.constant(name), op: fc.constantFrom('missing', 'known') }),
    ...(kind === 'flag' ? [fc.record({ kind: fc.constant('feature'), feature: fc.constant(name), op: fc.constantFrom('=', '!='), value: fc.boolean() })] : [
      fc.record({ kind: fc.constant('feature'), feature: fc.constant(name), op: comparison, value: number }), fc.record({ kind: fc.constant('feature'), feature: fc.constant(name), op: fc.constant('between'), from: number, to: number }),
    ]),
  )),
  segment: fc.record({ kind: fc.constant('segment'), segment: fc.constantFrom(...vocabulary.segments.map(({ id }) => id)), strength: fc.constantFrom(0, 0.1, 0.7, 0.7001, 1) }, { requiredKeys: ['kind', 'segment'] }),
  performed: fc.oneof(
    rows(timed).chain((of) => fc.record({ kind: fc.constant('performed'), ...constants(of), op: comparison, value: fc.integer({ min: 0, max: 6 }), distinct: fc.constantFrom(...vocabulary.sources.find(({ name }) => name === of.source)!.columns.map(({ name }) => name)), window }, { requiredKeys: ['kind', 'source', 'op', 'value'] })),
    rows(['orders', 'web']).chain((of) => fc.record({ kind: fc.constant('performed'), ...constants(of), op: comparison, value: number, sum: fc.constantFrom(...column(of.source, 'number')), window }, { requiredKeys: ['kind', 'source', 'op', 'value', 'sum'] })),
    rows(['people']).chain((of) => fc.record({ kind: fc.constant('performed'), ...constants(of), op: comparison, value: fc.integer({ min: 0, max: 2 }) })),
  ),
  sequence: fc.tuple(rows(timed), rows(timed)).chain(([first, then]) => {
    const shared = ['orders', 'web'].includes(first.source) && ['orders', 'web'].includes(then.source);
    return fc.record({ kind: fc.constant('sequence'), first: fc.constant(first), then: fc.constant(then), followed: fc.boolean(), within: span, ...(shared && { per: fc.constant('product') }), window }, { requiredKeys: ['kind', 'first', 'then', 'followed', 'within'] });
  }),
  first: rows(timed).chain((of) => fc.record({ kind: fc.constant('first'), ...constants(of), op: fc.constantFrom('<', '<=', '>', '>='), value: fc.constantFrom(0, 0.5, 1, 7, 30, 90, 1e9), unit: fc.constantFrom('minutes', 'hours', 'days') })),
  last: rows(timed).chain((of) => fc.record({ kind: fc.constant('last'), ...constants(of), op: fc.constantFrom('<', '<=', '>', '>='), value: fc.constantFrom(0, 0.5, 1, 7, 30, 90, 36), unit: fc.constantFrom('minutes', 'hours', 'days') })),
  attribute: test('people').map((asked) => ({ kind: 'attribute', source: 'people', ...asked })),
  drawn: fc.array(fc.tuple(fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2), fc.oneof(fc.constantFrom(-2, -1, 0, 0.5, 1, 2), fc.double({ min: -2, max: 2, noNaN: true }))), { minLength: 3, maxLength: 9 }).map((points) => ({ kind: 'drawn', run: 'a1b2', points })),
};
function constants(of: { source: string; where?: RowTest[] }) {
  return { source: fc.constant(of.source), ...(of.where && { where: fc.constant(of.where) }) };
}
const valid = (given: object) => schema.safeParse(given).success;
const conditions = Object.fromEntries(Object.entries(kinds).map(([name, made]) => [name, made.filter(valid) as fc.Arbitrary<Condition>])) as Record<ConditionKind, fc.Arbitrary<Condition>>;
const { tree } = fc.letrec<{ tree: Rule }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true }, { weight: 3, arbitrary: fc.oneof(...Object.values(conditions)) },
    { weight: 1, arbitrary: fc.array(tie('tree'), { maxLength: 4 }).map((all) => ({ all })) }, { weight: 1, arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((any) => ({ any })) },
    { weight: 1, arbitrary: tie('tree').map((not) => ({ not })) },
  ),
}));

describe('the rows of a rule, its SQL run on the engine, and a look at every raw row', () => {
  it.each(Object.keys(ruleKinds) as ConditionKind[])('agree on any %s condition', async (kind) => {
    await overShops(20 + kind.length, 3, async (ask) => {
      await fc.assert(fc.asyncProperty(conditions[kind], ask), { numRuns: 60, seed: 7 });
    });
  });

  it('agree on any rule, and so does what each condition is said to lose and to bring', async () => {
    await overShops(1, 3, async (ask) => {
      await fc.assert(fc.asyncProperty(tree, ask), { numRuns: 60, seed: 11 });
    });
  });

  it('agree where a text column has too many values for a dictionary, and where the rows are stored in order', async () => {
    const shop = makeShop(5);
    const ordered = { ...shop, sources: { ...shop.sources, web: [...shop.sources.web].sort((a, b) => shop.entities.indexOf(a.entity) - shop.entities.indexOf(b.entity) || Number(a.at ?? Infinity) - Number(b.at ?? Infinity)) } };
    const ground = await openShop(ordered);
    try {
      await ground.engine.run(`INSERT INTO "rows of _web_" SELECT 'nobody', NULL, NULL, 'e' || i, 'p' || i, NULL FROM range(60000) t(i)`);
      await ground.engine.run(`UPDATE "rows of _web_" SET "row" = 0 WHERE event LIKE 'e%' AND event <> 'e1'`);
      const book = openRules(ground);
      for (const where of [[{ column: 'event', op: '=', value: 'cart' }], [{ column: 'event', op: 'contains', value: 'AR' }], [{ column: 'event', op: 'missing' }], [{ column: 'event', op: '!=', value: 'cart' }]] as RowTest[][]) {
        await agree({ kind: 'performed', source: 'web', where, op: '>=', value: 1 }, ordered, ground, book, false);
      }
    } finally {
      await ground.engine.close();
    }
  });
});

/** Runs `ask` over several random shops; `ask` takes a rule and fails where anything disagrees. */
async function overShops(seed: number, shops: number, run: (ask: (rule: Rule) => Promise<void>) => Promise<void>) {
  for (let i = 0; i < shops; i++) {
    // The last one has few customers with hundreds of rows each.
    const shop = makeShop(seed * 100 + i, i === shops - 1 ? 6 : 40);
    const ground = await openShop(shop);
    try {
      const book = openRules(ground, { columns: 10_000, conditions: 100 });
      await run((rule) => agree(rule, shop, ground, book));
    } finally {
      await ground.engine.close();
    }
  }
}

async function agree(rule: Rule, shop: Shop, ground: Ground, book: RuleBook, oracle = true) {
  const answer = await book.evaluate(rule);
  const members = [...rowsIn(answer.bits)].map((row) => shop.entities[row]);
  const { columns: [selected] } = await ground.engine.columns(ruleSql(rule, { dialect: dialectOf('duckdb'), relations: ground.relations, vocabulary, asOf: ground.asOf }));
  expect(members).toEqual(selected.values);
  expect(answer.entities).toBe(members.length);
  if (!oracle) return;
  const count = (asked: Rule) => shop.entities.filter((_, row) => holdsFor(asked, shop, row));
  const expected = count(rule);
  expect(members).toEqual(expected);
  for (const { path, alone, lost, brought } of answer.conditions) {
    const without = new Set(count(removed(rule, path) ?? { all: [] }));
    expect({ path, alone, lost, brought }).toEqual({
      path, alone: count(at(rule, path)).length, lost: [...without].filter((entity) => !expected.includes(entity)).length, brought: expected.filter((entity) => !without.has(entity)).length,
    });
  }
}

const partsOf = (rule: Rule): readonly Rule[] => ('all' in rule ? rule.all : 'any' in rule ? rule.any : 'not' in rule ? [rule.not] : []);
const at = (rule: Rule, path: readonly number[]): Rule => path.reduce((part, i) => partsOf(part)[i], rule);

/** The rule without the condition at the path, and without the groups that are empty then; undefined where nothing is left. */
function removed(rule: Rule, [i, ...rest]: readonly number[]): Rule | undefined {
  if (i === undefined) return undefined;
  const parts = partsOf(rule).flatMap((part, j) => (j === i ? removed(part, rest) ?? [] : part));
  if (parts.length === 0) return undefined;
  return 'all' in rule ? { all: parts } : 'any' in rule ? { any: parts } : { not: parts[0] };
}
