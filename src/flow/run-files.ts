import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Feature } from '../domain/feature.js';
import type { Report } from '../domain/report.js';
import type { SegmentModel } from '../domain/segment.js';
import { ShoalError } from '../errors.js';

/** What `shoal explain` needs to load a run again, and anyone to score with it. */
export interface ModelFile {
  readonly model: SegmentModel;
  readonly segments: readonly { readonly segment: number; readonly id: string; readonly name: string }[];
  readonly features: readonly Feature[];
  readonly asOf: number;
}

/** What a run's folder says of the run: its report, and what loads it again. @throws `explain/no-run` where it holds none */
export async function runFiles(folder: string): Promise<{ readonly report: Report; readonly saved: ModelFile }> {
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));
  const [report, saved] = await Promise.all([read('segments.json'), read('model.json')]).catch((cause) => {
    throw new ShoalError('explain/no-run', { folder }, { cause });
  });
  return { report, saved };
}
