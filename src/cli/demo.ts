import { join } from 'node:path';
import { z } from 'zod';
import { simulate, simulateSchema } from '../simulate/simulate.js';
import type { Command } from './command.js';
import { openSession } from './session.js';
import { openTerminal } from './terminal.js';

const market = simulateSchema.shape;

const options = z.strictObject({
  customers: market.customers.default(20_000),
  seed: market.seed.default(1),
  out: market.out.default('shoal-demo').meta({ value: '<folder>' }),
  format: market.format,
  only: market.only.meta({ value: '<file>' }),
  end: market.end.meta({ value: '<date>' }),
  months: market.months,
  structure: market.structure,
  discover: z.boolean().default(false).describe('Run discover on it right away'),
  json: z.boolean().default(false).describe('Print what was made as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

export const demoCommand: Command<typeof options> = {
  name: 'demo',
  summary: 'Makes a synthetic market: orders, browsing, e-mail, reviews, support and promotions, with planted segments and the truth beside it.',
  options,
  examples: [
    ['shoal demo --discover', '20,000 customers, then their segments and a report'],
    ['shoal demo --customers 1000000 --only orders --out big', 'a large order log alone'],
    ['shoal demo --structure none', 'a market with nothing to find, to see Shoal say so'],
  ],
  async run({ options: { discover, json, quiet, ...simulateOptions } }) {
    const terminal = openTerminal({ quiet, json: json && !discover });
    const session = openSession(terminal, { seed: simulateOptions.seed });
    try {
      const made = await simulate(simulateOptions, session.context);
      terminal.done();
      terminal.data(made);
      const rows = Object.values(made.counts.rows).reduce((a, b) => a + b, 0);
      if (!json) terminal.say(`${simulateOptions.out}/ holds a market of ${made.counts.customers.toLocaleString('en')} customers (${rows.toLocaleString('en')} rows in ${Object.keys(made.files).length} files); the planted truth is in ${made.truthFile}.`);
      if (!discover) return;
      session.close();
      const { discoverCommand } = await import('./discover.js');
      terminal.say();
      await discoverCommand.run({
        positionals: Object.values(made.files),
        options: discoverCommand.options.parse({ seed: simulateOptions.seed, out: join(simulateOptions.out, 'shoal-out'), json, quiet }),
      });
    } finally {
      session.close();
    }
  },
};
