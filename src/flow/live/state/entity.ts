import type { Scalar } from '../../../domain/event.js';
import { cell, type Kept } from '../../../segment/rules/live.js';
import type { Stand } from './places.js';
import type { Stays } from './stays.js';

/** What somebody was said to be, under one identifier: the last time it was written. */
export interface TraitWrite {
  readonly name: string;
  readonly node: number;
  readonly at: number;
  readonly seq: number;
  readonly value: Scalar;
}

/** What came under one identifier. */
export interface Tally { readonly node: number; events: number; firstAt: number; lastAt: number }

/** Rows of cells, ascending by (at, seq), of which the first three are the instant, the record and the identifier. */
export interface Block {
  cells: Float64Array;
  width: number;
  rows: number;
}

/** Everything that is kept of one entity. */
export interface Entity {
  readonly number: number;
  id: string;
  /** Rows of events, ascending by (at, seq): see `LiveFacts`. */
  cells: Float64Array;
  width: number;
  rows: number;
  /** Where there are many rows. Gone whenever they become others than by one more. */
  kept?: Kept;
  keptFor?: unknown;
  /** Rows that found segments and features are measured over: see `tracked.ts`. */
  readonly tracked: Block;
  /** Where it is in each found model that is in use. */
  stands: Stand[];
  traits: TraitWrite[];
  tallies: Tally[];
  readonly stays: Stays;
  /** Pairs of a rule's slot and the instant at which it must be asked again. */
  dues: number[];
  /** Number of its last change, and its instant. */
  sequence: number;
  changedAt: number;
  /** Not yet saved as it is now; looked at since the last round of `release`. */
  changed: boolean;
  used: boolean;
  /** Whether it is on the list of those that may have changed since the last snapshot; the snapshot that it was last looked at for, or made or loaded after. */
  listed: boolean;
  snapshot: number;
}

export const newEntity = (number: number, id: string): Entity => ({
  number, id, cells: new Float64Array(0), width: 0, rows: 0, kept: undefined, tracked: { cells: new Float64Array(0), width: 0, rows: 0 }, stands: [], traits: [], tallies: [], stays: [], dues: [], sequence: 0, changedAt: -Infinity, changed: true, used: true, listed: false, snapshot: 0,
});

/** Where a row of that instant and record is, or belongs. */
export function placeOf(entity: Block, at: number, seq: number): number {
  const { cells, width } = entity;
  let low = 0, high = entity.rows;
  while (low < high) {
    const middle = (low + high) >>> 1, o = middle * width;
    if (cells[o] > at || (cells[o] === at && cells[o + cell.seq] >= seq)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whether the row at that place is that of the record. */
export const isRow = ({ cells, width, rows }: Block, place: number, seq: number): boolean => place < rows && cells[place * width + cell.seq] === seq;

/** Puts a row in its place, and says which that is; what is there already under the record is filled in. */
export function putRow(entity: Block, row: Float64Array): number {
  widen(entity, row.length, entity.rows + 1);
  const place = placeOf(entity, row[cell.at], row[cell.seq]);
  const from = place * entity.width;
  if (!isRow(entity, place, row[cell.seq])) {
    if (place < entity.rows) entity.cells.copyWithin(from + entity.width, from, entity.rows * entity.width);
    entity.rows++;
  }
  entity.cells.set(row, from);
  return place;
}

/** Makes room for rows, and for columns that were not read when the rows were written. */
function widen(entity: Block, width: number, rows: number): void {
  if (width <= entity.width && rows * entity.width <= entity.cells.length) return;
  const wide = Math.max(width, entity.width);
  const cells = new Float64Array((rows <= entity.rows || rows <= 2 ? rows : Math.ceil(rows * (rows < 16 ? 1.5 : 1.25))) * wide);
  if (wide === entity.width) cells.set(entity.cells.subarray(0, entity.rows * wide));
  else {
    cells.fill(Number.NaN, 0, entity.rows * wide);
    for (let row = 0; row < entity.rows; row++) cells.set(entity.cells.subarray(row * entity.width, (row + 1) * entity.width), row * wide);
  }
  entity.cells = cells;
  entity.width = wide;
}

/** The later write wins: by time, then by record. */
const later = (a: TraitWrite, b: TraitWrite): boolean => a.at > b.at || (a.at === b.at && a.seq > b.seq);

/** How many traits are kept of one entity: far more than anybody has, and few enough that nobody can make it slow. */
const mostTraits = 1000;

/** Keeps the last write of each identifier, so that identifiers can be parted again. Gives whether it is a new last one. */
export function writeTrait(entity: Entity, write: TraitWrite): boolean {
  const i = entity.traits.findIndex(({ name, node }) => name === write.name && node === write.node);
  if (i < 0) {
    if (entity.traits.length >= mostTraits) return false;
    entity.traits.push(write);
  } else if (later(write, entity.traits[i])) entity.traits[i] = write;
  else return false;
  return true;
}

export function traitOf({ traits }: Entity, name: string): Scalar | undefined {
  let found: TraitWrite | undefined;
  for (const write of traits) if (write.name === name && (!found || later(write, found))) found = write;
  return found?.value;
}

/** Counts an event under its identifier. */
export function tally(entity: Entity, node: number, at: number): void {
  let known: Tally | undefined;
  for (const each of entity.tallies) if (each.node === node) known = each;
  if (!known) {
    entity.tallies.push({ node, events: 1, firstAt: at, lastAt: at });
    return;
  }
  known.events++;
  known.firstAt = Math.min(known.firstAt, at);
  known.lastAt = Math.max(known.lastAt, at);
}

/** Moves the history of some identifiers (all where none are named) from one entity to another. Memberships stay where they are. */
export function moveHistory(from: Entity, into: Entity, nodes?: ReadonlySet<number>): void {
  const moves = (node: number) => !nodes || nodes.has(node);
  moveRows(from, into, moves);
  from.kept = into.kept = undefined;
  moveRows(from.tracked, into.tracked, moves);
  for (const entity of [from, into]) entity.stands = entity.stands.map((one) => ({ ...one, until: -1 }));
  into.traits = [...into.traits, ...from.traits.filter(({ node }) => moves(node))];
  from.traits = from.traits.filter(({ node }) => !moves(node));
  into.tallies = [...into.tallies, ...from.tallies.filter(({ node }) => moves(node))];
  from.tallies = from.tallies.filter(({ node }) => !moves(node));
  from.changed = into.changed = true;
}

function moveRows(from: Block, into: Block, moves: (node: number) => boolean): void {
  const { cells, width, rows } = from;
  const leaving: Float64Array[] = [];
  let stay = 0;
  for (let row = 0; row < rows; row++) {
    const o = row * width;
    if (moves(cells[o + cell.node])) leaving.push(cells.slice(o, o + width));
    else cells.copyWithin(stay++ * width, o, o + width);
  }
  from.rows = stay;
  if (leaving.length) mergeRows(into, leaving, width);
}

/** Both ascending: merged from the end, in place. */
function mergeRows(into: Block, rows: readonly Float64Array[], width: number): void {
  widen(into, width, into.rows + rows.length);
  const { cells } = into;
  const wide = into.width;
  let a = into.rows - 1, b = rows.length - 1;
  for (let at = a + b + 1; b >= 0; at--) {
    const o = a * wide;
    const last = a >= 0 && (cells[o] > rows[b][0] || (cells[o] === rows[b][0] && cells[o + cell.seq] > rows[b][cell.seq]));
    if (last) cells.copyWithin(at * wide, a * wide, a-- * wide + wide);
    else {
      cells.fill(Number.NaN, at * wide, (at + 1) * wide);
      cells.set(rows[b--], at * wide);
    }
  }
  into.rows += rows.length;
}

/** Forgets what came under some identifiers. */
export function forgetNodes(entity: Entity, nodes: ReadonlySet<number>): void {
  moveHistory(entity, newEntity(-1, ''), nodes);
}
