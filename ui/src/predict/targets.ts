import type { Report } from '../../../src/domain/report.js';

/** Something that can be asked for. */
export interface TargetChoice {
  readonly value: string;
  readonly label: string;
  /** It is about a time ahead. */
  readonly timed: boolean;
}

/** What the data of a run can be asked for: what people do within some days, and columns that say what happened. */
export function choicesOf({ sources, features, entityWord }: Pick<Report, 'sources' | 'features' | 'entityWord'>): TargetChoice[] {
  const orders = sources.some(({ kind }) => kind === 'transactions');
  const events = sources.filter(({ kind }) => kind === 'events');
  const labels = [...new Set(features.filter(({ role }) => role === 'label').map(({ title }) => title))];
  const columns = sources.flatMap(({ columns: all }) => all).filter(({ role }) => role === 'label').map(({ name }) => name);
  return [
    { value: '', label: 'As Shoal thinks best', timed: labels.length === 0 },
    ...(orders
      ? [
          { value: 'any orders', label: 'Who orders again', timed: true },
          { value: 'none orders', label: `Which ${entityWord.many} stop ordering`, timed: true },
          { value: 'amount orders', label: 'How much they will spend', timed: true },
        ]
      : []),
    ...events.map(({ name }) => ({ value: `any ${name}`, label: `Who comes back (${name})`, timed: true })),
    ...[...new Set(columns)].map((column) => ({ value: `column ${column}`, label: `The column ‘${column}’`, timed: false })),
  ];
}

/** A choice as the server is asked for it; undefined: as it thinks best. */
export function targetOf(choice: string, days: number | undefined): { readonly any: string; readonly within: number } | { readonly none: string; readonly within: number } | { readonly amount: string; readonly within: number } | { readonly label: string } | undefined {
  const [, kind, what] = /^(any|none|amount|column) (.+)$/s.exec(choice) ?? [];
  if (kind === undefined) return undefined;
  if (kind === 'column') return { label: what };
  const within = days ?? 30;
  return kind === 'any' ? { any: what, within } : kind === 'none' ? { none: what, within } : { amount: what, within };
}
