/** When each of many entities is due: the earliest first, those of the same instant by number. */
export interface Timers {
  readonly size: number;
  /** Sets, changes or (with Infinity) takes away the instant at which an entity is due. */
  set(entity: number, due: number): void;
  dueOf(entity: number): number;
  /** The earliest instant; Infinity where nobody is due. */
  next(): number;
  /** The entity that is due first. */
  first(): number;
  /** Those due at or before an instant, in no order. */
  upTo(to: number): number[];
  /** The first `most` of those, in their order; nobody else is looked at. */
  firstOf(to: number, most: number): number[];
}

/** A binary heap that knows where each entity is in it: 16 bytes for each of them. */
export function createTimers(): Timers {
  let heap = new Int32Array(1024);
  let size = 0;
  /** By entity: when it is due, and its place in the heap plus one (0: not in it). */
  let due = new Float64Array(1024).fill(Infinity);
  let place = new Int32Array(1024);

  const before = (a: number, b: number) => due[a] < due[b] || (due[a] === due[b] && a < b);
  const put = (entity: number, at: number) => {
    heap[at] = entity;
    place[entity] = at + 1;
  };
  function up(entity: number, at: number) {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entity, heap[parent])) break;
      put(heap[parent], at);
      at = parent;
    }
    put(entity, at);
  }
  function down(entity: number, at: number) {
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], entity)) break;
      put(heap[child], at);
      at = child;
    }
    put(entity, at);
  }
  function room(entity: number) {
    if (entity < due.length) return;
    const length = Math.max(entity + 1, 2 * due.length);
    const dues = new Float64Array(length).fill(Infinity), places = new Int32Array(length);
    dues.set(due);
    places.set(place);
    due = dues;
    place = places;
  }

  return {
    get size() { return size; },
    dueOf: (entity) => (entity < due.length ? due[entity] : Infinity),
    next: () => (size > 0 ? due[heap[0]] : Infinity),
    first: () => heap[0],
    set(entity, at) {
      room(entity);
      const old = due[entity], where = place[entity] - 1;
      if (old === at) return;
      due[entity] = at;
      if (at === Infinity) {
        if (where < 0) return;
        place[entity] = 0;
        const last = heap[--size];
        if (where === size) return;
        if (where > 0 && before(last, heap[(where - 1) >> 1])) up(last, where);
        else down(last, where);
      } else if (where < 0) {
        if (size === heap.length) {
          const larger = new Int32Array(2 * size);
          larger.set(heap);
          heap = larger;
        }
        up(entity, size++);
      } else if (at < old) up(entity, where);
      else down(entity, where);
    },
    upTo(to) {
      const found: number[] = [], open = [0];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (at >= size || due[heap[at]] > to) continue;
        found.push(heap[at]);
        open.push(2 * at + 1, 2 * at + 2);
      }
      return found;
    },
    firstOf(to, most) {
      const found: number[] = [];
      /** Places in the heap of those whose parents are found: who is due last of them first. */
      const open: number[] = [];
      const look = (at: number) => {
        if (at >= size || due[heap[at]] > to) return;
        let from = 0;
        for (let end = open.length; from < end;) {
          const middle = (from + end) >> 1;
          if (before(heap[at], heap[open[middle]])) from = middle + 1;
          else end = middle;
        }
        open.splice(from, 0, at);
      };
      look(0);
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        found.push(heap[at]);
        if (found.length >= most) break;
        look(2 * at + 1);
        look(2 * at + 2);
      }
      return found;
    },
  };
}
