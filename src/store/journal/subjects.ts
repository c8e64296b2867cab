import { createHmac } from 'node:crypto';
import { identifierOfPublicId, publicIdOf, type Identifier } from '../../domain/event.js';
import { ShoalError } from '../../errors.js';
import { asBuffer, randomPool, type Sealer } from './seal.js';
import type { JournalTables, SubjectRow } from './tables.js';

/** Somebody's number, key and name: all that is known of them goes with the key. */
export interface Subject {
  readonly number: number;
  readonly key: Uint8Array;
  readonly name: string;
}

/** Text under which a subject is found. An entity is called by one of its identifiers, and what is told of it belongs to that one. */
export const nameOf = ({ type, value }: Identifier): string => `${type.length}:${type}${value}`;
export const nameOfEntity = (id: string): string => nameOf(identifierOfPublicId(id));
/** The public id of an entity of that name. */
export function publicIdIn(name: string): string {
  const colon = name.indexOf(':');
  const end = colon + 1 + Number(name.slice(0, colon));
  return publicIdOf({ type: name.slice(colon + 1, end), value: name.slice(end) });
}

/** Subjects kept in memory, each some hundred bytes. */
const most = 250_000;
const keyLength = 32;

/** Keys and names of subjects: a table of HMACs, and those used of late in memory. They are sealed with the workspace's own key. */
export class Subjects {
  readonly #named = new Map<string, Subject>();
  readonly #numbered = new Map<number, string>();
  readonly #random = randomPool(keyLength);

  constructor(
    private readonly tables: JournalTables,
    private readonly sealer: Sealer,
    private readonly workspaceKey: Uint8Array,
    private readonly secret: Uint8Array,
  ) {}

  /** Brings those there are of these names into memory, where they stay until `done`. */
  async load(names: Iterable<string>): Promise<void> {
    const missing = new Map<string, string>();
    for (const name of names) if (!this.#named.has(name)) missing.set(this.hashOf(name).toString('latin1'), name);
    if (missing.size === 0) return;
    for (const row of await this.tables.subjectsNamed([...missing.keys()].map((hmac) => Buffer.from(hmac, 'latin1')))) this.keep(missing.get(asBuffer(row.hmac!).toString('latin1'))!, this.#subjectIn(row)!);
  }

  /** Somebody who is in memory. */
  named(name: string): Subject | undefined {
    return this.#named.get(name);
  }

  /** Those of these numbers; undefined where the key was destroyed. @throws `store/damaged` */
  async numbered(numbers: Iterable<number>): Promise<Map<number, Subject | undefined>> {
    const found = new Map<number, Subject | undefined>();
    const missing: number[] = [];
    for (const number of new Set(numbers)) {
      const name = this.#numbered.get(number);
      if (number === 0) found.set(0, { number, key: this.workspaceKey, name: '' });
      else if (name !== undefined) found.set(number, this.#named.get(name)!);
      else missing.push(number);
    }
    if (missing.length > 0) for (const row of await this.tables.subjects(missing)) found.set(row.number, this.#subjectIn(row));
    return found;
  }

  /** A new subject, and the row to write of it. */
  make(name: string, number: number): { subject: Subject; row: SubjectRow } {
    const key = Buffer.from(this.#random());
    const hmac = this.hashOf(name);
    return { subject: { number, key, name }, row: { number, hmac, key: this.sealer.seal(this.workspaceKey, 'subjects', [number, ...numbersOf(hmac)], Buffer.concat([key, Buffer.from(name, 'utf16le')])), erased: null } };
  }

  keep(name: string, subject: Subject): void {
    this.#named.set(name, subject);
    this.#numbered.set(subject.number, name);
  }

  /** Forgets those that came first, of more than are kept: in order of their coming, since to keep them in that of their use would cost more than it saves. */
  done(): void {
    for (const name of this.#named.keys()) {
      if (this.#named.size <= most) return;
      this.drop(name);
    }
  }

  drop(name: string): void {
    const known = this.#named.get(name);
    if (!known) return;
    this.#named.delete(name);
    this.#numbered.delete(known.number);
  }

  /** What a name is found by: 32 bytes that say nothing to whoever has not the secret. */
  hashOf(name: string): Buffer {
    // As UTF-16, since two texts with halves of characters in them can be the same UTF-8.
    return createHmac('sha256', this.secret).update(name, 'utf16le').digest();
  }

  /** Whom a row is of; undefined where it says that their key was destroyed. */
  #subjectIn({ number, hmac, key, erased }: SubjectRow): Subject | undefined {
    if (erased !== null && hmac === null && key === null) return undefined;
    const opened = erased === null && hmac?.length === 32 && key ? this.sealer.open(this.workspaceKey, 'subjects', [number, ...numbersOf(hmac)], key) : undefined;
    if (!opened) throw new ShoalError('store/damaged', { place: this.tables.name, reason: `the key of subject ${number} is not as it was written` });
    return { number, key: opened.subarray(0, keyLength), name: opened.toString('utf16le', keyLength) };
  }
}

/** Bytes as numbers for the associated data. */
function numbersOf(hmac: Uint8Array): number[] {
  const bytes = asBuffer(hmac);
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
}
