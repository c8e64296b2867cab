import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeAll, writeText } from './output.js';

const fresh = () => mkdtemp(join(tmpdir(), 'shoal-output-'));

it('moves every file into place at the end', async () => {
  const folder = join(await fresh(), 'out');
  await writeAll(folder, async (path) => {
    await writeText(path('a.txt'), 'a');
    await writeText(path('b.txt'), 'b');
  });
  expect((await readdir(folder)).sort()).toEqual(['a.txt', 'b.txt']);
});

it('removes what an earlier run wrote and this one does not, and nothing else', async () => {
  const folder = await fresh();
  for (const name of ['old.sql', 'mine.txt']) await writeFile(join(folder, name), 'before');
  await writeAll(folder, (path) => writeText(path('a.txt'), 'a'), ['a.txt', 'old.sql']);
  expect((await readdir(folder)).sort()).toEqual(['a.txt', 'mine.txt']);
});

it('leaves an earlier run untouched when writing fails half-way', async () => {
  const folder = await fresh();
  await writeFile(join(folder, 'a.txt'), 'before');
  const broken = writeAll(folder, async (path) => {
    await writeText(path('a.txt'), 'after');
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  await expect(broken).rejects.toMatchObject({ code: 'run/write-failed', message: expect.stringContaining('The disk is full') });
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('before');
  expect(await readdir(folder)).toEqual(['a.txt']);
});

it('removes the folder it made when nothing could be written', async () => {
  const parent = await fresh();
  await expect(writeAll(join(parent, 'out'), () => Promise.reject(new Error('odd')))).rejects.toMatchObject({ code: 'run/write-failed' });
  expect(await readdir(parent)).toEqual([]);
});

it('says so when the target is a file', async () => {
  const path = join(await fresh(), 'file');
  await writeFile(path, '');
  await expect(writeAll(path, async () => {})).rejects.toMatchObject({ code: 'run/write-failed', message: expect.stringContaining('--out') });
});
