import type { Rule } from '../../src/domain/rule.js';
import { dialectOf } from '../../src/engine/dialects/catalog.js';
import type { Engine } from '../../src/engine/engine.js';
import { vocabularyFor } from '../../src/segment/rules/live-vocabulary.js';
import { ruleSql } from '../../src/segment/rules/sql.js';
import type { Vocabulary } from '../../src/segment/rules/vocabulary.js';
import { eventColumns, types } from './generate.js';
import type { Person, Row } from './oracle.js';

/** Somebody at an instant, in some history: what one entity of the batch is. */
export interface Sight {
  readonly person: Person;
  readonly at: number;
}

/** The instant that every row is moved to, so that one statement asks about many instants. */
const NOW = Date.parse('2024-06-01T00:00:00Z');
const sqlType = { number: 'DOUBLE', text: 'VARCHAR', flag: 'BOOLEAN', time: 'TIMESTAMP' } as const;
const words = (segments: readonly string[]) => ({ entityWord: { one: 'customer', many: 'customers' }, features: [], segments: segments.map((id, segment) => ({ id, name: id, segment })) });

/** Whether a rule speaks of instants of the calendar: then rows cannot be moved in time. */
export const isAbsolute = (rule: Rule): boolean => /"window":\{[^}]*"(from|to)":/.test(JSON.stringify(rule));

/** The rules' own SQL, run on the engine over everyone who was seen. */
export interface Batch {
  /** Of each rule, who is in it (positions in `sights`). Rules look at segments of which `put` has said who is in them. */
  ask(rule: Rule): Promise<Set<number>>;
  put(segment: string, members: Iterable<number>): Promise<void>;
}

/** @param moved whether each sight is moved to one instant; otherwise they are all of the same. */
export async function openBatch(engine: Engine, sights: readonly Sight[], segments: readonly string[], name: string, moved: boolean): Promise<Batch> {
  const asOf = moved ? NOW : sights[0]?.at ?? NOW;
  const raw = new Map<Row, number>();
  const entity: number[] = [], row: number[] = [], at: number[] = [];
  sights.forEach(({ person, at: seen }, i) => {
    for (const each of person.rows) {
      if (!raw.has(each)) raw.set(each, raw.size);
      entity.push(i);
      row.push(raw.get(each)!);
      at.push((each.at + asOf - (moved ? seen : asOf)) * 1000);
    }
  });
  await table(engine, `${name}_raw`, { id: 'number', ...eventColumns }, [...raw].map(([each, id]) => ({ id, ...each.values })));
  await engine.load(`${name}_place`, { entity: Int32Array.from(entity), place: Int32Array.from(row), us: Float64Array.from(at) });
  await engine.run(`CREATE OR REPLACE TABLE ${name}_events AS SELECT p.entity, make_timestamp(CAST(p.us AS BIGINT)) AS "at", r.* FROM ${name}_place p JOIN ${name}_raw r ON r.id = p.place`);
  await engine.load(`${name}_everyone`, { entity: Int32Array.from(sights, (_, i) => i) });
  await table(engine, `${name}_traits`, { entity: 'number', ...types.traits }, sights.flatMap(({ person }, i) => (Object.values(person.traits).some((value) => value !== undefined) ? [{ entity: i, ...person.traits }] : [])));
  await engine.run(`CREATE OR REPLACE TABLE ${name}_membership (entity INTEGER, segment INTEGER, strength DOUBLE)`);
  const relations = { features: `${name}_everyone`, membership: `${name}_membership`, sources: { events: `${name}_events`, traits: `${name}_traits` } };
  const dialect = dialectOf('duckdb');
  return {
    async ask(rule) {
      const vocabulary: Vocabulary = vocabularyFor(rule, types, words(segments));
      const { columns: [found] } = await engine.columns(ruleSql(rule, { dialect, relations, vocabulary, asOf }));
      return new Set(found.values as Iterable<number>);
    },
    async put(segment, members) {
      await engine.load(`${name}_now`, { entity: Int32Array.from(members) });
      await engine.run(`DELETE FROM ${name}_membership WHERE segment = ${segments.indexOf(segment)}`);
      await engine.run(`INSERT INTO ${name}_membership SELECT entity, ${segments.indexOf(segment)}, 1 FROM ${name}_now`);
    },
  };
}

async function table(engine: Engine, name: string, columns: Readonly<Record<string, keyof typeof sqlType>>, rows: readonly Readonly<Record<string, unknown>>[]) {
  await engine.run(`CREATE OR REPLACE TABLE ${name} (${Object.entries(columns).map(([column, type]) => `"${column}" ${sqlType[type]}`).join(', ')})`);
  const literal = (value: unknown, type: string) => (value === undefined ? 'NULL' : type === 'time' ? `make_timestamp(${String((value as number) * 1000)})` : typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value));
  for (let i = 0; i < rows.length; i += 2000) {
    await engine.run(`INSERT INTO ${name} VALUES ${rows.slice(i, i + 2000).map((each) => `(${Object.entries(columns).map(([column, type]) => literal(each[column], type)).join(', ')})`).join(',')}`);
  }
}
