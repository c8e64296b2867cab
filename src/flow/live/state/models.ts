import type { Event } from '../../../domain/event.js';
import type { Feature } from '../../../domain/feature.js';
import type { LivePlace } from '../../../domain/live.js';
import { assert } from '../../../errors.js';
import { rowsOf, type TrackedColumn } from '../../../ingest/track/rows-of.js';
import type { Measured } from '../../../segment/rules/live.js';
import type { FoundModel } from '../found/model.js';
import { placing, type Placing } from '../found/place.js';
import type { Rows } from '../found/rows.js';
import type { Columns } from './columns.js';
import type { Entity } from './entity.js';
import { held, HYSTERESIS, looks, MANY, stand, type Stand } from './places.js';
import { putTracked, trackedRows, type CarriedAt } from './tracked.js';

/** The found models that the journal knows, and what they say of entities. */
export interface Models {
  readonly list: readonly FoundModel[];
  /** The one that was taken in last; it may have been there before. */
  readonly newest: FoundModel | undefined;
  /** Values that rows carry, of all models together. */
  readonly carried: readonly TrackedColumn[];
  /** Takes in a model; gives whether rows must hold more than they did. */
  add(model: FoundModel): boolean;
  get(id: string): FoundModel | undefined;
  /** Writes what an event comes to into the rows of an entity, where there is any model. `again`: it was read before; only what no model asked for then is new. */
  put(entity: Entity, event: Event, node: number, seq: number, at: number, again?: boolean): void;
  /** Brings the places of an entity up to the moment, in the models that are in use: whether somebody was told of its places yet, by model. */
  settle(entity: Entity, used: ReadonlyMap<string, boolean>, clock: number): void;
  /** Forgets what was measured last: the rows are about to be others. */
  forget(): void;
  feature(entity: Entity, model: string | undefined, name: string, asOf: number): Measured;
  strength(entity: Entity, model: string | undefined, segment: string, asOf: number): Measured;
  /** How firmly an entity is, at this very moment, in the found segment where it has its place. */
  strengthNow(entity: Entity, model: string | undefined, asOf: number): number;
  /** How an entity stands among the segments of a model, and towards one of them. */
  placeIn(entity: Entity, model: string | undefined, segment: string, asOf: number): LivePlace | undefined;
  /** Everything that is known of an entity by the newest model. */
  features(entity: Entity, asOf: number): Readonly<Record<string, number>>;
}

/** Features that are named where somebody's place is explained. */
const TELLING = 8;

const missing: Measured = { value: Number.NaN, until: Infinity };

export function createModels(columns: Columns, saved?: { readonly carried: readonly TrackedColumn[]; readonly models: readonly FoundModel[]; readonly newest: string }): Models {
  const list: FoundModel[] = [];
  const placings: Placing[] = [];
  const carriedBy: CarriedAt[][] = [];
  let newest = '';
  const carried: TrackedColumn[] = [...(saved?.carried ?? [])];
  let rows: Rows | undefined, of: Entity | undefined, by = -1;
  let measured: { readonly asOf: number; readonly found: ReturnType<Placing['at']> } | undefined;

  function add(model: FoundModel): boolean {
    newest = model.id;
    if (list.some(({ id }) => id === model.id)) return false;
    const before = carried.length;
    carriedBy.push(model.columns.map(({ column, path, type }) => {
      let index = carried.findIndex((known) => known.path === path && known.type === type);
      if (index < 0) index = carried.push({ column: `c${carried.length}`, path, type }) - 1;
      return { column, type, index };
    }));
    placings.push(placing(model));
    return list.push(model) === 1 || carried.length > before;
  }
  saved?.models.forEach(add);
  newest = saved?.newest ?? '';

  const rowsFor = (entity: Entity, model: number): Rows => {
    if (!rows || of !== entity || by !== model) {
      rows = trackedRows(entity.tracked, carriedBy[model], columns);
      measured = undefined;
      of = entity;
      by = model;
    }
    return rows;
  };
  const foundAt = (entity: Entity, model: number, asOf: number) => {
    const here = rowsFor(entity, model);
    if (measured?.asOf !== asOf) measured = { asOf, found: placings[model].at(here, asOf) };
    return measured.found;
  };
  /** A feature by its position, also one that is foretold: that is worked out when it is asked for. */
  const valueAt = (entity: Entity, model: number, position: number, asOf: number): number => {
    const { values } = foundAt(entity, model, asOf);
    return position < values.length ? values[position] : placings[model].foretold(position, rowsFor(entity, model), asOf);
  };
  const indexOf = (id: string | undefined): number => list.findIndex((model) => model.id === id);

  return {
    list, carried, add,
    get newest() { return list[indexOf(newest)]; },
    get: (id) => list.find((model) => model.id === id),
    put(entity, event, node, seq, at, again = false) {
      if (list.length === 0) return;
      const made = rowsOf(event, at, carried);
      putTracked(entity.tracked, made, node, seq, carried, columns);
      rows = undefined;
      if (!again && made.length > 0) entity.stands = entity.stands.map((one) => ({ ...one, until: -1 }));
    },
    settle(entity, used, clock) {
      if (used.size === 0) return;
      let changed = entity.stands.some(({ model }) => !used.has(list[model].id));
      const stands: Stand[] = [];
      list.forEach(({ id }, model) => {
        if (!used.has(id)) return;
        const old = entity.stands.find((one) => one.model === model);
        if (old && old.until > clock) return void stands.push(old);
        changed = true;
        const { rows: n } = entity.tracked;
        if (old && old.until === -1 && n > MANY && old.at + n > clock) return void stands.push({ ...old, until: old.at + n });
        stands.push(stand(placings[model], model, rowsFor(entity, model), used.get(id) ? old?.segment : undefined, clock));
      });
      if (!changed) return;
      entity.stands = stands;
      entity.changed = true;
    },
    forget() {
      rows = undefined;
      measured = undefined;
    },
    feature(entity, model, name, asOf) {
      const index = indexOf(model);
      if (index < 0) return missing;
      return { value: valueAt(entity, index, placings[index].names.indexOf(name), asOf), ...looks(rowsFor(entity, index), asOf) };
    },
    strength(entity, model, segment, asOf) {
      const index = indexOf(model);
      if (index < 0) return missing;
      const number = list[index].segments.findIndex(({ id }) => id === segment);
      const now = entity.stands.find((one) => one.model === index);
      assert(now, 'a found segment is asked of somebody before they have a place');
      // Until it is due nothing else was seen ahead; beyond, it is as it would be found.
      if (asOf < now.until) return { value: now.segment === number ? now.strength : Number.NaN, until: now.until };
      const { place } = foundAt(entity, index, asOf);
      const is = held(now.segment, place);
      return { value: is !== number ? Number.NaN : place.segment === is ? place.strength : 0, until: looks(rowsFor(entity, index), asOf).until };
    },
    strengthNow(entity, model, asOf) {
      const index = indexOf(model);
      const { place } = foundAt(entity, index, asOf);
      return entity.stands.some((one) => one.model === index && one.segment === place.segment) ? place.strength : 0;
    },
    placeIn(entity, id, segment, asOf) {
      const index = indexOf(id);
      if (index < 0) return undefined;
      const { segments, features } = list[index];
      const number = segments.findIndex((one) => one.id === segment);
      const now = entity.stands.find((one) => one.model === index);
      const { place, next, against, parts } = placings[index].compared(rowsFor(entity, index), asOf, number);
      measured = undefined;
      const named = (at: number | undefined) => (at === undefined || at < 0 ? undefined : { segment: segments[at].id, name: segments[at].name });
      const whole = parts.reduce((sum, { part }) => sum + Math.abs(part), 0);
      const telling = parts.filter(({ part }) => part !== 0).sort((a, b) => Math.abs(b.part) - Math.abs(a.part)).slice(0, TELLING);
      return {
        in: named(now?.segment), nearest: named(place.segment), next: named(next), strength: place.strength, margin: HYSTERESIS, ...(now && now.at > -Infinity && { at: now.at }), ...(now && now.until > asOf && now.until < Infinity && { until: now.until }),
        against: named(against), features: telling.map(({ feature, value, part }) => {
          const name = placings[index].names[feature];
          const { title = name, kind = 'number', unit }: Partial<Feature> = features.find((one) => one.name === name) ?? {};
          return { name, title, kind, ...(unit !== undefined && { unit }), ...(!Number.isNaN(value) && { value }), weight: part / whole };
        }),
      };
    },
    features(entity, asOf) {
      const index = indexOf(newest);
      if (index < 0 || entity.tracked.rows === 0) return {};
      return Object.fromEntries(placings[index].names.flatMap((name, j) => {
        const value = valueAt(entity, index, j, asOf);
        return Number.isNaN(value) ? [] : [[name, value]];
      }));
    },
  };
}
