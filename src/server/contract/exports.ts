import { z } from 'zod';
import { rule } from '../../domain/rule.js';
import { exportFormat, inRun, route } from './route.js';

const file = z.instanceof(Uint8Array);
const wanted = { columns: z.string().max(4000).optional().describe('Features, parted by commas; all by default'), sort: z.string().max(200).optional().describe("A feature, or 'strength'; with a minus before it, highest first") };
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What can be taken away as a file, beside the members of a segment. CSV cells that a spreadsheet would take for formulas are made harmless; every export is in the audit log. */
export const exportRoutes = {
  'GET /v1/exports/entities': route({ role: 'analyst', summary: 'Everyone as a file', query: z.strictObject({ ...inRun, ...wanted, format: exportFormat }), answer: file, answers: 'file' }),
  'POST /v1/exports/rule': route({
    role: 'analyst', summary: 'The people that a rule takes, as a file', details: 'The rule need not be kept as a segment.', body: z.strictObject({ ...wanted, rule, format: exportFormat }), answer: file, answers: 'file',
  }),
  'POST /v1/exports/table': route({
    role: 'viewer', summary: 'Any small table as a file', details: 'Writes the rows that it is given: CSV without formulas, JSON or Parquet. A column is of numbers or of yes and no where all its values are, else of text.',
    body: z.strictObject({
      name: z.string().trim().min(1).max(120).describe('Of the file'), format: exportFormat, columns: z.array(z.string().max(200)).min(1, 'must name at least one column').max(500),
      rows: z.array(z.array(cell).max(500)).max(100_000),
    }),
    answer: file, answers: 'file',
  }),
  'GET /v1/exports/audit': route({
    role: 'admin', summary: 'The audit log as a file, newest first',
    query: z.strictObject({
      format: exportFormat, of: z.enum(['workspace', 'server']).default('workspace').describe('Whose log; that of the server not for keys bound to a workspace'), actor: z.string().max(200).optional(),
      action: z.string().max(100).optional().describe('Such as segment.rename, or segment alone'),
    }),
    answer: file, answers: 'file',
  }),
};
