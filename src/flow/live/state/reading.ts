import type { Event, Scalar } from '../../../domain/event.js';
import { createFieldReader } from '../../../ingest/track/field-reader.js';
import { createLocalClock } from '../../../ingest/track/local-time.js';
import { cell } from '../../../segment/rules/live.js';
import { fitting } from '../../../segment/rules/live-rows.js';
import type { Columns } from './columns.js';
import type { Observing, SeenPath } from './observed.js';

type Column = Columns['read'][number];
/** A path with the cells that it fills. */
interface Path extends SeenPath {
  readonly cells: readonly Cell[];
}
interface Cell { readonly at: number; readonly type: Column['type'] }

/** Events, read one after the other: each once, for all that is kept of it. */
export interface Reading {
  /** `asRow`: whether a row of it is kept. `observe`: whether it is one that was not seen before. */
  read(event: Event, record: number, node: number, at: number, asRow: boolean, observe: boolean): void;
  /** What was read last: its row, and what it says of somebody. Both are others with the next one. */
  readonly row: Float64Array | undefined;
  readonly traits: readonly { readonly name: string; readonly value: Scalar }[];
}

export function createReading(columns: Columns, observing: Observing): Reading {
  let scratch = new Float64Array(0);
  let row: Float64Array | undefined, event: Event, observes = false;
  /** Cells of what is no field of the payload. */
  let local: { readonly at: number; readonly type: Column['type']; readonly of: 'hour' | 'weekday' | 'date' }[] = [], kinds: Cell[] = [];
  const traits: { name: string; value: Scalar }[] = [];
  const localTime = createLocalClock();
  const reader = createFieldReader((path): Path => ({ path, column: undefined, trait: undefined, cells: cellsOf(path) }));

  const cellsOf = (path: string): Cell[] => columns.read.flatMap(({ column, type }, i) => (column === path ? [{ at: cell.first + i, type }] : []));

  /** More columns are read than before. */
  function widen(): void {
    scratch = new Float64Array(columns.width);
    reader.reset();
    kinds = cellsOf('kind');
    local = (['hour', 'weekday', 'date'] as const).flatMap((of) => cellsOf(`local.${of}`).map((each) => ({ ...each, of })));
  }

  function put({ at, type }: Cell, value: Scalar): void {
    const found = fitting(value, type);
    if (found !== undefined) scratch[at] = typeof found === 'string' ? columns.codeOf(found) : found;
  }

  function take(path: Path, value: Scalar): void {
    if (observes) {
      observing.note(path, value, event);
      if (event.kind === 'identify' && path.path.startsWith('traits.')) traits.push({ name: path.path.slice(7), value });
    }
    if (row) for (const each of path.cells) put(each, value);
  }

  return {
    get row() { return row; },
    traits,
    read(given, record, node, at, asRow, observe) {
      if (scratch.length !== columns.width) widen();
      event = given;
      observes = observe;
      traits.length = 0;
      row = asRow ? scratch : undefined;
      if (observe) observing.see(given);
      if (row) {
        row.fill(Number.NaN);
        row[cell.at] = at;
        row[cell.seq] = record;
        row[cell.node] = node;
        row[cell.event] = columns.codeOf(given.name);
        for (const each of kinds) put(each, given.kind);
        if (local.length > 0) {
          const time = localTime(given.at, (given.payload.context as { readonly timezone?: unknown } | undefined)?.timezone);
          for (const each of local) put(each, time[each.of]);
        }
      }
      reader.read(given, take);
    },
  };
}
