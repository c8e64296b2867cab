import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createContext, type Context } from '../context.js';
import type { Alignment } from '../domain/alignment.js';
import type { Comparison } from '../domain/comparison.js';
import type { FeatureTable } from '../domain/feature.js';
import type { Encoder, FeatureMatrix } from '../domain/matrix.js';
import type { Explanation } from '../domain/profile.js';
import type { Report } from '../domain/report.js';
import type { Assignment, SegmentModel } from '../domain/segment.js';
import type { SegmentTree } from '../domain/tree.js';
import { openEngine } from '../engine/catalog.js';
import { ShoalError } from '../errors.js';
import { contrast, type Contrast } from '../explain/contrast.js';
import { explainEntity } from '../explain/entity.js';
import type { Subject } from '../explain/subject.js';
import { thresholdTree } from '../explain/threshold-tree.js';
import { assignRaw } from '../segment/assign.js';
import { rowsOf } from '../segment/batches.js';
import { quoteName, quoteText } from '../util/quote.js';
import { compareSides } from './compare-sides.js';
import { continued } from './identity.js';
import { columnsOf, encodedRows } from './model.js';
import { placing } from './placing.js';
import { type ModelFile, runFiles } from './run-files.js';

/** A run read back from its folder. */
export interface SavedRun {
  readonly report: Report;
  readonly model: SegmentModel;
  /** Ids in the order of `assignment`. */
  readonly entities: readonly string[];
  readonly assignment: Assignment;
  /** Raw features of everyone, and the encoded ones that decide. */
  readonly table: FeatureTable;
  readonly matrix: FeatureMatrix;
  /** Why one entity is where it is, and what would move it. @throws `explain/unknown-entity` */
  explain(id: string): Explanation;
  /** The whole partition as yes/no questions; by default with at most two leaves per segment. Undefined where nobody is in a segment. */
  tree(leaves?: number): SegmentTree | undefined;
}

/** A run read back whole, and what it was made of. */
export interface WholeRun {
  readonly report: Report;
  readonly subject: Subject;
  readonly contrast: Contrast;
}

/** Reads what `discover` wrote, all of it into memory: for one question about somebody, `openView` is lighter. @throws `explain/no-run` where the folder holds none */
export async function loadRun(folder: string, context: Context = createContext()): Promise<SavedRun> {
  const { report, subject, contrast: found } = await wholeRun(folder, context);
  const { table, matrix, model, assignment } = subject;
  return {
    report, model, entities: table.entities, assignment, table, matrix,
    explain: (id) => explainEntity(subject, found, report.segments, id),
    tree: (leaves) => thresholdTree(subject, createContext({ seed: report.run.seed }), { leaves }),
  };
}

/** @throws `explain/no-run` */
export async function wholeRun(folder: string, context: Context): Promise<WholeRun> {
  const { report, saved } = await runFiles(folder);
  const path = join(folder, 'features.parquet');
  await access(path).catch((cause) => {
    throw new ShoalError('explain/no-run', { folder }, { cause });
  });
  const table = await savedFeatures(path, saved, context);
  const matrix = encoded(table, saved.model.encoder, saved.model.trainedOn.fingerprint);
  const subject: Subject = {
    table, matrix, model: saved.model, assignment: assignRaw(saved.model, columnsOf(table, matrix)), ...placing(saved.model),
    stability: report.segments.map((segment) => segment.stability), entityWord: report.entityWord, currency: report.currency,
  };
  return { report, subject, contrast: contrast(subject, createContext({ seed: report.run.seed })) };
}

async function savedFeatures(path: string, { features, asOf }: ModelFile, context: Context): Promise<FeatureTable> {
  const engine = await openEngine({ threads: context.threads, signal: context.signal });
  try {
    const names = features.map((feature) => `CAST(${quoteName(feature.name)} AS DOUBLE)`);
    const { rows, columns } = await engine.columns(`SELECT CAST(entity AS VARCHAR), ${names.join(', ')} FROM read_parquet(${quoteText(path)})`, 'saved features');
    const [ids, ...values] = columns;
    return { rows, asOf, entities: ids.values as readonly string[], features, columns: values.map((column) => column.values as Float64Array), table: 'features', sql: '' };
  } finally {
    await engine.close();
  }
}

function encoded(table: FeatureTable, encoder: Encoder, fingerprint: string): FeatureMatrix {
  const columns = columnsOf(table, { encoder });
  return { ...encodedRows(table.rows, encoder, (j) => columns[j]), encoder, asOf: table.asOf, fingerprint };
}

/** What became of the segments between two runs over (partly) the same entities. */
export function alignRuns(previous: SavedRun, next: SavedRun): Alignment {
  const { entities, assignment: { labels }, report } = previous;
  return continued({ report, entities, labels }, { entities: next.entities, labels: next.assignment.labels, wanted: next.report.segments.map(({ id }) => id) });
}

/**
 * Two runs side by side, over the entities they have in common, seen through the first one's features: how far they agree, who moved, and which is steadier, more
 * separable, easier to tell and more valuable. @throws `segment/nothing-in-common`
 */
export async function compareRuns(a: SavedRun, b: SavedRun, names: readonly [string, string], context: Context): Promise<Comparison> {
  const there = new Map(b.entities.map((entity, row) => [entity, row]));
  const inBoth = a.entities.map((entity) => there.get(entity) ?? -1);
  const spend = a.table.features.findIndex(({ name }) => name === 'spend');
  const first = {
    report: a.report, labels: a.assignment.labels, name: names[0], features: a.matrix.encoder.features.map(({ name }) => name),
    points: (rows: Int32Array) => ({ points: rowsOf(a.matrix, rows) }), spend: () => a.table.columns[spend],
  };
  return compareSides(first, { report: b.report, labels: b.assignment.labels, name: names[1] }, inBoth, context);
}
