import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../domain/report.js';
import { ShoalError } from '../errors.js';

/** Reports of runs as they were written, the last used ones at hand. A run's folder never changes, so neither does what is kept. */
export interface Reports {
  /** @throws `explain/no-run` */
  get(folder: string): Promise<Report>;
  /** The document as it is on the disk. @throws `explain/no-run` */
  bytes(folder: string): Promise<Buffer>;
}

export function openReports(most = 8): Reports {
  const kept = new Map<string, Promise<Report>>();
  const bytes = (folder: string) => readFile(join(folder, 'segments.json')).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT' ? new ShoalError('explain/no-run', { folder: folder.split(/[\\/]/).pop()! }, { cause }) : cause;
  });
  return {
    bytes,
    get(folder) {
      const report = kept.get(folder) ?? bytes(folder).then((text) => JSON.parse(text.toString('utf8')) as Report);
      kept.delete(folder);
      kept.set(folder, report);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      report.catch(() => kept.delete(folder));
      return report;
    },
  };
}
