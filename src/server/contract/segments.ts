import { z } from 'zod';
import type { GroupComparison, OverlapAnswer, Page } from '../../domain/answer.js';
import { rule } from '../../domain/rule.js';
import type { Decision } from '../../domain/decision.js';
import type { Note } from '../../domain/note.js';
import type { NameChange, RuleVersion } from '../../domain/segment-record.js';
import { document, exportFormat, id, inRun, instant, pageQuery, route, title, why } from './route.js';

/** Where a segment comes from: found by a run, written as conditions, drawn on the map. */
const origin = z.enum(['found', 'ruled', 'drawn', 'live']);

const segment = z.object({
  id: z.string(), name: z.string(), origin, entities: z.number().int(), share: z.number(), revenue: z.number().optional(), revenueShare: z.number().optional(),
  /** Of found segments: position in the run. */
  segment: z.number().int().optional(), run: z.string().describe('The run that the numbers are of'), asOf: z.number(),
  stability: z.number().optional(), goal: z.string().optional(), since: instant, removed: instant.optional(),
  /** Size and value run by run, oldest first. */
  trend: z.array(z.object({ run: z.string(), at: instant, entities: z.number().int(), share: z.number(), revenueShare: z.number().optional() })),
  entered: z.number().int().optional().describe('Since the run before'), left: z.number().int().optional(),
});

const note = document<Note>('Note', 'A remark that somebody left');
const decision = document<Decision>('Decision', 'What was decided, why and by whom');

const detail = segment.extend({
  names: z.array(document<NameChange>('NameChange', 'A name and who gave it')).describe('Oldest first'), notes: z.array(note), decisions: z.array(decision),
  versions: z.array(document<RuleVersion>('RuleVersion', 'A rule as it was at a time')).describe('Newest first; only of segments made by hand'), sql: z.string().optional(),
  movements: z.array(z.object({ run: z.string(), at: instant, entered: z.number().int(), left: z.number().int(), reasons: z.array(z.object({ reason: z.string(), entities: z.number().int() })) })),
});

/** A list of people, and the run that it is of. */
const list = document<Page & { readonly run: string }>('Page', 'Part of a list, with its whole count: of one snapshot');

const condition = z.object({
  /** Where the condition is in the rule: positions from the outermost, such as [0, 2]; what is inside a not is at 0. */
  path: z.array(z.number().int()), words: z.string(), entities: z.number().int().describe('How many it holds for'), lost: z.number().int().describe('How many more the rule would have without it'),
  brought: z.number().int().describe('How many fewer the rule would have without it: an alternative brings people in'),
});

const overlap = z.object({ segment: z.string(), name: z.string(), both: z.number().int(), jaccard: z.number() });

const preview = z.object({
  run: z.string(), entities: z.number().int(), of: z.number().int(), share: z.number(), revenueShare: z.number().optional(),
  conditions: z.array(condition), overlap: z.array(overlap), sample: document<Page>('Sample', 'A few of them'), words: z.string(), outline: z.array(z.object({ depth: z.number().int(), text: z.string() })), sql: z.string(),
});

/** What rules can speak of in the run that is in use. */
const vocabulary = z.object({
  run: z.string(), asOf: z.number(),
  features: z.array(z.object({ name: z.string(), title: z.string(), kind: z.string(), unit: z.string().optional(), low: z.number(), median: z.number(), high: z.number() })),
  segments: z.array(z.object({ id: z.string(), name: z.string() })),
  sources: z.array(z.object({ name: z.string(), kind: z.string(), timed: z.boolean(), columns: z.array(z.object({ name: z.string(), title: z.string(), type: z.enum(['number', 'text', 'flag', 'time']), values: z.array(z.string()).optional() })) })),
});

const params = z.strictObject({ segment: id });

/** The groups themselves: found, ruled and drawn. */
export const segmentRoutes = {
  'GET /v1/segments': route({ role: 'viewer', summary: 'Lists segments of a run, and those made by hand', query: z.strictObject({ ...inRun, removed: z.stringbool().optional() }), answer: z.array(segment) }),
  'POST /v1/segments': route({ role: 'analyst', summary: 'Makes a segment from a rule', body: z.strictObject({ name: title, rule, why }), answer: detail, status: 201 }),
  'GET /v1/segments/overlap': route({
    role: 'viewer', summary: 'How many each two segments share', query: z.strictObject({ ...inRun, segments: z.string().max(4000).optional().describe('Ids, parted by commas; all by default') }),
    answer: document<OverlapAnswer & { readonly run: string; readonly ids: readonly string[] }>('Overlap', 'Square matrices, in the order of the ids'),
  }),
  'GET /v1/segments/:segment': route({ role: 'viewer', summary: 'A segment with its history', params, query: z.strictObject(inRun), answer: detail }),
  'PATCH /v1/segments/:segment': route({ role: 'analyst', summary: 'Renames a segment or changes its rule', params, body: z.strictObject({ name: title.optional(), rule: rule.optional(), why }), answer: detail }),
  'DELETE /v1/segments/:segment': route({ role: 'analyst', summary: 'Removes a segment made by hand', details: 'It can be restored.', params, query: z.strictObject({ why }), answer: z.undefined(), status: 204 }),
  'POST /v1/segments/:segment/restore': route({ role: 'analyst', summary: 'Brings a removed segment back', params, answer: detail }),
  'GET /v1/segments/:segment/members': route({
    role: 'analyst', summary: 'Who is in a segment', details: 'Count and list are of one snapshot.', params,
    query: z.strictObject({ ...inRun, ...pageQuery, sort: z.string().max(200).optional().describe("A feature, or 'strength'; with a minus before it, highest first"), columns: z.string().max(2000).optional().describe('Features to show, parted by commas') }), answer: list,
  }),
  'GET /v1/segments/:segment/export': route({
    role: 'analyst', summary: 'The members of a segment as a file', details: 'CSV cells that a spreadsheet would take for formulas are made harmless.', params,
    query: z.strictObject({ ...inRun, format: exportFormat, sort: z.string().max(200).optional(), columns: z.string().max(4000).optional() }), answer: z.instanceof(Uint8Array), answers: 'file',
  }),
  'GET /v1/segments/:segment/versus/:other': route({
    role: 'viewer', summary: 'What tells two segments apart', params: params.extend({ other: id }), query: z.strictObject(inRun),
    answer: document<GroupComparison>('GroupComparison', 'Features that differ, largest effects first'),
  }),
  'POST /v1/segments/:segment/notes': route({ role: 'analyst', summary: 'Adds a note', params, body: z.strictObject({ text: z.string().trim().min(1).max(4000) }), answer: note, status: 201 }),
  'DELETE /v1/segments/:segment/notes/:note': route({ role: 'analyst', summary: 'Removes a note', params: params.extend({ note: id }), answer: z.undefined(), status: 204 }),
  'POST /v1/segments/:segment/notes/:note/restore': route({ role: 'analyst', summary: 'Brings a removed note back', params: params.extend({ note: id }), answer: note }),
  'POST /v1/segments/:segment/decisions': route({ role: 'operator', summary: 'Records what was decided to do', params, body: z.strictObject({ text: z.string().trim().min(1).max(4000), why: z.string().trim().min(1, 'must say why').max(500) }), answer: decision, status: 201 }),

  'GET /v1/rules/vocabulary': route({ role: 'viewer', summary: 'Features, segments and sources that rules can speak of', answer: vocabulary }),
  'POST /v1/rules/preview': route({
    role: 'viewer', summary: 'Counts a rule', details: 'How many it takes, how many each condition loses, whom it overlaps, in words and as SQL; nothing is kept. The sample is empty for viewers.', body: z.strictObject({ rule }), answer: preview,
  }),

};

export type SegmentRow = z.output<typeof segment>;
export type SegmentDetail = z.output<typeof detail>;
export type RulePreview = z.output<typeof preview>;
export type RuleVocabulary = z.output<typeof vocabulary>;
