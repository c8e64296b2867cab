import type { StoredFile } from '../domain/file.js';

/** The files of one workspace. What is added is checked while it is read, and is there whole or not at all. */
export interface Files {
  /** Newest first. */
  list(): Promise<readonly StoredFile[]>;
  /** @throws `files/unknown` */
  get(id: string): Promise<StoredFile>;
  /**
   * Reads a file to the end. `name` is what it is called outside.
   * @throws `files/bad-name`, `files/too-large`, `files/bomb`, `ingest/empty-file`, `ingest/binary-file`, `ingest/unreadable-file`, `run/aborted`
   */
  add(name: string, content: AsyncIterable<Uint8Array>, options?: { readonly origin?: StoredFile['origin']; readonly from?: string; readonly signal?: AbortSignal }): Promise<StoredFile>;
  /** Takes a file away; `restore` brings it back until the workspace is tidied. @throws `files/unknown` */
  remove(id: string): Promise<void>;
  /** @throws `files/unknown` */
  restore(id: string): Promise<StoredFile>;
  /** Absolute path of the content, for our own reading only. @throws `files/unknown` */
  path(id: string): Promise<string>;
}
