import { expect, test } from 'vitest';
import { createColumns } from './columns.js';
import { createEntityBytes } from './entity-bytes.js';
import type { Entity } from './entity.js';

const carried = [{ column: 'c0', path: 'properties.rating', type: 'number' }, { column: 'c1', path: 'context.device.type', type: 'text' }] as const;
const read = [{ column: 'properties.total', type: 'number' }, { column: 'properties.category', type: 'text' }] as const;

/** A process of its own: its codes are others, by the texts that it saw before. */
function process(...before: string[]) {
  const columns = createColumns(read);
  before.forEach(columns.codeOf);
  return { columns, entityBytes: createEntityBytes(columns, { carried }) };
}

/** Instant, record, identifier, event, total, category. */
const rows = [[1000, 1, 7, 'Bought', 3.5, 'shoes'], [2000, 2, 7, 'Seen', Number.NaN, 'Bought'], [2000, 3, 9, 'Seen', -0.25, Number.NaN]];
/** The cells of a found model's row, of which 4 to 6 are texts, and what is carried. */
const tracked = [[1000, 1, 7, 0, 'Bought', 'p1', Number.NaN, Number.NaN, 10_000, 35_000, 35_000, 0, Number.NaN, 4, 'mobile']];

function entityIn({ columns }: ReturnType<typeof process>): Entity {
  const block = (from: readonly (readonly (string | number)[])[]) => ({ cells: new Float64Array(from.flat().map((value) => (typeof value === 'string' ? columns.codeOf(value) : value))), width: from[0].length, rows: from.length });
  return {
    number: 12, id: 'ann', ...block(rows), kept: undefined, tracked: block(tracked), stands: [{ model: 0, segment: 2, strength: 0.1 + 0.2, until: Infinity, at: -Infinity }, { model: 1, segment: -1, strength: 0, until: 1e12, at: 5 }],
    traits: [{ name: 'plan', node: 7, at: 3, seq: 1, value: 'größer\ud800' }, { name: 'age', node: 9, at: 4, seq: 2, value: 41.5 }, { name: 'vip', node: 9, at: 4, seq: 2, value: true }], tallies: [{ node: 7, events: 2, firstAt: 1000, lastAt: 2000 }, { node: 9, events: 1, firstAt: 2000, lastAt: 2000 }],
    stays: [0, 1000, 3, -1, 400, 2000, 1, 2], dues: [3, 1_795_388_831_345, 1200, 62_135_596_800_000], sequence: 2 ** 40, changedAt: -Infinity, changed: false, used: true, listed: false, snapshot: 0,
  };
}

test('an entity that was saved is the same in another process, where texts have other codes', () => {
  const bytes = (here: ReturnType<typeof process>) => here.entityBytes.pack(entityIn(here));
  const there = process('Seen', 'something else', 'mobile');
  expect(there.entityBytes.unpack(bytes(process()), 12, 'ann')).toEqual(entityIn(there));
  // Also from a piece of something larger, which begins at no multiple of anything.
  const larger = Buffer.concat([Buffer.alloc(3), bytes(process()), Buffer.alloc(5)]);
  expect(there.entityBytes.unpack(larger.subarray(3, -5), 12, 'ann')).toEqual(entityIn(there));
});

test('entities are packed one after the other without anything of the one in the other', () => {
  const here = process();
  const alone = here.entityBytes.pack(entityIn(here));
  const large = entityIn(here);
  here.entityBytes.pack({ ...large, cells: new Float64Array(60_000), rows: 10_000, traits: [{ ...large.traits[0], value: 'x'.repeat(100_000) }] });
  expect(here.entityBytes.pack(entityIn(here))).toEqual(alone);
  const empty: Entity = { ...large, cells: new Float64Array(0), width: 0, rows: 0, tracked: { cells: new Float64Array(0), width: 0, rows: 0 }, stands: [], traits: [], tallies: [], stays: [], dues: [] };
  expect(here.entityBytes.unpack(here.entityBytes.pack(empty), 12, 'ann')).toEqual(empty);
});

test('cells beyond the last row are not saved, and columns that came after the rows were written do not matter', () => {
  const here = process();
  const entity = entityIn(here);
  const roomy = { ...entity, cells: new Float64Array(100).fill(4) };
  roomy.cells.set(entity.cells);
  expect(here.entityBytes.pack(roomy)).toEqual(here.entityBytes.pack(entity));
  const bytes = here.entityBytes.pack(entity);
  here.columns.cellOf('properties.brand', 'text');
  expect(here.entityBytes.unpack(bytes, 12, 'ann')).toEqual(entity);
});

test('an entity as it was saved before there were bytes is read', () => {
  const here = process('mobile');
  const { stands, traits, tallies, stays, dues, sequence } = entityIn(here);
  const texts: string[] = [];
  const block = (from: readonly (readonly (string | number)[])[]) => new Uint8Array(new Float64Array(from.flat().map((value) => (typeof value !== 'string' ? value : texts.includes(value) ? texts.indexOf(value) : texts.push(value) - 1))).buffer);
  const parts = [block(rows), block(tracked)];
  const head = Buffer.from(JSON.stringify({
    width: 6, tracked: 15, stands: stands.map((stand) => [stand.model, stand.segment, stand.strength, stand.until === Infinity ? null : stand.until, stand.at === -Infinity ? null : stand.at]), dues, sequence, changedAt: null, texts,
    traits: traits.map(({ name, node, at, seq, value }) => [name, node, at, seq, value]), tallies: tallies.map(({ node, events, firstAt, lastAt }) => [node, events, firstAt, lastAt]), stays: [stays.slice(0, 4), stays.slice(4)], lengths: parts.map(({ length }) => length),
  }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const old = Buffer.concat([length, head, Buffer.alloc((8 - ((4 + head.length) % 8)) % 8), ...parts]);
  expect(here.entityBytes.unpack(old, 12, 'ann')).toEqual(entityIn(here));
});

test('bytes that are not those of an entity are refused', () => {
  const here = process();
  const bytes = here.entityBytes.pack(entityIn(here));
  for (const wrong of [new Uint8Array(0), bytes.subarray(0, 3), bytes.subarray(0, 40), bytes.subarray(0, -1), new Uint8Array([...bytes, 0]), new Uint8Array(200)]) expect(() => here.entityBytes.unpack(wrong, 12, 'ann')).toThrow(/not its bytes/);
});
