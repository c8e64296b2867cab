import type { Engine } from '../engine/engine.js';
import { quoteName } from '../util/quote.js';
import { type Column, isIdLike, isUnique, type Loaded } from './column.js';
import { containment, keyText } from './link.js';
import { entityName, isIdName, nameKey, nameScore, tokens } from './name.js';
import { profile } from './profile.js';
import type { RawTable } from './raw.js';

/**
 * Order lines without a customer belong to the customer of their order: a file in which nobody is named, but which points to the unique key of one in
 * which somebody is, takes who and when from there. Repeats until nothing changes, so that payments reach customers over orders.
 */
export async function relate(loaded: readonly Loaded[], engine: Engine): Promise<Loaded[]> {
  let files = await unify([...loaded], engine);
  for (let round = 0; round < 3; round++) {
    let changed = false;
    for (const file of files) {
      if (owns(file)) continue;
      const found = await findParent(file, files.filter((f) => f !== file && owns(f)), engine);
      if (!found) continue;
      const made = await widen(file, found, engine);
      files = files.map((f) => (f === file ? made : f));
      changed = true;
    }
    if (!changed) break;
  }
  return files;
}

/** Names somebody: a column called like a customer's id, or taken from another table. */
const owns = (file: Loaded): boolean => ownColumn(file) !== undefined;

const ownColumn = (file: Loaded): Column | undefined =>
  file.profiled.columns.filter((c) => c.filled > 0 && isIdLike(c) && entityName(c.name).score >= 75).sort((a, b) => entityName(b.name).score - entityName(a.name).score)[0];

interface Parent {
  readonly file: Loaded;
  readonly key: Column;
  readonly column: Column;
}

async function findParent(child: Loaded, parents: readonly Loaded[], engine: Engine): Promise<Parent | undefined> {
  for (const file of parents) {
    const entity = ownColumn(file)!;
    for (const key of file.profiled.columns) {
      if (key === entity || !isUnique(key) || !isIdLike(key) || key.filled < 0.9 * file.profiled.rows || nameScore(key.name, 'product') === 2) continue;
      const column = child.profiled.columns.find((c) => pointsTo(c, key, file.raw.name) && isIdLike(c));
      // A table with one row per key is a lookup of it (a product's details), unless it has its own times.
      if (!column || (isUnique(column) && !child.profiled.columns.some((c) => c.type === 'time'))) continue;
      if ((await containment(child.raw.table, column, file.raw.table, key, engine)) >= 0.5) return { file, key, column };
    }
  }
  return undefined;
}

/** The same name, or "order_id" where the other is "id" in orders.csv. */
function pointsTo(column: Column, key: Column, parent: string): boolean {
  if (nameKey(column.name) === nameKey(key.name)) return isIdName(tokens(key.name)) || nameScore(key.name, 'order') === 2;
  const about = tokens(parent).map((w) => w.replace(/s$/, ''));
  return tokens(key.name).every((w) => isIdName([w])) && isIdName(tokens(column.name)) && about.some((w) => w.length > 2 && tokens(column.name).includes(w));
}

/** Takes columns of the parent into the child: all where it has nothing left to say, else who and when. */
async function widen(child: Loaded, parent: Parent, engine: Engine): Promise<Loaded> {
  const { file, key } = parent;
  const entities = file.profiled.columns.filter((c) => c === ownColumn(file) || entityName(c.name).score >= 100);
  const own = new Set(child.profiled.columns.map((c) => c.name.toLowerCase()));
  const timed = child.profiled.columns.some((c) => c.type === 'time');
  const money = hasMoney(child);
  const absorbs = money || (!hasMoney(file) && child.profiled.columns.some((c) => nameScore(c.name, 'product') > 0 && isIdLike(c)));
  const wanted = file.profiled.columns.filter((c) => entities.includes(c) || (c !== key && !own.has(c.name.toLowerCase()) && (absorbs || (!timed && c.type === 'time'))));
  const sentence = `Whose rows these are${timed ? '' : ' and when'} is taken from '${file.raw.name}' by '${parent.column.name}'.`;
  return addColumns(child, parent, wanted, absorbs, sentence, engine);
}

async function addColumns(child: Loaded, { file: parent, key, column }: Parent, wanted: readonly Column[], absorbs: boolean, sentence: string, engine: Engine): Promise<Loaded> {
  const table = `${child.raw.name} ${child.raw.widened ? 'wider' : 'widened'}`;
  const name = quoteName('shoal key');
  const sql = `SELECT r.*, ${wanted.map((c) => `p.${quoteName(c.name)}`).join(', ')}
FROM ${quoteName(child.raw.table)} AS r
LEFT JOIN (SELECT ${keyText(key)} AS ${name}, ${wanted.map((c) => `r.${quoteName(c.name)}`).join(', ')} FROM ${quoteName(parent.raw.table)} AS r WHERE ${keyText(key)} IS NOT NULL) AS p ON p.${name} = ${keyText(column)}`;
  await engine.run(`CREATE OR REPLACE TABLE ${quoteName(table)} AS ${sql}\nORDER BY r.rowid`, `widen ${child.raw.name}`);
  const steps = [...(child.raw.widened?.steps ?? []), ...(parent.raw.widened?.steps ?? []), { name: table, sql }];
  const raw: RawTable = {
    ...child.raw, table, columns: [...child.raw.columns, ...wanted.map((c) => parent.raw.columns[c.index])],
    widened: { steps: [...new Map(steps.map((s) => [s.name, s])).values()], parent: parent.raw.name, absorbs },
    findings: [...child.raw.findings, { kind: 'other', rows: 0, sentence }],
  };
  return { raw, profiled: await profile(raw, engine) };
}

/**
 * Where a table of customers gives each of its ids a second, coarser one (`customer_id` per order, `customer_unique_id` per person), the coarser one is who
 * they are, and files with the finer one learn it.
 */
async function unify(files: Loaded[], engine: Engine): Promise<Loaded[]> {
  for (const people of files) {
    const ids = people.profiled.columns.filter((c) => entityName(c.name).score === 100 && isIdLike(c) && c.filled > 0);
    const key = ids.find((c) => isUnique(c));
    const who = ids.find((c) => c !== key && c.distinct < people.profiled.rows && c.missing === 0 && /unique|master|global|person/i.test(c.name));
    if (!key || !who) continue;
    const out: Loaded[] = [];
    for (const file of files) {
      const column = file === people ? undefined : file.profiled.columns.find((c) => nameKey(c.name) === nameKey(key.name));
      const sentence = `Who they are is '${who.name}', taken from '${people.raw.name}' by '${key.name}'.`;
      out.push(column ? await addColumns(file, { file: people, key, column }, [who], false, sentence, engine) : file);
    }
    return out;
  }
  return files;
}

const hasMoney = (file: Loaded): boolean =>
  file.profiled.columns.some((c) => (c.type === 'number' || c.type === 'integer') && (nameScore(c.name, 'amount') === 2 || nameScore(c.name, 'price') > 0) && !isIdName(tokens(c.name)));
