/** What a whole file or table is. */
export type SourceKind = 'transactions' | 'events' | 'entities' | 'lookup' | 'text';

/** What a column means. `key` joins another source; `ignore` carries nothing (constant, id-like, index). */
export type ColumnRole =
  | 'entity' | 'order' | 'time' | 'quantity' | 'price' | 'amount' | 'discount' | 'product' | 'category'
  | 'event' | 'text' | 'attribute' | 'label' | 'key' | 'ignore';

export type ColumnType = 'integer' | 'number' | 'boolean' | 'time' | 'string';

/** One column as found in the file, what it was taken for, and why. */
export interface SourceColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Why this role, in words ("4,372 values over 541,909 rows, named like a customer id"). */
  readonly reason: string;
  readonly distinct: number;
  readonly missing: number;
  readonly min?: number | string;
  readonly max?: number | string;
  /** Up to three values as written in the file. */
  readonly examples: readonly string[];
  /** For role `key`: the column of another source that it points to. */
  readonly links?: { readonly source: string; readonly column: string };
}

/**
 * A source after ingest: typed, cleaned, with its lookups joined, in the engine as the table `table`.
 *
 * `table` always has these canonical columns where the source has them (see `has`), beside every attribute column under
 * its own name: `entity` (VARCHAR or BIGINT, never null), `at` (TIMESTAMP), `order_id`, `quantity` DECIMAL(18,4),
 * `price` DECIMAL(18,4), `amount` DECIMAL(18,4) (negative for returns), `discount` DECIMAL(18,4), `product`, `product_name` (readable, where
 * `product` is a code), `category`, `event`, `text`, `returned` BOOLEAN (the row takes back an earlier purchase).
 * Money and quantities are decimals so that sums are exact in any order.
 */
export interface Source {
  readonly name: string;
  readonly kind: SourceKind;
  readonly path: string;
  readonly format: string;
  readonly columns: readonly SourceColumn[];
  readonly table: string;
  /** Canonical columns present in `table`. */
  readonly has: readonly CanonicalColumn[];
  /** Columns of `table` (own or joined from lookups) that describe the entity or the row: candidates for attribute features. */
  readonly attributes: readonly SourceAttribute[];
  /**
   * The SELECT that makes the rows of `table` from the raw table(s) named like the sources (`"orders"` …), with every cleaning
   * rule inside: the head of the exported `assign.sql`.
   */
  readonly select: string;
  readonly audit: SourceAudit;
}

export type CanonicalColumn =
  | 'entity' | 'at' | 'order_id' | 'quantity' | 'price' | 'amount' | 'discount' | 'product' | 'product_name' | 'category' | 'event' | 'text' | 'returned';

export interface SourceAttribute {
  /** Column name in `Source.table`. */
  readonly column: string;
  readonly title: string;
  readonly type: 'number' | 'category' | 'flag' | 'time';
  /** For `category` and `flag`: the values and how many rows hold each, most frequent first (up to 50). */
  readonly values?: readonly { readonly value: string; readonly rows: number }[];
  /** The column says what happened rather than who they are (churn, response): profiled, never clustered on. */
  readonly label: boolean;
  /** A protected characteristic (sex, race, religion …): profiled, never clustered on unless asked. */
  readonly sensitive: boolean;
}

/** rowsIn = rowsKept + rowsRejected, always. */
export interface SourceAudit {
  readonly rowsIn: number;
  readonly rowsKept: number;
  readonly rowsRejected: number;
  readonly rejected: readonly { readonly reason: string; readonly rows: number }[];
  /** Things found and left in (duplicates kept, returns, outliers, constants …), each a sentence with its count. */
  readonly findings: readonly AuditFinding[];
}

export interface AuditFinding {
  readonly kind:
    | 'duplicates' | 'missing-id' | 'returns' | 'cancellations' | 'impossible-date' | 'future-date' | 'outlier' | 'constant' | 'id-like'
    | 'mixed-format' | 'missing' | 'unmatched-key' | 'zero-price' | 'encoding' | 'ragged' | 'test-data' | 'other';
  readonly column?: string;
  readonly rows: number;
  readonly sentence: string;
}
