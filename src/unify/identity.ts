import type { EventKind, Identifier } from '../domain/event.js';
import { identifierText, publicIdOf } from '../domain/event.js';
import { ShoalError } from '../errors.js';
import { grow } from '../util/grow.js';
import { namesSomebody } from '../domain/blocked.js';
import { bytesOf, createNames, type Names } from './names.js';

export interface IdentityOptions {
  /** Values that name nobody, beside the empty one and zeros and dashes. Default: `blockedValues`. */
  readonly blocked?: readonly string[];
  /** How many identifiers of a type one entity may have; of a type that is not listed `others`. Default: one user. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly others?: number;
  /** How many identifiers of all types together. */
  readonly most?: number;
}

/** What brought identifiers together. */
export interface Cause {
  readonly seq: number;
  /** ms */
  readonly at: number;
  readonly kind: EventKind;
}

/**
 * Why two identifiers were not linked.
 * `blocked`: it names nobody. `conflict`: they belong to two different users. `limit`, `size`: the entity has as many of that type, or in all, as it may. `undone`: somebody parted them.
 */
export type Refusal = 'blocked' | 'conflict' | 'limit' | 'size' | 'undone';

export interface Resolution {
  /** Whom the event belongs to, and the identifier (its node) under which it came: that of its first identifier that names somebody. Undefined where none does. */
  readonly entity: number | undefined;
  readonly node: number | undefined;
  /** Entities that became one, in order. `from` is no entity any more. */
  readonly merged: readonly { readonly into: number; readonly from: number; readonly link: number }[];
  readonly refused: readonly { readonly identifier: Identifier; readonly reason: Refusal }[];
}

/** The fact that two identifiers are of one entity. */
export interface Link extends Cause {
  readonly link: number;
  readonly one: Identifier;
  readonly other: Identifier;
  /** The entity that `one` belongs to now. */
  readonly entity: number;
  readonly undone: boolean;
}

/** What became of an entity: the entities there are now instead, with their nodes, oldest first. Its nodes are in exactly one of them, or were forgotten. */
export interface Parted {
  readonly entity: number;
  readonly now: readonly { readonly entity: number; readonly nodes: readonly number[] }[];
}

/**
 * Who is who. An identifier is a node, numbered from 0 in order of appearance; what comes together in one event is linked; an entity is what hangs together by links, and
 * its number is that of its oldest node. So everything follows from the links, and a link can be taken back.
 *
 * Pure and deterministic: the same calls in the same order give the same numbers.
 */
export interface Identity {
  readonly entities: number;
  /** Identifiers seen so far: the number of the next one. */
  readonly nodes: number;
  /**
   * Finds or makes the entity of an event, and links what came together: the first identifier that names somebody with each of the others. An event of a user on a browser that
   * belongs to another user (a shared device) belongs to the user and links nothing; what that browser does without a user stays with whom it belongs to.
   * Of an alias the second identifier may be of either type, `user` or `anonymous`: the one that is known is meant.
   */
  resolve(identifiers: readonly Identifier[], cause: Cause): Resolution;
  /** The entity of an identifier that has been seen. */
  find(identifier: Identifier): number | undefined;
  entityOf(node: number): number | undefined;
  /** The nodes of an entity, oldest first; empty where there is no such entity. */
  nodesOf(entity: number): readonly number[];
  /** Its identifiers, oldest first. */
  identifiersOf(entity: number): readonly Identifier[];
  /** Those of its identifiers that others came with too, without being linked: browsers they shared. */
  sharedOf(entity: number): readonly Identifier[];
  /** What an entity is called outside: its user id, else 'anonymous:…', else its oldest identifier. See `publicIdOf`. */
  publicId(entity: number): string | undefined;
  /** Takes a link back; the two identifiers are never linked with each other again. They stay of one entity where other links hold them together. Undefined where there is no such link (any more). */
  undo(link: number): Parted | undefined;
  /** Forgets identifiers and their links, as if they had never been linked. Their nodes are not used again. */
  forget(identifiers: readonly Identifier[]): readonly Parted[];
  /** Links, newest first: of one entity, of one record of the journal, or all. */
  merges(of?: { readonly entity: number } | { readonly seq: number }): Generator<Link>;
  /** Everything as bytes, in parts that follow each other: about 30 for each link, and 8 and its UTF-8 for each identifier. Not copied: they are views that stay as they are, whatever comes. */
  save(): readonly Uint8Array[];
}

const none = -1;
const kinds: readonly EventKind[] = ['identify', 'track', 'page', 'screen', 'group', 'alias'];
const undone = 8;
const forgotten = 16;

/** @param saved what `save` gave @throws `store/damaged` */
export function createIdentity(options: IdentityOptions = {}, saved?: Uint8Array): Identity {
  const { limits = { user: 1 }, others = 5, most = 50 } = options;
  const usable = namesSomebody(options.blocked);
  const graph = saved ? load(saved) : emptyGraph();
  const { names } = graph;
  /** Of a node: its entity (none: forgotten), the next of the ring of nodes of its entity, and the newest of its links. Of an entity: how many nodes it has. */
  let entityOf = new Int32Array(16);
  let next = new Int32Array(16);
  let newest = new Int32Array(16).fill(none);
  let size = new Int32Array(16);
  /** Nodes that came with another one that they are not linked with. */
  const { shared } = graph;
  /** Of the ends of link `l`, at 2l and 2l + 1: the link before of the same node. */
  let before = new Int32Array(32);
  let nodes = 0;
  let entities = 0;

  function addNode() {
    const node = nodes++;
    entityOf = grow(entityOf, nodes);
    next = grow(next, nodes);
    newest = grow(newest, nodes);
    size = grow(size, nodes);
    newest[node] = none;
    entityOf[node] = next[node] = node;
    size[node] = 1;
    entities++;
  }

  function nodeOf(text: string): number {
    const known = names.find(text);
    if (known !== -1) return known;
    addNode();
    return names.add(text);
  }

  /** Hangs the link into the lists of its two nodes. */
  function attach(link: number) {
    before = grow(before, 2 * link + 2);
    for (const end of [2 * link, 2 * link + 1]) {
      before[end] = newest[graph.ends[end]];
      newest[graph.ends[end]] = end;
    }
  }

  function* linksOf(node: number): Generator<{ link: number; other: number }> {
    for (let end = newest[node]; end !== none; end = before[end]) if (!(graph.flags[end >> 1] & forgotten)) yield { link: end >> 1, other: graph.ends[end ^ 1] };
  }

  function members(entity: number): number[] {
    const all = [entity];
    for (let node = next[entity]; node !== entity; node = next[node]) all.push(node);
    return all.sort((a, b) => a - b);
  }

  function join(one: number, other: number): { into: number; from: number } {
    const into = Math.min(entityOf[one], entityOf[other]);
    const from = Math.max(entityOf[one], entityOf[other]);
    for (const node of members(from)) entityOf[node] = into;
    [next[into], next[from]] = [next[from], next[into]];
    size[into] += size[from];
    entities--;
    return { into, from };
  }

  const typeOf = (node: number) => identifierOf(node).type;

  function identifierOf(node: number): Identifier {
    const text = names.text(node)!;
    const colon = text.indexOf(':');
    return { type: text.slice(0, colon), value: text.slice(colon + 1) };
  }

  /** Why an entity cannot take in nodes of these types. */
  function refusal(entity: number, types: readonly string[]): Refusal | undefined {
    if (size[entity] + types.length > most) return 'size';
    const has = members(entity).map(typeOf);
    for (const type of new Set(types)) {
      const limit = Object.hasOwn(limits, type) ? limits[type] : others;
      const together = [...has, ...types].filter((t) => t === type).length;
      if (together > limit) return type === 'user' ? 'conflict' : 'limit';
    }
    return undefined;
  }

  /** Links a node with another identifier. Gives the reason where it does not, the merge where two entities that were there became one. */
  function link(one: number, text: string, cause: Cause): Refusal | { into: number; from: number; link: number } | undefined {
    const other = names.find(text);
    if (other === one) return undefined;
    if (other === -1) {
      const refused = refusal(entityOf[one], [text.slice(0, text.indexOf(':'))]);
      if (refused) return refused;
      const made = nodeOf(text);
      addLink(one, made, cause);
      join(one, made);
      return undefined;
    }
    for (const l of linksOf(other)) if (l.other === one) return graph.flags[l.link] & undone ? 'undone' : undefined;
    if (entityOf[one] === entityOf[other]) return void addLink(one, other, cause);
    const refused = refusal(entityOf[one], members(entityOf[other]).map(typeOf));
    if (refused) {
      shared.add(other);
      return refused;
    }
    const made = addLink(one, other, cause);
    return { ...join(one, other), link: made };
  }

  function addLink(one: number, other: number, { seq, at, kind }: Cause): number {
    const made = graph.links++;
    graph.seqs = grow(graph.seqs, graph.links);
    graph.ats = grow(graph.ats, graph.links);
    graph.ends = grow(graph.ends, 2 * graph.links);
    graph.flags = grow(graph.flags, graph.links);
    graph.seqs[made] = seq;
    graph.ats[made] = at;
    graph.ends[2 * made] = one;
    graph.ends[2 * made + 1] = other;
    graph.flags[made] = kinds.indexOf(kind);
    attach(made);
    return made;
  }

  /** Makes the entities anew that these nodes are, by the links that hold. */
  function regroup(all: readonly number[]): Parted['now'] {
    const seen = new Set<number>();
    const now = [];
    for (const first of all) {
      if (seen.has(first)) continue;
      const found = [first];
      seen.add(first);
      for (let i = 0; i < found.length; i++) {
        for (const { link, other } of linksOf(found[i])) {
          if (graph.flags[link] & undone || seen.has(other)) continue;
          seen.add(other);
          found.push(other);
        }
      }
      found.sort((a, b) => a - b);
      found.forEach((node, i) => {
        entityOf[node] = found[0];
        next[node] = found[(i + 1) % found.length];
      });
      size[found[0]] = found.length;
      entities++;
      now.push({ entity: found[0], nodes: found });
    }
    return now;
  }

  /** What an alias calls the previous one: SDKs do not say whether it is a user's id or a browser's. */
  function previous({ type, value }: Identifier): string {
    if (type !== 'user' && type !== 'anonymous') return identifierText({ type, value });
    const anonymous = identifierText({ type: 'anonymous', value });
    const user = identifierText({ type: 'user', value });
    return names.find(anonymous) === -1 && names.find(user) !== -1 ? user : anonymous;
  }

  for (let node = 0; node < names.count; node++) addNode();
  for (let l = 0; l < graph.links; l++) {
    attach(l);
    if (graph.flags[l] & (undone | forgotten)) continue;
    if (entityOf[graph.ends[2 * l]] !== entityOf[graph.ends[2 * l + 1]]) join(graph.ends[2 * l], graph.ends[2 * l + 1]);
  }
  for (let node = 0; node < nodes; node++) {
    if (names.text(node) !== undefined) continue;
    entityOf[node] = none;
    entities--;
  }

  const identity: Identity = {
    get entities() { return entities; },
    get nodes() { return nodes; },
    resolve(identifiers, cause) {
      const refused: { identifier: Identifier; reason: Refusal }[] = [];
      const merged: { into: number; from: number; link: number }[] = [];
      let node: number | undefined;
      for (const [i, identifier] of identifiers.entries()) {
        if (!usable(identifier)) refused.push({ identifier, reason: 'blocked' });
        else if (node === undefined) node = nodeOf(identifierText(identifier));
        else {
          const done = link(node, cause.kind === 'alias' && i === 1 ? previous(identifier) : identifierText(identifier), cause);
          if (typeof done === 'string') refused.push({ identifier, reason: done });
          else if (done) merged.push(done);
        }
      }
      return { entity: node === undefined ? undefined : entityOf[node], node, merged, refused };
    },
    find(identifier) {
      const node = names.find(identifierText(identifier));
      return node === -1 ? undefined : entityOf[node];
    },
    entityOf: (node) => (node >= 0 && node < nodes && entityOf[node] !== none ? entityOf[node] : undefined),
    nodesOf: (entity) => (entity >= 0 && entity < nodes && entityOf[entity] === entity ? members(entity) : []),
    identifiersOf: (entity) => identity.nodesOf(entity).map(identifierOf),
    sharedOf: (entity) => identity.nodesOf(entity).filter((node) => shared.has(node)).map(identifierOf),
    publicId(entity) {
      const all = identity.identifiersOf(entity);
      const best = all.find(({ type }) => type === 'user') ?? all.find(({ type }) => type === 'anonymous') ?? all[0];
      return best && publicIdOf(best);
    },
    undo(link) {
      if (!(link >= 0 && link < graph.links) || graph.flags[link] & (undone | forgotten)) return undefined;
      setFlag(graph, link, undone);
      shared.add(graph.ends[2 * link + 1]);
      const entity = entityOf[graph.ends[2 * link]];
      const all = members(entity);
      entities--;
      return { entity, now: regroup(all) };
    },
    forget(identifiers) {
      const gone = new Map<number, Set<number>>();
      for (const identifier of identifiers) {
        const node = names.find(identifierText(identifier));
        if (node === -1) continue;
        const of = gone.get(entityOf[node]);
        if (of) of.add(node);
        else gone.set(entityOf[node], new Set([node]));
      }
      return [...gone].sort(([a], [b]) => a - b).map(([entity, dead]) => {
        const all = members(entity);
        for (const node of dead) {
          for (const { link } of linksOf(node)) setFlag(graph, link, forgotten);
          names.drop(node);
          shared.delete(node);
          entityOf[node] = none;
        }
        entities--;
        return { entity, now: regroup(all.filter((node) => !dead.has(node))) };
      });
    },
    *merges(of) {
      const entity = of && 'entity' in of ? of.entity : undefined;
      const candidates = entity === undefined ? undefined : [...new Set(identity.nodesOf(entity).flatMap((node) => [...linksOf(node)].map((l) => l.link)))].sort((a, b) => b - a);
      for (const link of candidates ?? downFrom(graph.links)) {
        if (graph.flags[link] & forgotten) continue;
        // Records come in order, so behind an earlier one there is nothing more.
        if (of && 'seq' in of && graph.seqs[link] < of.seq) return;
        if (of && 'seq' in of && graph.seqs[link] !== of.seq) continue;
        const one = graph.ends[2 * link];
        yield {
          link, seq: graph.seqs[link], at: graph.ats[link], kind: kinds[graph.flags[link] & 7], one: identifierOf(one), other: identifierOf(graph.ends[2 * link + 1]),
          entity: entityOf[one], undone: (graph.flags[link] & undone) !== 0,
        };
      }
    },
    save: () => save(graph),
  };
  return identity;
}

/** What is kept: the names of the nodes, which of them are shared, and of each link its two nodes, the record and the moment it came from, its kind and what became of it. All else follows. */
interface Graph {
  readonly names: Names;
  readonly shared: Set<number>;
  links: number;
  ends: Int32Array;
  seqs: Float64Array;
  ats: Float64Array;
  flags: Uint8Array;
  /** Whether somebody may still read the flags as they were saved. */
  lent: boolean;
}

const emptyGraph = (): Graph => ({ names: createNames(), shared: new Set(), links: 0, ends: new Int32Array(32), seqs: new Float64Array(16), ats: new Float64Array(16), flags: new Uint8Array(16), lent: false });

const mark = 0x33444953; // 'SID3'
/** As it was written when names lay one by one, and before it was known which nodes are shared. */
const markOneByOne = 0x32444953; // 'SID2'
const markBefore = 0x31444953; // 'SID1'

function setFlag(graph: Graph, link: number, flag: number): void {
  if (graph.lent) [graph.flags, graph.lent] = [graph.flags.slice(), false];
  graph.flags[link] |= flag;
}

function save(graph: Graph): readonly Uint8Array[] {
  const { names, shared, links, ends, seqs, ats, flags } = graph;
  graph.lent = true;
  return [new Uint32Array([mark, links]), seqs.subarray(0, links), ats.subarray(0, links), ends.subarray(0, 2 * links), flags.subarray(0, links), new Uint32Array([shared.size, ...[...shared].sort((a, b) => a - b)])].map(bytesOf).concat(names.save());
}

function load(bytes: Uint8Array): Graph {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = () => new ShoalError('store/damaged', { place: 'saved identities', reason: 'these are not its bytes' });
  const first = bytes.byteLength >= 8 ? head.getUint32(0, true) : 0;
  if (first !== mark && first !== markOneByOne && first !== markBefore) throw damaged();
  const links = head.getUint32(4, true);
  const part = (start: number, each: number) => bytes.slice(8 + start * links, 8 + (start + each) * links).buffer as ArrayBuffer;
  let at = 8 + 25 * links;
  const next = () => {
    if (at + 4 > bytes.byteLength) throw damaged();
    return head.getUint32((at += 4) - 4, true);
  };
  const shared = new Set<number>();
  if (first !== markBefore) for (let left = next(); left > 0; left--) shared.add(next());
  if (bytes.byteLength < at) throw damaged();
  const names = createNames(bytes.subarray(at), first !== mark);
  // What may be shared is taken for it.
  if (first === markBefore) for (let node = 0; node < names.count; node++) if (names.text(node) !== undefined) shared.add(node);
  return { names, shared, links, seqs: new Float64Array(part(0, 8)), ats: new Float64Array(part(8, 8)), ends: new Int32Array(part(16, 8)), flags: new Uint8Array(part(24, 1)), lent: false };
}

function* downFrom(count: number): Generator<number> {
  for (let i = count - 1; i >= 0; i--) yield i;
}
