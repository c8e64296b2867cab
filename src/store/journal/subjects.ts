import { createHmac, randomBytes } from 'node:crypto';
import type { Identifier } from '../../domain/event.js';
import { ShoalError } from '../../errors.js';
import { asBuffer, type Sealer } from './seal.js';
import type { JournalTables, SubjectRow } from './tables.js';

/** Somebody's number and key. */
export interface Subject {
  readonly number: number;
  readonly key: Uint8Array;
}

/** Text under which a subject is found: of an identifier, or of the public id of an entity. No two of either kind share one. */
export const nameOf = ({ type, value }: Identifier): string => JSON.stringify([type, value]);
export const nameOfEntity = (id: string): string => JSON.stringify([id]);

/** Subjects kept in memory, each some hundred bytes. */
const most = 50_000;

/** Keys of subjects: a table of HMACs, and the newest used of them in memory. Keys are sealed with the workspace's own. */
export class Subjects {
  readonly #named = new Map<string, Subject>();
  readonly #numbered = new Map<number, string>();

  constructor(
    private readonly tables: JournalTables,
    private readonly sealer: Sealer,
    private readonly workspaceKey: Uint8Array,
    private readonly secret: Uint8Array,
  ) {}

  /** Those there are of these names. */
  async named(names: Iterable<string>): Promise<Map<string, Subject>> {
    const found = new Map<string, Subject>();
    const missing = new Map<string, string>();
    for (const name of names) {
      const known = this.#named.get(name);
      if (known) {
        found.set(name, known);
        this.keep(name, known);
      } else missing.set(this.#hmac(name).toString('latin1'), name);
    }
    if (missing.size === 0) return found;
    for (const row of await this.tables.subjectsNamed([...missing.keys()].map((hmac) => Buffer.from(hmac, 'latin1')))) {
      const name = missing.get(asBuffer(row.hmac!).toString('latin1'))!;
      const subject = { number: row.number, key: this.#keyIn(row)! };
      found.set(name, subject);
      this.keep(name, subject);
    }
    return found;
  }

  /** Keys of these numbers; undefined where it was destroyed. @throws `store/damaged` */
  async keys(numbers: Iterable<number>): Promise<Map<number, Uint8Array | undefined>> {
    const found = new Map<number, Uint8Array | undefined>();
    const missing: number[] = [];
    for (const number of new Set(numbers)) {
      const name = this.#numbered.get(number);
      if (number === 0) found.set(0, this.workspaceKey);
      else if (name !== undefined) found.set(number, this.#named.get(name)!.key);
      else missing.push(number);
    }
    if (missing.length > 0) for (const row of await this.tables.subjects(missing)) found.set(row.number, this.#keyIn(row));
    return found;
  }

  /** A new subject, and the row to write of it. */
  make(name: string, number: number): { subject: Subject; row: SubjectRow } {
    const key = randomBytes(32);
    const hmac = this.#hmac(name);
    return { subject: { number, key }, row: { number, hmac, key: this.sealer.seal(this.workspaceKey, 'subjects', [number, ...numbersOf(hmac)], key), erased: null } };
  }

  keep(name: string, subject: Subject): void {
    this.#named.delete(name);
    this.#named.set(name, subject);
    this.#numbered.set(subject.number, name);
    if (this.#named.size > most) this.drop(this.#named.keys().next().value!);
  }

  drop(name: string): void {
    const known = this.#named.get(name);
    if (!known) return;
    this.#named.delete(name);
    this.#numbered.delete(known.number);
  }

  #hmac(name: string): Buffer {
    return createHmac('sha256', this.secret).update(name).digest();
  }

  /** The key in a row; undefined where the row says that it was destroyed. */
  #keyIn({ number, hmac, key, erased }: SubjectRow): Uint8Array | undefined {
    if (erased !== null && hmac === null && key === null) return undefined;
    const opened = erased === null && hmac?.length === 32 && key ? this.sealer.open(this.workspaceKey, 'subjects', [number, ...numbersOf(hmac)], key) : undefined;
    if (!opened) throw new ShoalError('store/damaged', { place: this.tables.name, reason: `the key of subject ${number} is not as it was written` });
    return opened;
  }
}

/** Bytes as numbers for the associated data. */
function numbersOf(hmac: Uint8Array): number[] {
  const bytes = asBuffer(hmac);
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
}
