import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createContext } from '../src/context.js';
import { discover } from '../src/flow/discover.js';
import { openView, type RunView } from '../src/flow/view/view.js';
import { dataFolder, emptyFolder } from './support/shoal.js';

const context = createContext();

async function viewOf(file: string): Promise<RunView> {
  const folder = join(await emptyFolder(), 'run');
  const found = await discover([join(dataFolder!, file)], {}, context);
  await found.write(folder, { workspace: true });
  await found.close();
  return openView(folder, context);
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

describe.skipIf(!dataFolder)('views of runs on real files (need the data folder: SHOAL_DATA)', () => {
  it('has the purchases of a CDNOW customer as the file has them', async () => {
    const view = await viewOf('cdnow/CDNOW_sample.txt');
    const lines = readFileSync(join(dataFolder!, 'cdnow/CDNOW_sample.txt'), 'utf8').trim().split('\n').map((line) => line.trim().split(/\s+/));
    const byEntity = grouped(lines, ([id]) => id);
    for (const [id, own] of [...byEntity].slice(0, 12)) {
      const { total, events } = await view.timeline(id);
      // Lines are: id, id in the sample, date, quantity, amount. Purchases of one day are one.
      const days = grouped(own, ([, , day]) => day);
      expect(total).toBe(days.size);
      for (const { at, amount } of events) {
        const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '');
        expect(amount).toBeCloseTo(days.get(day)!.reduce((sum, line) => sum + Number(line[4]), 0), 6);
      }
    }
    await view.close();
  });

  it('has the orders of an online-retail customer, returns told from orders', async () => {
    const view = await viewOf('online-retail/online_retail.csv.gz');
    const [, ...lines] = gunzipSync(readFileSync(join(dataFolder!, 'online-retail/online_retail.csv.gz'))).toString('latin1').split(/\r?\n/).map((line) => line.match(/("([^"]|"")*"|[^,])*(,|$)/g)!.map((cell) => cell.replace(/,$/, '')));
    const own = lines.filter((cells) => cells.includes('17850.0'));
    const orders = grouped(own, ([invoice]) => invoice);
    const { total, events } = await view.timeline('17850', { limit: 500 });
    expect(total).toBe(orders.size);
    for (const { words, amount } of events) {
      const invoice = /^(?:Order|Return) (C?\d+)/.exec(words)![1];
      expect(words.startsWith('Return')).toBe(invoice.startsWith('C'));
      expect(amount).toBeCloseTo(orders.get(invoice)!.reduce((sum, cells) => sum + Number(cells[3]) * Number(cells[5]), 0), 4);
    }
    const { entity, features, explanation, similar } = await view.entity('17850');
    expect(entity).toBe('17850');
    expect(explanation.sentences.length).toBeGreaterThan(1);
    expect(features.find(({ feature }) => feature === 'orders')!.percentile).toBeGreaterThan(0.9);
    expect(similar.length).toBe(8);
    expect((await view.search('1785', 20)).hits.map((hit) => hit.entity)).toContain('17850');
    await view.close();
  });
});
