import type { Feature } from '../../domain/feature.js';
import type { SourceKind } from '../../domain/source.js';
import { ShoalError, type ErrorCode, type ErrorDetails } from '../../errors.js';
import { closest } from '../../util/closest.js';

/** What the rules of one run can speak of. */
export interface Vocabulary {
  readonly run: string;
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly currency?: string;
  readonly features: readonly Feature[];
  /** Found segments under the names they bear now; `segment` is the position in the run. */
  readonly segments: readonly { readonly segment: number; readonly id: string; readonly name: string }[];
  readonly sources: readonly SourceWords[];
}

export interface SourceWords {
  readonly name: string;
  readonly kind: SourceKind;
  /** Its rows have a time (`at`), so that they can be counted in windows. */
  readonly timed: boolean;
  readonly columns: readonly ColumnWords[];
}

export interface ColumnWords {
  readonly name: string;
  readonly title: string;
  readonly type: 'number' | 'text' | 'flag' | 'time';
  /** Values to offer, most frequent first; rules may use others too. */
  readonly values?: readonly string[];
}

/** @throws `rules/unknown-feature` */
export function featureNamed({ features }: Vocabulary, name: string): Feature {
  return named(features, name, 'rules/unknown-feature', (suggestion) => ({ name, suggestion }));
}

/** @throws `rules/unknown-segment` */
export function segmentNamed({ segments }: Vocabulary, id: string): Vocabulary['segments'][number] {
  const found = segments.find((segment) => segment.id === id);
  if (found) return found;
  const near = closest(id, segments.flatMap((segment) => [segment.id, segment.name]));
  throw new ShoalError('rules/unknown-segment', { id, suggestion: segments.find((segment) => segment.id === near || segment.name === near)?.id });
}

/** @throws `rules/unknown-source` */
export function sourceNamed({ sources }: Vocabulary, name: string): SourceWords {
  return named(sources, name, 'rules/unknown-source', (suggestion) => ({ name, known: sources.map((source) => source.name).join(', '), suggestion }));
}

/** @throws `rules/unknown-source`, `rules/no-times` */
export function timedSource(vocabulary: Vocabulary, name: string): SourceWords {
  const source = sourceNamed(vocabulary, name);
  if (!source.timed) throw new ShoalError('rules/no-times', { source: name });
  return source;
}

/** @throws `rules/unknown-column` */
export function columnNamed({ name: source, columns }: SourceWords, name: string): ColumnWords {
  return named(columns, name, 'rules/unknown-column', (suggestion) => ({ name, source, known: columns.map((column) => column.name).slice(0, 20).join(', '), suggestion }));
}

function named<T extends { readonly name: string }, C extends ErrorCode>(items: readonly T[], name: string, code: C, details: (suggestion?: string) => ErrorDetails<C>): T {
  const found = items.find((item) => item.name === name);
  if (!found) throw new ShoalError(code, details(closest(name, items.map((item) => item.name))));
  return found;
}
