import type { Event, Json, Scalar } from '../../domain/event.js';
import { fieldLimits, fieldParts, fieldValue, isValue } from './fields-of.js';

/** Reads the fields of event after event without making their paths again: what is known of a path is found by walking down a tree of keys. */
export interface FieldReader<T> {
  /** Tells each field of `fieldsOf` but the local time, once, in the same order, with what was made of its path. Nothing else may be read meanwhile. */
  read(event: Pick<Event, 'payload'>, take: (field: T, value: Scalar) => void): void;
  /** Forgets what was made of paths: it is made anew. */
  reset(): void;
}

/** Paths that are remembered: beyond it all are made again, so that a sender of ever new ones takes no memory. */
const remembered = 5000;
const numbers = Array.from({ length: fieldLimits.items }, (_, i) => String(i));

interface Place<T> {
  readonly path: string;
  readonly below: Map<string, Place<T>>;
  field?: Field<T>;
}

/** Two places can be one path: { a: { b } } and { 'a.b' }. */
interface Field<T> {
  readonly made: T;
  /** The event in which it last had a value, and that. */
  turn: number;
  value: Scalar;
}

export function createFieldReader<T>(make: (path: string) => T): FieldReader<T> {
  let places = new Map<string, Place<T>>();
  let fields = new Map<string, Field<T>>();
  const found: Field<T>[] = [];
  let count = 0, turn = 0, room = 0, length = 0;

  function reset(): void {
    places = new Map();
    fields = new Map();
    count = 0;
  }

  function rootOf(part: string): Place<T> {
    let place = places.get(part);
    if (!place) places.set(part, (place = { path: part, below: new Map() }));
    return place;
  }

  /** Undefined where its path would be too long to be one. */
  function placeIn({ path, below }: Place<T>, key: string): Place<T> | undefined {
    const known = below.get(key);
    if (known || path.length + 1 + key.length > fieldLimits.path) return known;
    const place: Place<T> = { path: `${path}.${key}`, below: new Map() };
    below.set(key, place);
    count++;
    return place;
  }

  function walk(place: Place<T>, value: Json, depth: number): void {
    if (room <= 0) return;
    if (typeof value !== 'object') return put(place, value);
    if (value === null || depth >= fieldLimits.depth) return;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length && i < fieldLimits.items; i++) {
        const below = placeIn(place, numbers[i]);
        if (below) walk(below, value[i], depth + 1);
      }
    } else {
      for (const key in value) {
        const below = placeIn(place, key);
        if (below) walk(below, (value as { readonly [key: string]: Json })[key], depth + 1);
      }
    }
  }

  function put(place: Place<T>, value: Scalar): void {
    if (!isValue(value)) return;
    const field = (place.field ??= fieldAt(place.path));
    if (field.turn !== turn) {
      field.turn = turn;
      room--;
      found[length++] = field;
    }
    field.value = fieldValue(value);
  }

  function fieldAt(path: string): Field<T> {
    let field = fields.get(path);
    if (!field) fields.set(path, (field = { made: make(path), turn: -1, value: 0 }));
    return field;
  }

  return {
    reset,
    read({ payload }, take) {
      if (count > remembered) reset();
      turn++;
      length = 0;
      room = fieldLimits.fields - 3;
      for (const part of fieldParts.plain) if (typeof payload[part] === 'string') put(rootOf(part), payload[part]);
      for (const part of fieldParts.walked) if (payload[part] !== undefined) walk(rootOf(part), payload[part], 1);
      for (let i = 0; i < length; i++) {
        const { made, value } = found[i];
        // Nobody's value is held back.
        found[i].value = 0;
        take(made, value);
      }
    },
  };
}
