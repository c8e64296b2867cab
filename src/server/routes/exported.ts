import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exported, ExportFormat } from '../../domain/answer.js';
import type { Topic } from '../../domain/note.js';
import type { By } from '../../store/store.js';
import type { SentFile } from '../handler.js';
import type { OpenWorkspace } from '../workspaces.js';

/** What is written, and how the audit log tells of it. */
interface Export {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly format: ExportFormat;
  readonly action: string;
  readonly subject: Topic;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** A file that is written for one answer and gone with it; on failure there is none. Every export is in the audit log. @throws what `write` throws */
export async function exported({ folder, store }: OpenWorkspace, { name, format, action, subject, after }: Export, by: By, write: (path: string) => Promise<Exported>): Promise<SentFile> {
  const own = join(folder, 'exports');
  await mkdir(own, { recursive: true, mode: 0o700 });
  const path = join(own, `${randomUUID()}.${format}`);
  const done = () => rm(path, { force: true });
  try {
    const { rows, mediaType } = await write(path);
    await store.audit.record({ action, subject, after: { ...after, format, rows } }, by);
    return { path, name: `${name}.${format}`, type: mediaType, done };
  } catch (error) {
    await done();
    throw error;
  }
}
