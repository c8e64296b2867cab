import { join } from 'node:path';
import { cleanText } from '../../util/words.js';
import { quoteText } from '../../util/quote.js';
import type { Ground } from '../../segment/rules/ground.js';
import type { ColumnWords, SourceWords } from '../../segment/rules/vocabulary.js';
import type { SourceAttribute } from '../../domain/source.js';
import { columnOf, type Held } from './held.js';
import { type KeptSource, mapFile } from './keep.js';

/** The run as rules see it. Columns are shared: not to be changed. `named`: names that segments bear now, by their lasting ids. */
export async function groundOf(held: Held, named: Readonly<Record<string, string>> = {}): Promise<Ground> {
  const { folder, report, features, rows, asOf, file, segment, strength } = held;
  const { sources } = file.meta;
  const relations = (place: (name: string) => string) => {
    const at = (name: string) => `read_parquet(${quoteText(place(name))})`;
    return {
      features: at('features.parquet'), membership: at('membership.parquet'), ...(sources.length > 0 && { map: at(mapFile) }),
      sources: Object.fromEntries(sources.map((source) => [source.name, at(source.file)])),
    };
  };
  return {
    rows, asOf, engine: await held.engine(),
    vocabulary: {
      run: report.run.id, entityWord: report.entityWord, ...(report.currency !== undefined && { currency: report.currency }), features,
      segments: report.segments.map(({ id, name }, position) => ({ segment: position, id, name: Object.hasOwn(named, id) ? named[id] : name })),
      sources: sources.map(wordsOf),
    },
    relations: relations((name) => join(folder, name)), printed: relations((name) => name),
    feature: async (name) => columnOf(held, name),
    membership: async () => ({ segment, strength }),
    map: async () => ({ x: file.read('x') as Float32Array, y: file.read('y') as Float32Array }),
    ...(features.some(({ name }) => name === 'spend') && { value: 'spend' }),
  };
}

const types: Readonly<Record<SourceAttribute['type'], ColumnWords['type']>> = { number: 'number', category: 'text', flag: 'flag', time: 'time' };

/** Columns of ours that rules may ask about, and what they are. */
const canonical: Readonly<Partial<Record<KeptSource['has'][number], Omit<ColumnWords, 'name'>>>> = {
  event: { title: 'Event', type: 'text' }, product_name: { title: 'Product', type: 'text' }, product: { title: 'Product code', type: 'text' }, category: { title: 'Category', type: 'text' },
  order_id: { title: 'Order', type: 'text' }, quantity: { title: 'Quantity', type: 'number' }, price: { title: 'Price', type: 'number' }, amount: { title: 'Amount', type: 'number' },
  discount: { title: 'Discount', type: 'number' }, returned: { title: 'Returned', type: 'flag' }, text: { title: 'Text', type: 'text' },
};

function wordsOf({ name, kind, has, attributes, values }: KeptSource): SourceWords {
  // A code is only called one where a readable name stands beside it.
  const titled = has.includes('product_name') ? canonical : { ...canonical, product: { title: 'Product', type: 'text' as const } };
  const own = has.flatMap((column) => (titled[column] ? [{ name: column, ...titled[column], ...(values[column] && { values: values[column] }) }] : []));
  const beside = attributes.filter(({ column }) => !own.some((one) => one.name === column));
  return { name, kind, timed: has.includes('at'), columns: [...own, ...beside.map(attributeWords)] };
}

function attributeWords({ column, title, type, values }: SourceAttribute): ColumnWords {
  const offered = values?.map(({ value }) => value);
  const worded = type === 'flag' && !offered?.every((value) => value === 'true' || value === 'false'); // "yes" and "no" are text in the table
  return { name: column, title: cleanText(title), type: worded ? 'text' : types[type], ...(offered && { values: offered }) };
}
