import { mkdir, mkdtemp, open, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { openEngine } from '../engine/catalog.js';
import { quoteText } from '../util/quote.js';
import { serverConfig } from './config.js';
import { diskName } from './file-name.js';
import { openFiles, tidyFiles } from './files.js';
import { parquetFooter } from './parquet-footer.js';

const by = { actor: 'test' };
const { files: fileLimits } = serverConfig({}, {});
const table = 'customer,amount\n1,10\n2,20\n';
const day = 86_400_000;

async function* of(...parts: (string | Uint8Array)[]) {
  for (const part of parts) yield Buffer.from(part as string);
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-files-'));
});
const files = (limits = fileLimits, clock = () => 5) => openFiles(folder, { limits, clock });

describe('files of a workspace', () => {
  it('keeps a file with its name, size and fingerprint, and lists the newest first', async () => {
    let now = 1;
    const stored = files(fileLimits, () => now++);
    const first = await stored.add('Orders 2024.csv', of('customer,amount\n', '1,10\n2,20\n'), by);
    const second = await stored.add('größe.csv.gz', of(gzipSync(table)), by, { origin: 'demo' });
    expect(first).toMatchObject({ name: 'Orders 2024.csv', bytes: 26, added: 1, format: 'text', gzipped: false, origin: 'upload', fingerprint: '0ff49f0c2d6fd351' });
    expect(second).toMatchObject({ gzipped: true, origin: 'demo' });
    expect(await stored.list()).toEqual([second, first]);
    expect(await readFile(await stored.path(first.id), 'utf8')).toBe(table);
    expect(await stored.path(first.id)).toBe(join(folder, first.id, 'Orders 2024.csv'));
  });

  it('gives a removed file back within seven days, then forgets it', async () => {
    const stored = files();
    const file = await stored.add('a.csv', of(table), by);
    await stored.remove(file.id, by);
    expect(await stored.list()).toEqual([]);
    await expect(stored.path(file.id)).rejects.toMatchObject({ code: 'files/unknown' });
    await tidyFiles(folder, 6 * day);
    expect(await stored.restore(file.id, by)).toEqual(file);
    expect(await stored.list()).toEqual([file]);
    await stored.remove(file.id, by);
    await tidyFiles(folder, 8 * day);
    await expect(stored.restore(file.id, by)).rejects.toMatchObject({ code: 'files/unknown' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves nothing of an upload that breaks off, is too large or is stopped', async () => {
    const broken = async function* () {
      yield Buffer.from(table);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    };
    await expect(files().add('a.csv', broken(), by)).rejects.toMatchObject({ code: 'run/write-failed', message: expect.stringContaining('broke off') });
    await expect(files({ bytes: 19, unpacked: 1000 }).add('a.csv', of('customer,', 'amount\n1,2\n'), by)).rejects.toMatchObject({ code: 'files/too-large' });
    await expect(files().add('a.csv', of(table), by, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'run/aborted' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('stops reading at the limit, however much more would come', async () => {
    let given = 0;
    const endless = async function* () {
      for (;;) {
        given++;
        yield Buffer.alloc(1 << 16, 'a');
      }
    };
    await expect(files({ bytes: 1 << 20, unpacked: 1 << 20 }).add('a.csv', endless(), by)).rejects.toMatchObject({ code: 'files/too-large', message: expect.stringContaining('1 MiB') });
    expect(given).toBe(17);
  });

  it('shows nothing of an upload that a killed server left', async () => {
    const file = await files().add('a.csv', of(table), by);
    await mkdir(join(folder, '.partial-file_0'));
    await writeFile(join(folder, '.partial-file_0', 'half.csv'), 'customer');
    expect(await files().list()).toEqual([file]);
  });

  it('refuses ids that are none', async () => {
    for (const id of ['../../etc', '', 'file_xyz', '.removed-1-file_0000000000000000', '__proto__', 'file_0000000000000000', 'file_0000000000000000/..']) {
      for (const ask of [files().get(id), files().path(id), files().remove(id, by), files().restore(id, by)]) await expect(ask).rejects.toMatchObject({ code: 'files/unknown' });
    }
  });
});

describe('hostile files', () => {
  const refused = (name: string, content: Uint8Array | string, limits = fileLimits) => expect(files(limits).add(name, of(content), by)).rejects;

  it('refuses what is no table, by its bytes', async () => {
    await refused('a.csv', '').toMatchObject({ code: 'ingest/empty-file' });
    await refused('a.csv', gzipSync('')).toMatchObject({ code: 'ingest/empty-file' });
    await refused('a.csv', Buffer.from('504b0304aabb', 'hex')).toMatchObject({ code: 'ingest/binary-file', message: expect.stringContaining('zip') });
    await refused('a.csv.gz', gzipSync(Buffer.from('504b0304aabb', 'hex'))).toMatchObject({ code: 'ingest/binary-file' });
    await refused('a.csv', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])).toMatchObject({ code: 'ingest/binary-file' });
    await refused('a.csv.gz', gzipSync(gzipSync(table))).toMatchObject({ code: 'ingest/binary-file', message: expect.stringContaining('inside another') });
    await refused('a.csv.gz', gzipSync(table).subarray(0, 20)).toMatchObject({ code: 'ingest/unreadable-file' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a gzip bomb without unpacking it all', async () => {
    const bomb = Buffer.concat(Array.from({ length: 400 }, () => gzipSync(Buffer.alloc(1 << 20, 'a'))));
    await refused('bomb.csv.gz', bomb).toMatchObject({ code: 'files/bomb', message: expect.stringContaining('100 times') });
    await refused('large.csv.gz', gzipSync(table.repeat(10_000)), { bytes: 1 << 20, unpacked: 100_000 }).toMatchObject({ code: 'files/bomb', message: expect.stringContaining('97.7 KiB') });
    await expect(files().add('small.csv.gz', of(gzipSync(table.repeat(10_000))), by)).resolves.toMatchObject({ gzipped: true });
  });

  it('takes sound Parquet, and refuses damaged footers and ones that promise too much', async () => {
    const engine = await openEngine({ threads: 1 });
    const sound = join(folder, 'sound.parquet'), bomb = join(folder, 'bomb.parquet');
    await engine.run(`COPY (SELECT range AS id, random() AS amount FROM range(10000)) TO ${quoteText(sound)} (FORMAT parquet)`, 'test');
    await engine.run(`COPY (SELECT 1 AS id FROM range(20000000)) TO ${quoteText(bomb)} (FORMAT parquet)`, 'test');
    await engine.close();
    const bytes = await readFile(sound);
    expect(await files().add('a.parquet', of(bytes), by)).toMatchObject({ format: 'parquet', gzipped: false });
    expect((await stat(bomb)).size).toBeLessThan(100_000);
    await refused('a.parquet', await readFile(bomb)).toMatchObject({ code: 'files/bomb', message: expect.stringContaining('20,000,000 rows') });
    await refused('a.parquet', bytes, { bytes: 1 << 20, unpacked: 10_000 }).toMatchObject({ code: 'files/bomb' });
    await refused('a.parquet', bytes.subarray(0, bytes.length - 1)).toMatchObject({ code: 'ingest/unreadable-file' });
    await refused('a.parquet', 'PAR1').toMatchObject({ code: 'ingest/unreadable-file' });
    await refused('a.parquet.gz', gzipSync(bytes)).toMatchObject({ code: 'ingest/unreadable-file' });
    const length = Buffer.from(bytes);
    length.writeUInt32LE(0xffffffff, bytes.length - 8);
    await refused('a.parquet', length).toMatchObject({ code: 'ingest/unreadable-file' });
    // Whatever bytes of the footer are changed, the answer is a refusal or a file, never another failure.
    const footer = bytes.readUInt32LE(bytes.length - 8);
    await fc.assert(fc.asyncProperty(fc.nat(footer - 1), fc.nat(255), async (at, byte) => {
      const changed = Buffer.from(bytes);
      changed[bytes.length - 8 - footer + at] = byte;
      const code = await files().add('a.parquet', of(changed), by).then(() => 'ok', (error: { code: string }) => error.code);
      expect(['ok', 'ingest/unreadable-file', 'files/bomb']).toContain(code);
    }), { numRuns: 200 });
  });
});

it('one file whose description cannot be read is not there; the others are', async () => {
  const kept = await files().add('kept.csv', of(table), by);
  for (const text of ['', '{"name":', 'null', '{}', '[1]']) {
    const { id } = await files().add('lost.csv', of(table), by);
    await writeFile(join(folder, id, '.file.json'), text);
    await expect(files().get(id)).rejects.toMatchObject({ code: 'files/unknown' });
  }
  expect(await files().list()).toEqual([kept]);
});

describe('a hostile Parquet footer', () => {
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
  /** A table without rows or columns, with a list of so many structs of one byte beside. */
  const withBlanks = (blanks: number) => Buffer.concat([Buffer.from([0x36, 0, 0x19, 0x0c]), Buffer.from([0x19, 0xfc, ...varint(blanks)]), Buffer.alloc(blanks), Buffer.from([0])]);
  const footerOf = async (footer: Buffer) => {
    const path = join(folder, 'footer.parquet');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await writeFile(path, Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')]));
    const handle = await open(path);
    return parquetFooter(handle, (await handle.stat()).size).finally(() => handle.close());
  };

  it('takes no more memory than its bytes, however many parts it has', async () => {
    // An object for each would be more than a gigabyte.
    expect(await footerOf(withBlanks(15_000_000))).toEqual({ rows: 0, rowGroups: 0, columns: 0, packed: 0, unpacked: 0 });
  });

  it('is refused from 16 MiB on, and where it nests without end', async () => {
    expect(await footerOf(withBlanks(17 << 20))).toBeUndefined();
    expect(await footerOf(Buffer.alloc(1_000_000, 0x1c))).toBeUndefined();
    expect(await footerOf(Buffer.alloc(1_000_000, 0x19))).toBeUndefined();
  });
});

describe('the name of a file on the disk', () => {
  it('keeps readable names, and replaces what could mean something to a system', () => {
    expect(diskName('orders.csv')).toBe('orders.csv');
    expect(diskName('Käufe 2024 (neu).csv.gz')).toBe('Käufe 2024 (neu).csv.gz');
    expect(diskName('顧客.csv')).toBe('顧客.csv');
    expect(diskName('a*[b]?{c}$(d)`e`|;&\'"<x>.csv')).toBe('a__b___c__(d)_e_______x_.csv');
    expect(diskName('.htaccess')).toBe('htaccess');
    expect(diskName('-rf.csv')).toBe('rf.csv');
    expect(diskName('__proto__')).toBe('__proto__');
    expect(diskName('%')).toBe('_');
    expect(diskName('. .csv')).toBe('csv');
    expect(diskName(`${'é'.repeat(100)}.parquet`)).toBe(`${'é'.repeat(56)}.parquet`);
  });

  it.each([
    ['', 'empty'], ['   ', 'empty'], ['../../etc/passwd', 'path'], ['a/b.csv', 'path'], ['..\\..\\boot.ini', 'path'], ['/etc/passwd', 'path'], ['..', 'dots'], ['.', 'dots'],
    ['CON', 'reserved'], ['con.csv', 'reserved'], ['LPT1.txt.gz', 'reserved'], ['nul ', 'reserved'], ['a\0.csv', 'control'], ['a\n.csv', 'control'], ['a\u202Evsc.exe', 'control'],
    [`${'a'.repeat(300)}.csv`, '304 bytes'], ['\ud800.csv', 'Unicode'],
  ])('refuses %j', (name, reason) => {
    expect(() => diskName(name)).toThrowError(expect.objectContaining({ code: 'files/bad-name', message: expect.stringContaining(reason) }));
  });

  it('is a plain name for any text at all, or none', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
      let made: string;
      try {
        made = diskName(name);
      } catch (error) {
        return void expect(error).toMatchObject({ code: 'files/bad-name' });
      }
      expect(made).toMatch(/^[^./\\\s-][^/\\\u0000-\u001f]*$/);
      expect(Buffer.byteLength(made)).toBeLessThanOrEqual(130);
    }), { numRuns: 2000 });
  });
});
