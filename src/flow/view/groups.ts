import type { Group, GroupFigures, RowBits } from '../../domain/answer.js';
import { ShoalError } from '../../errors.js';
import { allRows, countRows, rowsWhere } from '../../segment/rules/bits.js';
import { columnOf, type Held } from './held.js';

/** The rows of a group; those of bits are taken as they are, but for what lies behind the last row. @throws `explain/unknown-segment`, `explain/unknown-tier` */
export function bitsOf(held: Held, group: Group): RowBits {
  const { rows, segment, tier, report } = held;
  switch (group.kind) {
    case 'everyone':
      return allRows(rows);
    case 'segment':
      if (group.segment !== -1) requireSegment(held, group.segment);
      return rowsWhere(rows, (row) => segment[row] === group.segment);
    case 'tier':
      if (!(Number.isInteger(group.tier) && report.tiers[group.tier])) throw new ShoalError('explain/unknown-tier', { tier: group.tier, tiers: report.tiers.length });
      return rowsWhere(rows, (row) => tier[row] === group.tier);
    case 'rows': {
      const all = allRows(rows);
      return all.map((word, i) => word & (group.bits[i] ?? 0));
    }
  }
}

/** @throws `explain/unknown-segment` */
export function requireSegment({ report }: Pick<Held, 'report'>, segment: number): void {
  if (!report.segments[segment]) throw new ShoalError('explain/unknown-segment', { segment, segments: report.segments.length });
}

export function nameOf({ report }: Pick<Held, 'report'>, group: Group): string {
  switch (group.kind) {
    case 'everyone':
      return `All ${report.entityWord.many}`;
    case 'segment':
      return report.segments[group.segment]?.name ?? 'Outliers';
    case 'tier':
      return report.tiers[group.tier].name;
    case 'rows':
      return group.name;
  }
}

/** How many a group has and, where the data has money spent, what they are worth. */
export function figures(held: Held, group: Group): GroupFigures {
  const bits = bitsOf(held, group);
  const entities = countRows(bits);
  const found = { entities, share: entities / held.rows };
  const spend = held.features.find(({ name, kind }) => name === 'spend' && kind === 'money');
  if (!spend) return found;
  const column = columnOf(held, spend.name);
  let own = 0, all = 0;
  for (let row = 0; row < column.length; row++) {
    if (Number.isNaN(column[row])) continue;
    all += column[row];
    if (bits[row >>> 5] & (1 << (row & 31))) own += column[row];
  }
  return { ...found, revenue: Math.round(own * 1e4) / 1e4, ...(all > 0 && { revenueShare: own / all }) };
}
