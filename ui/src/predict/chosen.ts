import type { Page } from '../../../src/domain/answer.js';
import type { BinaryEvaluation } from '../../../src/domain/evaluation.js';

/** The chance of the one somebody is listed with; undefined where there is none, or nobody. */
export function namedBy({ columns, rows }: Pick<Page, 'columns' | 'rows'>, feature: string): number | undefined {
  return rows[0]?.values[columns.findIndex((column) => column.feature === feature)]?.value ?? undefined;
}

/** What the trial says of choosing so large a share, the likeliest first: how many of them do, and which share of all who do that is. In straight lines between its points. */
export function outcomeOf({ gain, rate }: Pick<BinaryEvaluation, 'gain' | 'rate'>, share: number): { readonly precision: number; readonly captured: number } {
  const points = [{ share: 0, captured: 0 }, ...gain];
  const above = Math.max(1, points.findIndex((point) => point.share >= share));
  const [left, right] = [points[above - 1], points[above]];
  const part = right.share > left.share ? (share - left.share) / (right.share - left.share) : 1;
  const captured = left.captured + Math.min(1, Math.max(0, part)) * (right.captured - left.captured);
  return { captured, precision: share > 0 ? Math.min(1, (captured / share) * rate.value) : 0 };
}
