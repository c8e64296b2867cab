import type { Alignment, Fate, Overlap } from '../domain/alignment.js';
import { formatNumber, formatPercent } from '../util/format-value.js';
import { listWords } from '../util/words.js';

/** What segments are called, before and now, by their lasting ids. */
export interface AlignmentNames {
  readonly before: ReadonlyMap<string, string>;
  readonly now: ReadonlyMap<string, string>;
  readonly entityWord: { readonly one: string; readonly many: string };
}

/** What became of every segment between two fits, a sentence each: first of those before, then of those that are new; then who came and went. */
export function fates({ fates: all, origins, migration }: Alignment, { before, now, entityWord }: AlignmentNames): string[] {
  const was = (id: string) => `“${before.get(id) ?? id}”`;
  const is = (id: string) => `“${now.get(id) ?? id}”`;
  const told = all.map((fate) => `${was(fate.id)}${renamed(fate, before, now)} ${became(fate, is)}${leftText(fate, entityWord)}.`);
  const born = origins.filter(({ kind }) => kind === 'born').map(({ id, parts, entered, entities }) => {
    const known = entities - entered;
    const from = parts.length > 0 && known > 0 ? `; those known before come from ${listWords(parts.slice(0, 3).map((part) => shareOf(part, was)))}` : '';
    return `${is(id)} is new: ${formatNumber(entities)} ${entities === 1 ? entityWord.one : entityWord.many}${from}.`;
  });
  const entered = migration.counts.at(-1)!.reduce((sum, count) => sum + count, 0);
  const left = migration.counts.reduce((sum, row) => sum + row.at(-1)!, 0);
  return [...told, ...born, `${formatNumber(entered)} ${entered === 1 ? entityWord.one : entityWord.many} came and ${formatNumber(left)} left.`];
}

function renamed({ id, kind }: Fate, before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string {
  const name = now.get(id);
  return kind === 'survived' && name !== undefined && name !== before.get(id) ? ` (now called “${name}”)` : '';
}

function became({ kind, into, parts }: Fate, is: (id: string) => string): string {
  if (kind === 'survived') return `lives on: ${formatPercent(parts[0]?.share ?? 0)} of its members are still together`;
  if (kind === 'split') return `was split into ${listWords(into.map((id) => shareOf(parts.find((part) => part.id === id)!, is)))}`;
  if (kind === 'merged') return `was merged into ${is(into[0])}`;
  return parts.length > 0 ? `has dissolved: its members went to ${listWords(parts.slice(0, 3).map((part) => shareOf(part, is)))}` : 'is gone: none of its members are left';
}

function shareOf({ id, share }: Overlap, name: (id: string) => string): string {
  return `${name(id)} (${formatPercent(share)})`;
}

function leftText({ left }: Fate, { one, many }: AlignmentNames['entityWord']): string {
  return left > 0 ? `; ${formatNumber(left)} ${left === 1 ? one : many} left` : '';
}
