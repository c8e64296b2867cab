import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { checkAborted, type Context } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import { ShoalError } from '../errors.js';
import { createCustomer, drawCustomer } from './customer.js';
import { CsvFile, encode, quoted } from './csv-file.js';
import { dayText } from './calendar.js';
import { Dice } from './dice.js';
import { createNewsletters, emailsHeader, writeEmails } from './emails.js';
import { createVisits, eventsHeader, writeEvents } from './events.js';
import { createMarket, type Market } from './market.js';
import { createOrders, drawOrders, ordersHeader, writeOrders, type OrderDirt } from './orders.js';
import { customersHeader, writePerson } from './people.js';
import { reviewsHeader, writeReviews } from './reviews.js';
import { supportHeader, writeSupport } from './support.js';
import { truthHeader, writeTruth } from './truth.js';

export const simulatedSources = ['customers', 'products', 'orders', 'events', 'emails', 'reviews', 'support', 'promotions'] as const;

export type SimulatedSource = (typeof simulatedSources)[number];

export const simulateSchema = z.strictObject({
  customers: z.number().int().min(1).max(16_000_000).describe('How many customers the market has'),
  seed: z.number().int().min(0).describe('Which market'),
  out: z.string().min(1).describe('Folder for the files'),
  format: z.enum(['csv', 'parquet']).default('csv').describe('How the files are written'),
  only: z.array(z.enum(simulatedSources)).min(1).optional().describe('Which files to write; all of them unless given'),
  end: z.iso.date().default('2026-06-30').describe('Last day of the history'),
  months: z.number().int().min(9).max(36).default(24).describe('Length of the history'),
  structure: z.enum(['segments', 'none']).default('segments').describe("'none': everyone is drawn from one continuum, so there is nothing to find"),
});

export type SimulateOptions = z.input<typeof simulateSchema>;

export interface Simulated {
  /** The files written, by what they hold. */
  readonly files: Readonly<Partial<Record<SimulatedSource, string>>>;
  /** The planted truth, in a subfolder of its own so that nobody feeds it to the analysis by accident. */
  readonly truthFile: string;
  readonly counts: {
    readonly customers: number;
    /** Rows per file, without the header. */
    readonly rows: Readonly<Partial<Record<SimulatedSource, number>>>;
    /** Customers per planted segment. */
    readonly segments: Readonly<Record<string, number>>;
    /** What was spoiled on purpose in the order lines. */
    readonly dirt: Readonly<OrderDirt>;
  };
}

/**
 * Writes a synthetic market: a shop's export (people, products, order lines, browsing, e-mail, reviews, support, promotions) and, apart, the
 * segment each customer was planted in. Customer i depends on nothing but the seed and i, so a larger market begins with the smaller one
 * byte for byte, and memory does not grow with it. Order rows: `unit_price` is what was paid per unit, `discount` the share of the list price
 * already taken off. Throws `config/invalid`, `run/write-failed`, `run/aborted`; nothing is left half-written.
 */
export async function simulate(options: SimulateOptions, context: Context): Promise<Simulated> {
  const settings = parse(options);
  const market = createMarket(settings);
  const wanted = new Set<SimulatedSource>(settings.only ?? simulatedSources);
  const truthFile = join(settings.out, 'truth', 'truth.csv');
  prepareFolder(join(settings.out, 'truth'));
  const open = openFiles(settings.out, wanted, truthFile);
  try {
    const { segments, dirt } = await writeCustomers(market, settings.customers, open, context);
    if (open.tables.products) writeProducts(market, open.tables.products);
    if (open.tables.promotions) writePromotions(market, open.tables.promotions);
    const rows = finish(open);
    const files = settings.format === 'parquet' ? await toParquet(open.paths, context) : open.paths;
    return { files, truthFile, counts: { customers: settings.customers, rows, segments, dirt } };
  } catch (error) {
    discard(open);
    throw error;
  }
}

interface OpenFiles {
  readonly tables: Partial<Record<SimulatedSource, CsvFile>>;
  readonly paths: Partial<Record<SimulatedSource, string>>;
  readonly truth: CsvFile;
  readonly truthPath: string;
}

const headers: Record<SimulatedSource, string> = {
  customers: customersHeader, orders: ordersHeader, events: eventsHeader, emails: emailsHeader, reviews: reviewsHeader, support: supportHeader,
  products: 'product_id,name,category,brand,price,words',
  promotions: 'promotion_id,name,starts,ends,depth',
};

const partial = (path: string): string => `${path}.partial`;

function parse(options: SimulateOptions): z.output<typeof simulateSchema> {
  const parsed = simulateSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new ShoalError('config/invalid', { problems: z.prettifyError(parsed.error) });
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new ShoalError('run/write-failed', { path: folder, reason: `${(cause as Error).message}.` }, { cause });
  }
}

function openFiles(folder: string, wanted: ReadonlySet<SimulatedSource>, truthPath: string): OpenFiles {
  const tables: OpenFiles['tables'] = {};
  const paths: OpenFiles['paths'] = {};
  for (const source of simulatedSources) {
    if (!wanted.has(source)) continue;
    paths[source] = join(folder, `${source}.csv`);
    tables[source] = new CsvFile(partial(paths[source]), headers[source]);
  }
  return { tables, paths, truth: new CsvFile(partial(truthPath), truthHeader), truthPath };
}

async function writeCustomers(market: Market, count: number, open: OpenFiles, context: Context) {
  const { customers, orders, events, emails, reviews, support } = open.tables;
  const dice = new Dice();
  const customer = createCustomer(market);
  const bought = createOrders();
  const visits = createVisits();
  const newsletters = createNewsletters(market);
  const segments: Record<string, number> = {};
  const dirt: OrderDirt = { missingIds: 0, returns: 0, duplicates: 0, zeroPrices: 0, futureDates: 0 };
  const needsOrders = orders || events || emails || reviews || support;
  for (let i = 0; i < count; i++) {
    if (i % 2000 === 0) {
      await setImmediate();
      checkAborted(context);
      context.progress({ stage: 'simulate', note: `${i.toLocaleString('en')} of ${count.toLocaleString('en')} customers`, done: i / count });
    }
    drawCustomer(market, i, dice, customer);
    const truth = market.structureless ? 'none' : customer.habits.id;
    segments[truth] = (segments[truth] ?? 0) + 1;
    writeTruth(market, customer, open.truth);
    if (customers) writePerson(market, customer, dice, customers);
    if (!needsOrders) continue;
    drawOrders(market, customer, dice, bought);
    if (orders) writeOrders(market, customer, bought, dice, orders, dirt);
    if (events) writeEvents(market, customer, bought, dice, visits, events);
    if (emails) writeEmails(market, newsletters, customer, bought, dice, emails);
    if (reviews) writeReviews(market, customer, bought, dice, reviews);
    if (support) writeSupport(market, customer, bought, dice, support);
  }
  context.progress({ stage: 'simulate', note: `${count.toLocaleString('en')} customers`, done: 1 });
  return { segments, dirt };
}

function writeProducts(market: Market, file: CsvFile): void {
  const { year, days } = market.calendar;
  market.products.forEach((product, i) => {
    const price = (market.price[year[days - 1]][i] / 100).toFixed(2);
    file.raw(encode([product.id, quoted(product.name), product.category, product.brand, price, quoted(product.words)].join(','))).end();
  });
}

function writePromotions(market: Market, file: CsvFile): void {
  for (const promotion of market.promotions) {
    const ends = promotion.day * 86_400 + promotion.second + promotion.seconds;
    const instant = (seconds: number): string => new Date(market.calendar.start + seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
    const starts = `${dayText(market.calendar, promotion.day)} ${instant(promotion.second).slice(11)}`;
    file.raw(encode([promotion.id, promotion.name, starts, instant(ends), (promotion.depth / 100).toFixed(2)].join(','))).end();
  }
}

function finish(open: OpenFiles): Partial<Record<SimulatedSource, number>> {
  const rows: Partial<Record<SimulatedSource, number>> = {};
  for (const file of [...Object.values(open.tables), open.truth]) file.close();
  for (const source of simulatedSources) {
    const path = open.paths[source];
    if (path === undefined) continue;
    rows[source] = open.tables[source]?.rows;
    renameSync(partial(path), path);
  }
  renameSync(partial(open.truthPath), open.truthPath);
  return rows;
}

function discard(open: OpenFiles): void {
  for (const file of [...Object.values(open.tables), open.truth]) file.abandon();
  for (const path of [...Object.values(open.paths), open.truthPath]) rmSync(partial(path), { force: true });
}

/** Turns the CSV files into Parquet ones, with the types a warehouse would have given them. */
async function toParquet(paths: OpenFiles['paths'], context: Context): Promise<OpenFiles['paths']> {
  const engine = await openEngine({ threads: context.threads, signal: context.signal });
  const literal = (path: string): string => `'${path.replaceAll("'", "''")}'`;
  const files: OpenFiles['paths'] = {};
  try {
    for (const source of simulatedSources) {
      const path = paths[source];
      if (path === undefined) continue;
      const target = path.replace(/\.csv$/, '.parquet');
      await engine.run(`COPY (SELECT * FROM read_csv(${literal(path)}, header = true, sample_size = 100000)) TO ${literal(partial(target))} (FORMAT parquet)`, `simulate ${source}`);
      renameSync(partial(target), target);
      rmSync(path);
      files[source] = target;
    }
    return files;
  } finally {
    await engine.close();
  }
}
