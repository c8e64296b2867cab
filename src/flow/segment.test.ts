import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createContext } from '../context.js';
import { createRng } from '../util/rng.js';
import { unusualEntities } from './segment.js';

it('takes the seed from the options, whatever the context says', async () => {
  const rng = createRng(1, 'people');
  const file = join(await mkdtemp(join(tmpdir(), 'shoal-flow-')), 'people.csv');
  await writeFile(file, ['id,age,income', ...Array.from({ length: 200 }, (_, i) => `P${i},${Math.round(40 + 10 * rng.normal())},${Math.round(50_000 + 9_000 * rng.normal())}`)].join('\n'));
  const scores = async (option: number, given: number) => (await unusualEntities([file], { seed: option }, 5, createContext({ seed: given }))).map(({ score }) => score);
  expect(await scores(3, 8)).toEqual(await scores(3, 9));
  expect(await scores(3, 8)).not.toEqual(await scores(4, 8));
});
