/** A file of a workspace: what was dropped in or fetched. Where it lies is decided by us, never by its name. */
export interface StoredFile {
  readonly id: string;
  /** As it was called outside; to be shown, never to be used as a path. */
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since the Unix epoch. */
  readonly added: number;
  readonly format: 'text' | 'parquet';
  readonly gzipped: boolean;
  /** First 16 hexadecimal digits of the SHA-256 of its bytes. */
  readonly fingerprint: string;
  readonly origin: 'upload' | 'postgres' | 'demo';
  /** Of a copy from a database: what was copied, without secrets. */
  readonly from?: string;
}
