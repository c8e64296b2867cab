import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWorkspace } from '../scripts/build-ui.mjs';
import { emptyFolder } from './support/shoal.js';

describe('the built workspace', () => {
  let folder: string;
  let firstLoad: number;

  beforeAll(async () => {
    folder = await emptyFolder('shoal-built');
    ({ firstLoad } = await buildWorkspace({ out: folder }));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes less than 250 kB, gzipped, for its first page', () => {
    expect(firstLoad).toBeGreaterThan(50_000);
    expect(firstLoad).toBeLessThan(250_000);
  });

  it('holds nothing inline, which the content policy would forbid', async () => {
    const page = await readFile(join(folder, 'workspace.html'), 'utf8');
    expect(page).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/i);
  });

  it('names every piece by its content, and splits the pages from one another', async () => {
    const assets = await readdir(join(folder, 'assets'));
    expect(assets.filter((name) => !/-[\w-]{8}\.(js|css)$/.test(name))).toEqual([]);
    expect(assets.filter((name) => /Page-.*\.js$/.test(name)).length).toBeGreaterThan(10);
  });
});
