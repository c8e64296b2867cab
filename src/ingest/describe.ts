import type { ColumnRole, Source } from '../domain/source.js';
import { formatCount } from '../util/format-value.js';
import { listWords } from '../util/words.js';
import type { Ingested } from './ingest.js';
import type { IngestInput } from './options.js';

const count = formatCount;

/** The few lines that say what was inferred: one per source, one for what was rejected, one for files left over. */
export function describe({ sources, entity, unused }: Ingested): string[] {
  const lines = sources.filter((s) => !unused.some((u) => u.source === s.name)).map((source) => `${source.name}: ${sentence(source)}`);
  const numbered = sources.some((s) => s.has.includes('entity') && s.kind !== 'lookup' && !s.columns.some((c) => c.role === 'entity'));
  lines.push(`${count(entity.count)} ${entity.count === 1 ? entity.word.one : entity.word.many}${numbered ? ': no column names them, so each row stands for one' : ''}.`);
  const rejected = sources.filter((s) => s.audit.rowsRejected > 0);
  for (const s of rejected)
    lines.push(`Rejected in ${s.name}: ${listWords(s.audit.rejected.slice(0, 4).map((r) => `${count(r.rows)} with ${r.reason}`))}${s.audit.rejected.length > 4 ? ' …' : ''}.`);
  for (const left of unused) lines.push(`Not used: ${left.source} (${left.reason}).`);
  return lines;
}

const kinds = { transactions: 'transactions', events: 'events', entities: 'one row each', lookup: 'a lookup table', text: 'texts' } as const;

function sentence(source: Source): string {
  const named = (role: ColumnRole) => source.columns.filter((c) => c.role === role).map((c) => c.name);
  const parts = (
    [['entity', 'who'], ['order', 'order'], ['time', 'when'], ['product', 'product'], ['category', 'category'], ['quantity', 'how many'], ['price', 'price'], ['amount', 'amount'], ['discount', 'discount'], ['event', 'what'], ['text', 'text'], ['label', 'outcome']] as const
  ).flatMap(([role, word]) => (named(role).length ? [`${word} = ${named(role).slice(0, 4).join(', ')}`] : []));
  const joined = source.columns.filter((c) => c.links && c.links.source !== source.name).map((c) => `${c.links!.source} by ${c.name}`);
  const own = source.attributes.length;
  return [
    `${count(source.audit.rowsIn)} rows, ${kinds[source.kind]}`, parts.join(', '), own > 0 ? `${own} ${own === 1 ? 'attribute' : 'attributes'}` : '', joined.length ? `joined with ${listWords(joined)}` : '',
  ].filter(Boolean).join('; ');
}

/** What `shoal init` writes: the inference as options, each with a comment saying why. */
export interface InitConfig {
  readonly files: readonly string[];
  readonly options: IngestInput;
  /** Per key of `options`: why. */
  readonly comments: Readonly<Record<string, string>>;
  /** One line per source on what was made of it. */
  readonly notes: readonly string[];
}

const roleOptions = ['entity', 'time', 'order', 'product', 'category', 'quantity', 'price', 'amount', 'discount', 'event', 'text'] as const;

/** The inference as overrides that would give it again: a configuration to start from. */
export function toConfig(ingested: Ingested): InitConfig {
  const options: Record<string, unknown> = {};
  const comments: Record<string, string> = {};
  const used = ingested.sources.filter((s) => s.kind !== 'lookup');
  for (const role of roleOptions) {
    const found = used.flatMap((s) => s.columns.filter((c) => c.role === role).map((c) => ({ source: s, column: c })));
    if (found.length === 0) continue;
    const [{ source, column }] = found;
    const alone = used.filter((s) => s.columns.some((c) => c.name === column.name)).length === 1;
    options[role] = alone && used.length > 1 ? `${source.name}.${column.name}` : column.name;
    comments[role] = column.reason;
  }
  const [main] = used;
  if (main && options['amount'] === undefined && options['quantity'] !== undefined && options['price'] !== undefined) {
    const bare = (text: unknown) => { const name = String(text).replace(`${main.name}.`, ''); return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : `"${name}"`; };
    options['amount'] = `${bare(options['quantity'])} * ${bare(options['price'])}`;
    comments['amount'] = 'quantity × price';
  }
  options['kind'] = Object.fromEntries(ingested.sources.map((s) => [s.name, s.kind]));
  const labels = used.flatMap((s) => s.columns.filter((c) => c.role === 'label').map((c) => c.name));
  if (labels.length) {
    options['label'] = [...new Set(labels)];
    comments['label'] = 'what happened rather than who they are: shown, never segmented on';
  }
  return { files: ingested.sources.flatMap((s) => s.path.split(', ')), options: options as IngestInput, comments, notes: describe(ingested) };
}
