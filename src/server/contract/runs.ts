import { z } from 'zod';
import { type Alias, type AliasMove, aliases } from '../../domain/alias.js';
import type { LevelsAnswer, WhatIf } from '../../domain/answer.js';
import type { Comparison } from '../../domain/comparison.js';
import type { Report } from '../../domain/report.js';
import type { StoredRun } from '../../domain/stored-run.js';
import type { SegmentTree } from '../../domain/tree.js';
import type { Worth } from '../../domain/value.js';
import { document, id, route, title, why } from './route.js';

/** A run of the workspace, or 'champion' or 'challenger' for the one that an alias points to. */
const run = z.strictObject({ run: id });

/** A run, and the aliases that point to it. */
export type RunRow = StoredRun & { readonly aliases: readonly Alias[] };
const summary = document<RunRow>('Run', 'A run as the store knows it, and the aliases that point to it');

const alias = z.enum(aliases);
const move = document<AliasMove>('AliasMove', 'An alias pointed elsewhere');

/** Everybody on the run's plane, as bytes: segments, points and bounds. */
const mapBytes = z.instanceof(Uint8Array).meta({
  title: 'Map', description: 'Little-endian: n float32 x, n float32 y, n int16 segment (−1 = none), in the order of the run. The header Shoal-Map holds { rows, bounds, method } as JSON.',
});

/** What was found: runs, their reports and maps, the models behind them. */
export const runRoutes = {
  'GET /v1/runs': route({ role: 'viewer', summary: 'Lists runs, newest first', query: z.strictObject({ removed: z.stringbool().optional().describe('Also removed ones') }), answer: z.array(summary) }),
  'GET /v1/runs/:run': route({ role: 'viewer', summary: 'The whole report of a run', params: run, answer: document<Report>('Report', 'What segments.json holds') }),
  'PATCH /v1/runs/:run': route({ role: 'analyst', summary: 'Renames a run', params: run, body: z.strictObject({ title, why }), answer: summary }),
  'DELETE /v1/runs/:run': route({ role: 'operator', summary: 'Removes a run', details: 'It can be restored for seven days. The champion stays.', params: run, query: z.strictObject({ why }), answer: z.undefined(), status: 204 }),
  'POST /v1/runs/:run/restore': route({ role: 'operator', summary: 'Brings a removed run back', params: run, answer: summary }),
  'GET /v1/runs/:run/map': route({ role: 'viewer', summary: 'Everybody on the map', params: run, answer: mapBytes, answers: 'bytes' }),
  'GET /v1/runs/:run/colours/:feature': route({
    role: 'viewer', summary: 'A feature of everybody as colours', details: 'A byte each, in the order of the map: a bin, or 255 where unknown. The header Shoal-Colours holds { title, edges, legend, counts, missing } as JSON.',
    params: run.extend({ feature: z.string().min(1).max(200) }), query: z.strictObject({ bins: z.coerce.number().int().min(2).max(32).optional() }), answer: z.instanceof(Uint8Array), answers: 'bytes',
  }),
  'GET /v1/runs/:run/distributions/:feature': route({
    role: 'viewer', summary: 'How a feature is distributed, over everyone and in each segment', params: run.extend({ feature: z.string().min(1).max(200) }), answer: document<Report['distributions'][number]>('Distribution', 'Shares per bin'),
  }),
  'GET /v1/runs/:run/worth': route({
    role: 'viewer', summary: 'What everyone of a run will be worth, and each segment',
    details: 'With intervals, and how it did when it was tried on what was held back; of subscriptions how long they stay. Of single people it is among their features. Only of runs that were asked for it: `POST /v1/discover` with the option `value`.', params: run,
    answer: document<Worth>('Worth', 'What is to come of those who are known today'),
  }),
  'GET /v1/runs/:run/what-if': route({ role: 'viewer', summary: 'What another number of segments would give', details: 'Without a number six, or five where the run has six: that answer is kept with the run.', params: run, query: z.strictObject({ k: z.coerce.number().int().min(2).max(30).optional() }), answer: document<WhatIf>('WhatIf', 'Another partition of the same people') }),
  'GET /v1/runs/:run/tree': route({ role: 'viewer', summary: 'The segments as a few questions', params: run, query: z.strictObject({ leaves: z.coerce.number().int().min(2).max(64).optional() }), answer: document<SegmentTree | undefined>('SegmentTree', 'Questions, their leaves and what they cost') }),
  'GET /v1/runs/:run/levels': route({
    role: 'viewer', summary: 'Segments within segments', details: 'One dendrogram of everybody, cut at each number; kept once computed. Without numbers, the run\'s and three times as many: that answer is kept with the run.', params: run,
    query: z.strictObject({ ks: z.string().regex(/^\d{1,2}(,\d{1,2}){0,5}$/, 'must be numbers parted by commas, such as 4,12').optional() }), answer: document<LevelsAnswer>('Levels', 'Named groups at each level, and the dendrogram above the finest'),
  }),
  'GET /v1/runs/:run/compare/:other': route({ role: 'viewer', summary: 'Two runs side by side', params: run.extend({ other: id }), answer: document<Comparison>('Comparison', 'Agreement, flows, and which is steadier, more separable, easier to tell') }),
  'GET /v1/runs/:run/files': route({ role: 'analyst', summary: 'Names the files that the run wrote', details: 'A model that is no formula has no assign.sql and assign.js.', params: run, answer: z.array(z.string()) }),
  'GET /v1/runs/:run/files/:file': route({ role: 'analyst', summary: 'A file that the run wrote', params: run.extend({ file: z.string().regex(/^[a-z]+(-[a-z]+)*\.(html|json|csv|parquet|sql|js|md)$/, 'must be a file of the run, such as membership.csv') }), answer: z.instanceof(Uint8Array), answers: 'file' }),

  'GET /v1/aliases': route({ role: 'viewer', summary: 'What champion and challenger point to, and every move there was', answer: z.object({ champion: z.string().optional(), challenger: z.string().optional(), history: z.array(move).describe('Newest first') }) }),
  'PUT /v1/aliases/:alias': route({ role: 'operator', summary: 'Points an alias to a run', params: z.strictObject({ alias }), body: z.strictObject({ run: id, why }), answer: move }),
  'POST /v1/aliases/:alias/rollback': route({ role: 'operator', summary: 'Points an alias back to where it pointed before', params: z.strictObject({ alias }), body: z.strictObject({ why }), answer: move }),
};
