import type { Engine } from '../engine/engine.js';
import { quoteName, quoteText } from '../util/quote.js';
import type { Column } from './column.js';
import { tokens } from './name.js';

/** A column that says of each row of an order log whether it stands: values that mean it came back, and values that mean it never happened. */
export interface Status {
  readonly column: Column;
  /** As written in the file. */
  readonly returned: readonly string[];
  readonly cancelled: readonly string[];
}

const returnedWord = /^(?:(?:order|item|partially|partly|fully)[ _-]*)?(?:return(?:ed|s)?|refund(?:ed|s)?|charge(?:d)?[ _-]?back|retourniert|zurückgeschickt|zurückgegeben|erstattet|retournée?|remboursée?|devuelto|devuelta|reembolsado|reembolsada|reso|rimborsato|geretourneerd|terugbetaald)$/i;
const cancelledWord = /^(?:(?:order|item|payment)[ _-]*)?(?:cancel(?:l?ed|lation)?|cancel(?:l?ed)? by .*|void(?:ed)?|failed|declined|storniert|storno|annulée?|cancelado|cancelada|annullato|annullata|geannuleerd|anulowane|avbruten)$/i;
const yes = /^(true|t|yes|y|1|ja|j|oui|si|sí)$/i;
const statusName = /^(status|state|stage|zustand|statut|estado|stato)$/;

/** Finds the columns of an order log that say "refunded", "returned" or "cancelled": a status in words, or a yes/no column of that name. One query of distinct values. */
export async function findStatuses(table: string, columns: readonly Column[], engine: Engine): Promise<Status[]> {
  const out: Status[] = [];
  for (const column of columns.filter(couldTell)) {
    const rows = await engine.rows(`SELECT DISTINCT ${column.text} AS v FROM ${quoteName(table)} AS r WHERE ${column.text} IS NOT NULL LIMIT 200`, 'infer');
    const values = rows.map((row) => String(row['v'])).sort();
    const flag = flagOf(column);
    const status = {
      column,
      returned: flag ? values.filter((v) => flag === 'returned' && yes.test(v)) : values.filter((v) => returnedWord.test(v.trim())),
      cancelled: flag ? values.filter((v) => flag === 'cancelled' && yes.test(v)) : values.filter((v) => cancelledWord.test(v.trim())),
    };
    // Where it says so of every row it tells none apart: a file of returns.
    if (status.returned.length + status.cancelled.length > 0 && status.returned.length + status.cancelled.length < values.length) out.push(status);
  }
  return out;
}

const couldTell = (c: Column): boolean =>
  c.filled > 0 && c.distinct <= 60 && (c.type === 'string' || c.type === 'boolean') && c.length <= 40 && (flagOf(c) !== undefined || tokens(c.name).some((w) => statusName.test(w)));

/** "is_returned", "cancelled": yes or no. */
function flagOf(column: Column): 'returned' | 'cancelled' | undefined {
  if (column.distinct > 2 || !column.examples.every((v) => yes.test(v) || /^(false|f|no|n|0|nein|non)$/i.test(v))) return undefined;
  const words = tokens(column.name).filter((w) => !/^(is|was|order|item|flag)$/.test(w)).join('');
  return returnedWord.test(words) ? 'returned' : cancelledWord.test(words) ? 'cancelled' : undefined;
}

/** SQL: one of the statuses says so of this row. Never NULL; undefined where none could. */
export function saysSql(statuses: readonly Status[] | undefined, what: 'returned' | 'cancelled'): string | undefined {
  const parts = (statuses ?? []).filter((s) => s[what].length > 0).map((s) => `coalesce(${s.column.text} IN (${s[what].map(quoteText).join(', ')}), false)`);
  return parts.length ? parts.join(' OR ') : undefined;
}
