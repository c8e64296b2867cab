import type { SourceKind } from '../domain/source.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';
import { quoteName } from '../util/quote.js';
import { listWords } from '../util/words.js';
import { attributeType } from './clean.js';
import { type Column, isIdLike, isNumeric, isUnique, type Loaded, type Profiled } from './column.js';
import { parseExpression } from './expression.js';
import { containment, findJoin, likelihoods, lookupKeys, type Join } from './link.js';
import { entityName, entityWords, isIdName, nameKey, tokens } from './name.js';
import type { IngestOptions } from './options.js';
import { exactDistinct } from './profile.js';
import type { RawTable } from './raw.js';
import { relate } from './relate.js';
import { entityCandidates, entityRoles, kindOf, logRoles, type EntityCandidate, type Given, type Roles } from './roles.js';
import { findStatuses } from './status.js';
import { findMeasures, findStructure, repeatsPerOrder, timedByOrder } from './structure.js';

/** A file with everything decided about it. */
export interface Inferred {
  readonly raw: RawTable;
  readonly profiled: Profiled;
  readonly kind: SourceKind;
  readonly roles: Roles;
  /** Each row is an entity of its own. */
  readonly numbered: boolean;
  readonly sharedAmount: boolean;
  readonly joins: readonly Join[];
  /** Set for a lookup that nothing points to: why. */
  readonly unused?: string;
}

export interface Inference {
  readonly files: readonly Inferred[];
  readonly word: { readonly one: string; readonly many: string };
}

/** Decides what every file is, who its rows belong to, what its columns mean and how the files hang together. */
export async function infer(read: readonly Loaded[], options: IngestOptions, engine: Engine): Promise<Inference> {
  const loaded = options.entity || read.length === 1 ? read : await relate(read, engine);
  checkOverrides(loaded, options);
  const given = new Map(loaded.map((file) => [file, givenColumns(file, options)]));
  const owners = await findOwners(loaded, given, options, engine);
  const files: Inferred[] = [];
  for (const file of loaded) files.push(await decide(file, owners.get(file), given.get(file)!, options, engine));
  if (!files.some((f) => f.kind !== 'lookup')) throw new ShoalError('ingest/no-entity', { sources: listWords(files.map((f) => `'${f.raw.name}'`)) });
  const joined = await joinLookups(files, engine);
  return { files: joined, word: wordOf(joined) };
}

/** Who a file's rows belong to: a column, the row itself, or nobody (a lookup). */
type Owner = { readonly column?: Column; readonly word?: readonly [string, string]; readonly numbered: boolean; readonly reason?: string; readonly structure?: Awaited<ReturnType<typeof findStructure>> };

async function findOwners(loaded: readonly Loaded[], given: ReadonlyMap<Loaded, Given>, options: IngestOptions, engine: Engine): Promise<Map<Loaded, Owner>> {
  const owners = new Map<Loaded, Owner>();
  const kinds = (file: Loaded) => kindOverride(file, options);
  for (const file of loaded) {
    const column = given.get(file)!.entity;
    if (column) owners.set(file, { column, word: entityName(column.name).word, numbered: false, reason: 'as you said' });
  }
  const absorbed = absorbedBy(loaded);
  const open = loaded.filter((file) => !owners.has(file) && kinds(file) !== 'lookup' && !absorbed.has(file.raw.name));
  const candidates = new Map(open.map((file) => [file, entityCandidates(file.profiled)]));
  if (owners.size === 0 && ![...candidates.values()].some((list) => list.some((c) => c.score >= 50))) refuseEmptied(loaded);
  const main = owners.size > 0 ? undefined : chooseConcept(candidates);
  if (main) for (const [file, candidate] of main) owners.set(file, { ...candidate, numbered: false });
  if (owners.size === 0 && loaded.length > 0) await ownByData(loaded, kinds, owners, engine);
  else await ownByValues(loaded.filter((file) => !owners.has(file) && kinds(file) !== 'lookup' && !absorbed.has(file.raw.name)), owners, candidates, engine);
  return owners;
}

/** Files whose every column has been taken into another. */
const absorbedBy = (files: readonly Loaded[]): ReadonlySet<string> => new Set(files.flatMap((f) => (f.raw.widened?.absorbs ? [f.raw.widened.parent] : [])));

/** The entity all files share, if names tell: the best scored name, counted over the files that have it. */
function chooseConcept(candidates: ReadonlyMap<Loaded, readonly EntityCandidate[]>): Map<Loaded, EntityCandidate> | undefined {
  const concepts = new Map<string, { files: Map<Loaded, EntityCandidate>; score: number; rows: number }>();
  for (const [file, list] of candidates)
    for (const candidate of list) {
      const about = tokens(file.raw.name).map((w) => entityWords.get(w)?.[0]).find(Boolean);
      const plain = candidate.score <= 62 && !candidate.word;
      // "id" in customers.csv is the customer's.
      const key = candidate.word && candidate.score >= 90 ? candidate.word[0] : plain && about ? about : plain ? `${file.raw.name}/${nameKey(candidate.column.name)}` : nameKey(candidate.column.name);
      const concept = concepts.get(key) ?? { files: new Map<Loaded, EntityCandidate>(), score: 0, rows: 0 };
      const own = concept.files.get(file);
      if (!own || candidate.score > own.score) concept.files.set(file, plain && about ? { ...candidate, word: entityWords.get(about) } : candidate);
      concept.score = Math.max(concept.score, candidate.score + (isUnique(candidate.column) ? 0 : 3));
      concept.rows = Math.max(concept.rows, candidate.column.distinct);
      concepts.set(key, concept);
    }
  const ranked = [...concepts.values()].sort((a, b) => b.score + 8 * b.files.size - (a.score + 8 * a.files.size) || b.rows - a.rows);
  return ranked[0]?.files;
}

/** A column named like an id in which nothing is filled in: nobody can be told from anybody. */
function refuseEmptied(loaded: readonly Loaded[]): void {
  const [emptied] = loaded.flatMap((f) => f.profiled.columns.filter((c) => c.filled === 0 && entityName(c.name).score >= 90).map((c) => ({ f, c })));
  if (emptied) throw new ShoalError('ingest/all-ids-missing', { source: emptied.f.raw.name, column: emptied.c.name, rows: emptied.f.profiled.rows });
}

/** No name helps: what determines what in the largest log, else every row is its own entity. */
async function ownByData(loaded: readonly Loaded[], kinds: (file: Loaded) => SourceKind | undefined, owners: Map<Loaded, Owner>, engine: Engine): Promise<void> {
  const usable = loaded.filter((f) => kinds(f) !== 'lookup').sort((a, b) => b.profiled.rows - a.profiled.rows);
  for (const file of usable) {
    const times = logRoles(file.profiled, undefined, undefined, {}).times;
    const structure = await findStructure(file.profiled, times, engine);
    const column = structure.entity ?? structure.order;
    if (!column) continue;
    owners.set(file, { column, numbered: false, word: column === structure.order ? ['order', 'orders'] : undefined, reason: structure.reasons.get(column.index), structure });
    await ownByValues(loaded.filter((f) => f !== file && kinds(f) !== 'lookup'), owners, new Map(), engine);
    return;
  }
  const biggest = [...usable].sort((a, b) => pointsInto(b, loaded) - pointsInto(a, loaded) || b.profiled.rows - a.profiled.rows)[0];
  if (biggest) owners.set(biggest, { numbered: true, word: stemWord(biggest.raw.name) });
}

/** How many columns of a file share their name with a unique column of another: facts point to lookups, not the other way. */
function pointsInto(file: Loaded, loaded: readonly Loaded[]): number {
  const keys = new Set(loaded.filter((f) => f !== file).flatMap((f) => f.profiled.columns.filter(isUnique).map((c) => nameKey(c.name))));
  return file.profiled.columns.filter((c) => !isUnique(c) && keys.has(nameKey(c.name))).length;
}

/** Files whose entity column has another name: found by its values being the others' entities. */
async function ownByValues(files: readonly Loaded[], owners: Map<Loaded, Owner>, candidates: ReadonlyMap<Loaded, readonly EntityCandidate[]>, engine: Engine): Promise<void> {
  const known = [...owners].filter(([, o]) => o.column).sort((a, b) => b[1].column!.distinct - a[1].column!.distinct || a[0].profiled.rows - b[0].profiled.rows)[0];
  if (!known) return;
  const [main, { column, word }] = known;
  const entity = column!;
  for (const file of files) {
    const named = (column: Column) => (candidates.get(file) ?? []).some((c) => c.column === column && c.score >= 70);
    const same = (column: Column) => nameKey(column.name) === nameKey(entity.name);
    const thinkable = file.profiled.columns.filter((column) => {
      if (!isIdLike(column) || column.distinct < 5 || isNumeric(column) !== isNumeric(entity)) return false;
      if (named(column) || same(column)) return true;
      // Small whole numbers are contained in one another by chance.
      return column.distinct >= 20 && !(isNumeric(column) && Number(column.max) < 20 * column.distinct);
    });
    if (thinkable.length === 0) continue;
    const likely = await likelihoods(thinkable, main.raw.table, entity, engine);
    let best: { column: Column; score: number } | undefined;
    for (const column of thinkable) {
      if (likely.get(column)! < (named(column) || same(column) ? 0.05 : 0.5)) continue;
      const inside = await containment(file.raw.table, column, main.raw.table, entity, engine);
      const enough = named(column) || same(column) ? inside >= 0.2 : inside >= 0.9;
      const score = inside + (named(column) ? 1 : 0) + (same(column) ? 2 : 0);
      if (enough && (!best || score > best.score)) best = { column, score };
    }
    if (best) owners.set(file, { column: best.column, numbered: false, word, reason: `its values are those of '${entity!.name}' in '${main.raw.name}'` });
  }
}

async function decide(file: Loaded, owner: Owner | undefined, wanted: Given, options: IngestOptions, engine: Engine): Promise<Inferred> {
  const { raw } = file;
  const forced = kindOverride(file, options);
  const base = { raw, numbered: false, sharedAmount: false, joins: [] };
  if (forced === 'lookup' || !owner) return { ...base, profiled: file.profiled, kind: 'lookup', roles: entityRoles(file.profiled, undefined, undefined, wanted) };
  const profiled = await withExactEntity(file.profiled, owner.column, engine);
  const given = rebind(wanted, profiled);
  const entity = owner.column && profiled.columns[owner.column.index];
  if (entity) refuseUseless(raw, profiled, entity);
  if (owner.numbered) {
    const roles = entityRoles(profiled, undefined, owner.word, given);
    const kind = forced && forced !== 'entities' ? forced : 'entities';
    return { ...base, profiled, kind, numbered: true, roles: kind === 'entities' ? roles : logRoles(profiled, undefined, owner.word, given) };
  }
  let roles = logRoles(profiled, entity, owner.word, { ...structureGiven(owner, given, profiled), ...given });
  const repeated = entity && entity.distinct < 0.98 * entity.filled;
  if (repeated && !roles.product && !roles.order && roles.times.length > 0 && !owner.structure && wouldBeLog(roles)) {
    const found = await findStructure({ ...profiled, columns: profiled.columns.filter((c) => c !== entity) }, roles.times, engine);
    const order = found.order && found.order.distinct >= entity.distinct ? found.order : undefined;
    if (order) roles = withReasons(logRoles(profiled, entity, owner.word, { order, ...given }), found.reasons);
  }
  if (repeated && roles.times.length > 0) {
    const measures = await findMeasures(profiled, roles, engine);
    const order = roles.order, product = roles.product;
    if (Object.keys(measures.given).length) roles = withReasons(logRoles(profiled, entity, owner.word, { ...structureGiven(owner, given, profiled), ...(order ? { order } : {}), ...(product ? { product } : {}), ...measures.given, ...given }), measures.reasons);
  }
  if (roles.order && roles.times.length === 1 && roles.times[0].missing > 0.02 * profiled.rows && (await timedByOrder(raw.table, roles.order, roles.times[0], engine))) roles = { ...roles, timeOfOrder: true };
  if (roles.amountSql) {
    const [{ n }] = await engine.rows(`SELECT count(*) FILTER (${roles.amountSql} < 0) AS n FROM ${quoteName(raw.table)} AS r`, 'infer');
    roles = { ...roles, amountSqlNegative: Number(n) > 0 };
  }
  if (entity) roles = await leaveEchoes(raw.table, profiled, roles, entity, engine);
  if (owner.structure) roles = withReasons(roles, owner.structure.reasons);
  if (entity && owner.reason) roles = withReasons(roles, new Map([[entity.index, owner.reason]]));
  const kind = forced ?? kindOf(profiled, roles);
  if (kind === 'entities') roles = withReasons(entityRoles(profiled, entity, owner.word, given), roles.reasons);
  if (kind === 'transactions') roles = { ...roles, statuses: await findStatuses(raw.table, profiled.columns.filter((c) => !roles.ignored.has(c.index) && c !== entity), engine) };
  const shared = kind === 'transactions' && roles.order && roles.amount && !(roles.quantity && roles.price) && !isUnique(roles.order) ? await repeatsPerOrder(raw.table, roles.order, roles.amount, engine) : false;
  return { ...base, profiled, kind, roles, sharedAmount: shared };
}

/** The same columns in a profile that counts more exactly. */
function rebind(given: Given, profiled: Profiled): Given {
  return Object.fromEntries(Object.entries(given).map(([role, value]) => [role, value && typeof value === 'object' && 'index' in value ? profiled.columns[value.index] : value])) as Given;
}

/** Other ids of the same entities (an old number beside the new one) say nothing more: columns as fine as the entity, one to one with it. */
async function leaveEchoes(table: string, profiled: Profiled, roles: Roles, entity: Column, engine: Engine): Promise<Roles> {
  const alike = profiled.columns.filter((c) => c !== entity && isIdLike(c) && !/\s/.test(c.examples.join('')) && c.distinct > 20 && Math.abs(c.distinct - entity.distinct) <= 0.15 * entity.distinct && !isUnique(c) && !roles.ignored.has(c.index) && c !== roles.order && c !== roles.product && c !== roles.quantity);
  if (alike.length === 0) return roles;
  const select = alike.slice(0, 4).map((c, i) => `count(DISTINCT ${c.value}) AS d${i}, count(DISTINCT hash(${entity.value}, ${c.value})) AS p${i}`).join(', ');
  const [row] = await engine.rows(`SELECT count(DISTINCT ${entity.value}) AS e, ${select} FROM ${quoteName(table)} AS r WHERE ${entity.value} IS NOT NULL`, 'structure');
  const echoes = alike.slice(0, 4).filter((_, i) => row[`p${i}`] === row['e'] && row[`d${i}`] === row['e']);
  return { ...roles, ignored: new Map([...roles.ignored, ...echoes.map((c) => [c.index, `it goes one to one with '${entity.name}'`] as const)]) };
}

/** Nothing yet says it is a table of measurements rather than a log of things bought or done. */
const wouldBeLog = (roles: Roles): boolean => roles.text === undefined;

function structureGiven(owner: Owner, given: Given, profiled: Profiled): Given {
  const { structure, column } = owner;
  if (!structure) return {};
  const own = (c: Column | undefined) => (c && c !== column ? profiled.columns[c.index] : undefined);
  const order = given.order ? undefined : own(structure.order);
  const product = given.product ? undefined : own(structure.product);
  return { ...(order ? { order } : {}), ...(product ? { product } : {}) };
}

function withReasons(roles: Roles, more: ReadonlyMap<number, string>): Roles {
  return { ...roles, reasons: new Map([...more, ...roles.reasons]) };
}

/** Where distinct values were only estimated: who the entities are has to be exact; so have orders and products, unless there are too many rows to count twice. */
async function withExactEntity(profiled: Profiled, entity: Column | undefined, engine: Engine): Promise<Profiled> {
  const named = (c: Column) => profiled.rows <= 4_000_000 && c.type !== 'time' && (isIdName(tokens(c.name)) || tokens(c.name).some((w) => /^(invoice|order|basket|product|stock|item|sku)$/.test(w)));
  const wanted = profiled.columns.filter((c) => !c.exact && (c.index === entity?.index || named(c)));
  const exact = await exactDistinct(profiled.table, wanted.slice(0, 6), engine);
  if (exact.size === 0) return profiled;
  return { ...profiled, columns: profiled.columns.map((c) => (exact.has(c.index) ? { ...c, distinct: exact.get(c.index)!, exact: true } : c)) };
}

function refuseUseless(raw: RawTable, profiled: Profiled, entity: Column): void {
  if (entity.filled === 0) throw new ShoalError('ingest/all-ids-missing', { source: raw.name, column: entity.name, rows: profiled.rows });
  if (entity.distinct === 1) throw new ShoalError('ingest/one-entity', { source: raw.name, column: entity.name, value: entity.examples[0] ?? String(entity.min) });
}

async function joinLookups(files: readonly Inferred[], engine: Engine): Promise<Inferred[]> {
  const absorbed = absorbedBy(files);
  const lookups = files.filter((f) => f.kind === 'lookup' && !absorbed.has(f.raw.name));
  const facts = files.filter((f) => f.kind !== 'lookup');
  const joins = new Map<Inferred, Join[]>();
  const unused = new Map<Inferred, string>();
  for (const lookup of lookups) {
    const keys = await lookupKeys(lookup.profiled, engine);
    let used = false;
    for (const fact of facts) {
      const measures = new Set<Column | undefined>([fact.roles.entity, ...fact.roles.times, fact.roles.quantity, fact.roles.price, fact.roles.amount, fact.roles.text]);
      const join = keys.length ? await findJoin(fact.profiled, lookup.profiled, keys, (c) => !measures.has(c) && !fact.roles.ignored.has(c.index) && c.type !== 'time', engine) : undefined;
      if (!join) continue;
      used = true;
      joins.set(fact, [...(joins.get(fact) ?? []), join]);
    }
    if (!used) unused.set(lookup, whyUnused(lookup, keys, facts));
  }
  return files.map((f) => ({ ...f, joins: joins.get(f) ?? [], ...(unused.has(f) ? { unused: unused.get(f) } : {}) }));
}

function whyUnused(lookup: Inferred, keys: readonly Column[], facts: readonly Inferred[]): string {
  const theirs = new Set(facts.flatMap((f) => f.profiled.columns.map((c) => nameKey(c.name))));
  const shared = lookup.profiled.columns.filter((c) => theirs.has(nameKey(c.name)) && attributeType(c, 'lookup') !== undefined);
  if (shared.length === 0) return 'it shares no key with the other files';
  if (keys.length === 0) return `several of its rows have the same ${listWords(shared.slice(0, 3).map((c) => `'${c.name}'`), 'or')}, so joining it would multiply rows`;
  return `no column of the other files points to ${listWords(keys.slice(0, 2).map((c) => `'${c.name}'`), 'or')}`;
}

function wordOf(files: readonly Inferred[]): { one: string; many: string } {
  const found = files.find((f) => f.roles.word && f.kind !== 'lookup')?.roles.word;
  if (found) return { one: found[0], many: found[1] };
  const stem = files.map((f) => stemWord(f.raw.name)).find(Boolean) ?? files.filter((f) => f.numbered).map(columnWord).find(Boolean);
  return stem ? { one: stem[0], many: stem[1] } : { one: 'customer', many: 'customers' };
}

/** What columns about the row's own kind call it: "applicant_income", "patient age". */
function columnWord({ profiled }: Inferred): readonly [string, string] | undefined {
  const word = profiled.columns.flatMap((c) => tokens(c.name)).find((w) => /^(student|pupil|learner|patient|applicant|passenger|employee|donor|borrower|policyholder)$/.test(w));
  return word === undefined ? undefined : entityWords.get(word);
}

const stemWord = (name: string): readonly [string, string] | undefined => tokens(name).map((w) => entityWords.get(w)).find(Boolean);

function kindOverride({ raw }: Loaded, { kind }: IngestOptions): SourceKind | undefined {
  if (!kind) return undefined;
  const wanted = new Map(Object.entries(kind).map(([file, k]) => [file.toLowerCase(), k]));
  const base = raw.path.split(/[\\/]/).at(-1)!;
  return wanted.get(raw.name.toLowerCase()) ?? wanted.get(raw.path.toLowerCase()) ?? wanted.get(base.toLowerCase());
}

const columnOptions = ['entity', 'time', 'order', 'product', 'category', 'quantity', 'price', 'amount', 'discount', 'event', 'text'] as const;

/** Splits 'orders.customer_id' into file and column where such a file exists; bare names go for every file that has the column. */
function target(text: string, loaded: readonly Loaded[]): { file?: Loaded; name: string } {
  for (const file of loaded) {
    const prefix = `${file.raw.name}.`;
    if (text.toLowerCase().startsWith(prefix.toLowerCase()) && !file.profiled.columns.some((c) => c.name === text)) return { file, name: text.slice(prefix.length) };
  }
  return { name: text };
}

const findColumn = (file: Loaded, name: string): Column | undefined =>
  file.profiled.columns.find((c) => c.name === name) ?? file.profiled.columns.find((c) => c.name.toLowerCase() === name.trim().toLowerCase());

function checkOverrides(loaded: readonly Loaded[], options: IngestOptions): void {
  const missing = (name: string, file?: Loaded) => {
    const files = file ? [file] : loaded;
    const all = files.flatMap((f) => f.profiled.columns.map((c) => c.name));
    return new ShoalError('ingest/unknown-column', { column: name, source: files.map((f) => f.raw.name).join("', '"), suggestion: closest(name, all) });
  };
  const single = columnOptions.filter((role) => role !== 'amount').flatMap((role) => options[role] ?? []);
  for (const text of [...single, ...(options.label ?? []), ...(options.ignore ?? [])]) {
    const { file, name } = target(text, loaded);
    if (!(file ? [file] : loaded).some((f) => findColumn(f, name))) throw missing(name, file);
  }
  if (options.amount !== undefined) {
    let failure: unknown;
    const fits = loaded.some((file) => {
      try {
        return amountOf(file, options.amount!) !== undefined;
      } catch (error) {
        failure = error;
        return false;
      }
    });
    if (!fits) throw failure;
  }
  for (const file of Object.keys(options.kind ?? {}))
    if (!loaded.some((l) => kindOverride(l, { kind: { [file]: 'lookup' } } as IngestOptions)))
      throw new ShoalError('config/invalid', { problems: `- kind: there is no file '${file}'. The files are ${listWords(loaded.map((l) => `'${l.raw.name}'`))}.` });
}

function amountOf(file: Loaded, text: string): { column?: Column; sql?: string } {
  const column = findColumn(file, text);
  if (column) return { column };
  const names = file.profiled.columns.map((c) => c.name);
  const { sql } = parseExpression(text, names, (name) => numberSql(findColumn(file, name)!), file.raw.name);
  return { sql };
}

const numberSql = (c: Column): string => (isNumeric(c) ? `CAST(${c.value} AS DOUBLE)` : `TRY_CAST(${c.text} AS DOUBLE)`);

function givenColumns(file: Loaded, options: IngestOptions): Given {
  const given: Record<string, Column> = {};
  const pick = (text: string) => {
    const { file: only, name } = target(text, [file]);
    return findColumn(only ?? file, name);
  };
  for (const role of columnOptions) {
    if (role === 'amount' || options[role] === undefined) continue;
    const column = pick(options[role]);
    if (column) given[role] = column;
  }
  let amountSql: string | undefined;
  if (options.amount !== undefined) {
    try {
      const { column, sql } = amountOf(file, options.amount);
      if (column) given['amount'] = column;
      amountSql = sql;
    } catch {
      // Another file has these columns: checkOverrides made sure that one does.
    }
  }
  const indexes = (texts: readonly string[] | undefined) => (texts ?? []).flatMap((text) => pick(text)?.index ?? []);
  return { ...given, ...(amountSql ? { amountSql } : {}), labels: indexes(options.label), ignored: indexes(options.ignore) };
}
