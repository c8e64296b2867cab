import { rm } from 'node:fs/promises';
import type { Exported, ExportFormat } from '../../domain/answer.js';
import { type Cell, headsOf, type TableHead, writeLines } from '../../flow/view/table.js';
import type { AuditFilter, AuditLog } from '../../store/store.js';
import type { exportRoutes } from '../contract/exports.js';
import type { Desk } from '../desk/desk.js';
import type { Handlers } from '../handler.js';
import { askingChampion, askingIn, askingOf } from './asking.js';
import { exported } from './exported.js';
import { logOf } from './govern.js';
import { listed, namesOf, sorted } from './segments.js';

/** What can be taken away as a file. */
export const exportHandlers: Handlers<keyof typeof exportRoutes> = {
  async 'GET /v1/exports/entities'({ query: { run: said, format, sort, columns }, by, ...asked }) {
    const { ask, place, run } = await askingIn(asked, said);
    return exported(place, { name: `everyone-${run.id}`, format, action: 'run.export', subject: { kind: 'run', id: run.id } }, by,
      (path) => ask('export', { what: 'members', of: { kind: 'everyone' }, ...sorted(sort), ...listed(columns) }, format, path));
  },
  async 'POST /v1/exports/rule'({ body: { rule, format, sort, columns }, by, ...asked }) {
    const asking = await askingOf(await askingChampion(asked), rule);
    const { ask, place, run } = asking;
    const names = await namesOf(asking);
    const { words } = await ask('ruleMeasure', rule, names);
    const bits = await ask('ruleMembers', rule, names);
    return exported(place, { name: `rule-${run.id}`, format, action: 'rule.export', subject: { kind: 'run', id: run.id }, after: { words: words.slice(0, 500) } }, by,
      (path) => ask('export', { what: 'members', of: { kind: 'rows', name: 'rule', bits }, ...sorted(sort), ...listed(columns) }, format, path));
  },
  async 'POST /v1/exports/table'({ body: { name, format, columns, rows }, by, workspace, place, signal }) {
    const at = await place();
    return exported(at, { name, format, action: 'table.export', subject: { kind: 'workspace', id: workspace }, after: { name } }, by, (path) => tableFile(at.desk, headsOf(columns, rows), rows, { format, path, signal }));
  },
  async 'GET /v1/exports/audit'({ query: { format, of, actor, action }, by, workspace, signal, ...asked }, { home }) {
    const at = await asked.place();
    const log = await logOf(of, asked, home);
    return exported(at, { name: `audit-${of === 'server' ? of : workspace}`, format, action: 'audit.export', subject: { kind: 'workspace', id: workspace }, after: { of, actor, action } }, by,
      (path) => tableFile(at.desk, auditHeads, auditRows(log, { actor, action }, signal), { format, path, signal }));
  },
};

/** A table as a file, by way of its rows as lines, which the desk's thread reads. */
async function tableFile(desk: Desk, heads: readonly TableHead[], rows: Rows, { format, path, signal }: { readonly format: ExportFormat; readonly path: string; readonly signal: AbortSignal }): Promise<Exported> {
  const lines = `${path}.rows`;
  try {
    await writeLines(lines, heads, rows);
    return await desk.ask('table', { signal }, heads, lines, format, path);
  } finally {
    await rm(lines, { force: true });
  }
}

type Rows = Parameters<typeof writeLines>[2];

const auditHeads: readonly TableHead[] = [
  { name: 'seq', type: 'DOUBLE' }, ...['at', 'actor', 'action', 'subject_kind', 'subject', 'reason', 'before', 'after', 'request', 'previous', 'hash'].map((name): TableHead => ({ name, type: 'VARCHAR' })),
];

async function* auditRows(log: AuditLog, filter: AuditFilter, signal: AbortSignal): AsyncGenerator<readonly Cell[]> {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  for (let after: string | undefined, more = true; more && !signal.aborted; more = after !== undefined) {
    const { items, next } = await log.list({ ...filter, after, limit: 1000 });
    for (const { seq, at, actor, action, subject, reason = null, before, after: then, request = null, previous, hash } of items) {
      yield [seq, new Date(at).toISOString(), actor, action, subject.kind, subject.id, reason, json(before), json(then), request, previous, hash];
    }
    after = next;
  }
}
